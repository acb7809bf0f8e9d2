"""What day it is: in China, wherever the machine stands and whatever its own time zone is."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """The day in Asia/Shanghai, for commands that run without Django's settings."""
    return datetime.now(CHINA).date()
