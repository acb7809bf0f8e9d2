"""What a check finds in a place."""

from __future__ import annotations

from collections.abc import Callable

from yiyang.site.doctor import finding
from yiyang.site.doctor.finding import OK, Place


def judge(check: Callable[[Place], finding.Finding], place: Place) -> tuple[str, str]:
    """State and English sentence; a finding that is not ok says how to mend it, in both languages."""
    found = check(place)
    assert all(found.says)
    assert found.state == OK or all(found.mend)
    return found.state, found.says[1]
