"""Changes to try: single values, YAML, folders; what changes nothing is an error."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from yiyang.base.errors import NoEffect, PolicyError, UsageError
from yiyang.catalog.binding import Overlay, bind, effective
from yiyang.catalog.overlay import parse_set
from yiyang.catalog.tests.small import SOURCE, Policy, complaint

DAY = date(2026, 11, 1)


@pytest.fixture
def lists(policy: Policy) -> Policy:
    age = f"from_age: {{zh: 年龄, en: age, unit: years, from: {{2020-01-01: 80}}, source: {SOURCE}}}"
    money = f"sum: {{zh: 标准, en: s, unit: fen, from: {{2020-01-01: 6000}}, expires: 2027-01-01, source: {SOURCE}}}"
    policy.item(who="age >= @from_age", values=f"{{{money}, {age}}}")
    policy.item(area="511700", fen=100)
    return policy


def figures(*sets: str, area: str | None = None) -> dict[str, dict[str, int]]:
    bound = bind(["511700"], DAY, Overlay.of(sets, area=area))
    return {info.list_area: dict(info.values) for info in bound.infos}


@pytest.mark.parametrize(
    ("text", "fen"),
    [("50", 5000), ("50.5", 5050), ("0.01", 1), ("5000fen", 5000), ("5000 fen", 5000), ("¥50", 5000), ("50元", 5000)],
)
def test_money_is_written_in_yuan(text: str, fen: int, lists: Policy) -> None:
    assert figures(f"511724/allowance.sum={text}")["511724"]["sum"] == fen


def test_other_figures_are_plain_integers(lists: Policy) -> None:
    bound = bind(["511724"], DAY, Overlay.of(["allowance.from_age=75"]))
    assert bound.infos[0].values == {"sum": 6000, "from_age": 75}
    assert "75" in repr(bound.program.rules[0].who)


def test_without_an_area_every_list_changes(lists: Policy) -> None:
    assert {area: values["sum"] for area, values in figures("allowance.sum=50").items()} == {
        "511700": 5000,
        "511724": 5000,
    }


def test_a_default_area_is_meant_where_none_is_written(lists: Policy) -> None:
    found = figures("allowance.sum=50", area="511724")
    assert (found["511700"]["sum"], found["511724"]["sum"]) == (100, 5000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("allowance.sums=50", ("allowance.sums", "是否想写 allowance.sum")),
        ("alowance.sum=50", ("是否想写 allowance.sum",)),
        ("511725/allowance.sum=50", ("511725", "511724")),
        ("511724/allowance.sum=60", ("没有作用",)),
        ("511724/allowance.sum=6000fen", ("没有作用",)),
    ],
)
def test_what_changes_nothing_is_an_error(text: str, words: tuple[str, ...], lists: Policy) -> None:
    with pytest.raises(NoEffect) as error:
        figures(text)
    assert all(word in error.value.zh for word in words), error.value.zh


@pytest.mark.parametrize(
    "text", ["allowance", "allowance.sum", "=5", "Allowance.sum=5", "51/allowance.sum=5", "allowance.sum="]
)
def test_refuses_what_it_cannot_read(text: str) -> None:
    with pytest.raises(UsageError, match=r"ITEM\.VALUE"):
        parse_set(text)


@pytest.mark.parametrize(
    "text", ["allowance.sum=5.123", "allowance.sum=-5", "allowance.sum=many", "allowance.from_age=80.5"]
)
def test_refuses_figures_that_do_not_fit_the_unit(text: str, lists: Policy) -> None:
    with pytest.raises(UsageError):
        figures(text)


def test_a_change_that_reaches_nobody_is_an_error(lists: Policy) -> None:
    points = f"points: {{zh: 数, en: n, unit: facilities, from: {{2020-01-01: 5}}, source: {SOURCE}}}"
    money = f"sum: {{zh: 标准, en: s, unit: fen, from: {{2020-01-01: 5}}, source: {SOURCE}}}"
    lists.item(id="fund", values=f"{{{money}, {points}}}")
    lists.item(id="over", ends="2026-01-01")
    for text, word in (
        ("fund.points=6", "information"),
        ("over.sum=6", "not in force"),
        ("511700/allowance.sum=6", "no item"),
    ):
        with pytest.raises(NoEffect, match=word):
            bind(["511724"], DAY, Overlay.of([text]))


def test_a_yaml_file_changes_fields_and_values(lists: Policy) -> None:
    path = lists.write("try.yaml", "511724:\n  allowance:\n    who: age >= 70\n    values: {sum: 70}\n")
    bound = bind(["511724"], DAY, Overlay.of(paths=[path]))
    assert "70" in repr(bound.program.rules[0].who)
    assert bound.infos[0].values["sum"] == 7000


def test_a_yaml_file_takes_whole_values_in_fen(lists: Policy) -> None:
    path = lists.write("try.yaml", "511724:\n  allowance:\n    values: {sum: {from: {2026-01-01: 1234}}}\n")
    assert bind(["511724"], DAY, Overlay.of(paths=[path])).infos[0].values["sum"] == 1234


def test_a_yaml_file_adds_an_item(lists: Policy) -> None:
    text = (lists.root / "lists/511700/allowance.yaml").read_text().replace("id: allowance\n", "")
    path = lists.write("try.yaml", "511724:\n  fund:\n    " + text.replace("\n", "\n    ").rstrip() + "\n")
    found = effective("511724", DAY, Overlay.of(paths=[path]))
    assert [info.item.id for info in found] == ["allowance", "fund"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("511724:\n  allowance:\n    who: aged >= 70\n", ("try.yaml:3", "是否想写 age")),
        ("511724:\n  allowance:\n    whom: everyone\n", ("try.yaml:3", "whom", "是否想写 who")),
        ("511724:\n  fund:\n    who: everyone\n", ("try.yaml:2", "缺少 every")),
        ("511724: [allowance]\n", ("try.yaml", "地区")),
    ],
)
def test_a_faulty_yaml_overlay_names_its_line(text: str, words: tuple[str, ...], lists: Policy) -> None:
    path = lists.write("try.yaml", text)
    with pytest.raises(PolicyError) as error:
        bind(["511724"], DAY, Overlay.of(paths=[path]))
    assert all(word in complaint(error) for word in words), complaint(error)


@pytest.mark.parametrize("text", ["511724: {allowance: {who: 'age >= @from_age'}}\n", "{}\n", "511724: {}\n"])
def test_a_yaml_overlay_that_changes_nothing_is_an_error(text: str, lists: Policy) -> None:
    path = lists.write("try.yaml", text)
    with pytest.raises(NoEffect):
        bind(["511724"], DAY, Overlay.of(paths=[path]))


def test_another_folder_replaces_the_whole_list(lists: Policy) -> None:
    draft = lists.root.parent / "draft" / "511724"
    shutil.copytree(lists.root / "lists/511724", draft)
    (draft / "allowance.yaml").rename(draft / "fund.yaml")
    text = (draft / "fund.yaml").read_text().replace("id: allowance", "id: fund")
    (draft / "fund.yaml").write_text(text)
    for path in (draft, draft.parent):
        found = effective("511724", DAY, Overlay.of(paths=[path]))
        assert [(info.list_area, info.item.id) for info in found] == [("511724", "fund"), ("511700", "allowance")]


def test_a_folder_or_file_that_is_not_there_is_a_usage_error(lists: Policy) -> None:
    (lists.root / "empty").mkdir()
    for name in ("empty", "nothing.yaml"):
        with pytest.raises(UsageError):
            Overlay.of(paths=[lists.root / name])


def test_an_overlay_of_nothing_is_false(lists: Policy) -> None:
    assert not Overlay()
    assert Overlay.of(["allowance.sum=5"]) + Overlay()
