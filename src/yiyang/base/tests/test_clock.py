"""The day is China's, whatever zone the machine is in."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from yiyang.base.clock import today


# At any moment it is another day than in China in one of these.
@pytest.mark.parametrize("zone", ["Pacific/Niue", "Pacific/Kiritimati", "UTC"])
def test_today_is_the_day_in_china(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        possible = {(datetime.now(UTC) + timedelta(hours=8)).date()}
        found = today()
        possible.add((datetime.now(UTC) + timedelta(hours=8)).date())
    time.tzset()
    assert found in possible
