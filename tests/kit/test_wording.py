"""Days as pages write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from yiyang.kit import wording


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "2026-11-24"),
        (datetime(2026, 11, 23, 15, 59, tzinfo=UTC), "2026-11-23"),
        (datetime(2026, 11, 23, 23, 30), "2026-11-23"),
        (date(2026, 11, 23), "2026-11-23"),
        (20261123, "2026-11-23"),
        (wording.OPEN_END, "至今"),
        (None, wording.NOTHING),
    ],
)
def test_the_day_of_a_moment_is_that_in_china(value: Any, said: str) -> None:
    assert wording.day(value) == said
