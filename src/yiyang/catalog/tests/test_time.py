"""Lists through time and side by side."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from yiyang.base.errors import UsageError
from yiyang.catalog.diffing import Side, diff
from yiyang.catalog.history import history_of
from yiyang.catalog.tests.small import REAL, SOURCE, Policy

DAY = date(2026, 11, 1)


@pytest.fixture
def lists(policy: Policy) -> Policy:
    policy.write("areas/divisions.csv", (REAL / "areas/divisions.csv").read_text(encoding="utf-8"))
    values = f"{{sum: {{zh: 标准, en: s, unit: fen, from: {{2020-01-01: 5000, 2024-07-01: 6000}}, source: {SOURCE}}}}}"
    policy.item(values=values)
    policy.item(id="new", starts="2025-01-01")
    policy.item(id="gone", ends="2024-12-31")
    policy.item(area="511725", who="age >= 85", fen=6000, name="{zh: 长寿金, en: Longevity}")
    return policy


def test_history_tells_each_figure_with_its_days_and_source(lists: Policy) -> None:
    found = history_of("511724", "allowance")
    assert [(line.figure, line.start.isoformat(), line.until) for line in found.lines] == [
        ("¥50.00", "2020-01-01", "2024-06-30"),
        ("¥60.00", "2024-07-01", ""),
    ]
    assert found.lines[0].source == "《示例文件》第一条（据文件文本转录）"
    assert found.json()["lines"][1]["stored"] == 6000


def test_history_of_an_unknown_item_names_the_nearest(lists: Policy) -> None:
    with pytest.raises(UsageError, match="allowance"):
        history_of("511724", "alowance")


def test_one_list_at_two_dates(lists: Policy) -> None:
    found = diff(Side("511724", date(2024, 6, 1)), Side("511724", DAY))
    assert {(change.kind, change.item) for change in found.changes} == {
        ("added", "new"), ("removed", "gone"), ("changed", "allowance")}  # fmt: skip
    change = next(change for change in found.changes if change.kind == "changed")
    assert (change.field, change.left, change.right) == ("标准", "每月 ¥50.00", "每月 ¥60.00")
    assert "新增 1 项，减少 1 项，变化 1 项，相同 0 项" in found.summary()[0]


def test_two_areas_differ_in_what_matters_only(lists: Policy) -> None:
    found = diff(Side("511724", DAY), Side("511725", DAY))
    changes = [(change.item, change.field, change.left, change.right) for change in found.changes]
    assert ("allowance", "服务对象", "年满80周岁", "年满85周岁") in changes
    assert {change.field for change in found.changes} == {"", "服务对象"}


def test_a_draft_folder_against_the_list(lists: Policy) -> None:
    draft = Path("draft")
    (lists.root / "lists/511725").rename(lists.root.parent / draft)
    text = (draft / "list.yaml").read_text().replace('area: "511725"', 'area: "511724"')
    (draft / "list.yaml").write_text(text)
    found = diff(Side("511724", DAY), Side(draft, DAY))
    assert {(change.kind, change.item) for change in found.changes} == {("removed", "new"), ("changed", "allowance")}
    assert "名称" in {change.field for change in found.changes}


def test_a_list_does_not_differ_from_itself(lists: Policy) -> None:
    assert diff(Side("511724", DAY), Side("511724", DAY)).changes == ()
