"""Pages call areas as they are called now."""

from __future__ import annotations

from datetime import date

import pytest

from yiyang.access.scope import Scope
from yiyang.areas import actions, names
from yiyang.areas.changes import Merge, Rename
from yiyang.areas.tests.places import WUMU, ZHUYANG, area, villages


@pytest.mark.django_db
def test_a_renamed_town_and_a_moved_village_are_called_as_they_are_now(officer: Scope) -> None:
    assert names.name(WUMU) == "乌木镇"
    first = villages(WUMU)[0]
    change = actions.carry_out(
        Rename(area(WUMU).pk, "乌木街道"), by=officer, document="文件", effective=date(2026, 11, 1)
    )
    assert names.name(WUMU) == "乌木街道"
    assert names.full_name(first.code or 0) == f"四川省达州市大竹县乌木街道{first.name}"
    actions.undo(change, by=officer)
    assert names.name(WUMU) == "乌木镇"
    actions.carry_out(
        Merge((area(WUMU).pk,), area(ZHUYANG).pk), by=officer, document="文件", effective=date(2026, 11, 1)
    )
    old = first.code or 0
    first.refresh_from_db()
    assert names.name(first.code or 0) == names.name(old) == first.name
    assert names.name(511771000000) == "达州高新区"


def test_outside_of_a_unit_of_work_the_published_table_speaks() -> None:
    assert names.name(WUMU) == "乌木镇"
    assert names.full_name(WUMU) == "四川省达州市大竹县乌木镇"
