"""When something was really done: by the device's clock, set right by what it is off now, and within what can be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from yiyang.base.errors import UsageError

Right = Callable[[datetime], datetime]
TIMES = ("began_at", "ended_at")


def moment(text: Any) -> datetime:
    """A time with zone. Raises UsageError."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise UsageError("时间无法辨认。", "A time cannot be read.") from error
    if found.tzinfo is None:
        raise UsageError("时间缺少时区。", "A time lacks its zone.")
    return found


def setting_right(device_says: Any, now: datetime) -> timedelta:
    """What is to be added to a device's times; nothing where it does not say what time it thinks it is."""
    if not device_says:
        return timedelta(0)
    off = now - moment(device_says)
    # Below two minutes it is the way through the network, not the clock.
    return off if abs(off) > timedelta(minutes=2) else timedelta(0)


def within(when: datetime, first: datetime, last: datetime) -> datetime:
    """Not before work was taken out, not after it came home."""
    return max(first, min(last, when))


def corrected(body: dict[str, Any], right: Right) -> dict[str, Any]:
    """A body with its times set right. Raises UsageError."""
    return {**body, **{key: right(moment(body[key])).isoformat() for key in TIMES if body.get(key)}}
