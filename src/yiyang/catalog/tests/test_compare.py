"""The floor between two small lists: every verdict, and the person who proves it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from yiyang.base.errors import NoEffect, UsageError
from yiyang.base.screen import set_lang
from yiyang.catalog.compare import Compared, Comparison, Status, compare
from yiyang.catalog.overlay import Overlay
from yiyang.catalog.tests.small import REAL, SOURCE, Policy
from yiyang.engine.proof import Method

DAY = date(2026, 11, 1)
UP, LOW = "511700", "511724"
VALUES = (
    "{{sum: {{zh: 标准, en: standard, unit: fen, exactness: {exactness}, "
    "from: {{2020-01-01: {fen}}}, source: {source}}}}}"
)
TIMES = (
    "{{visits: {{zh: 次数, en: visits, unit: times, exactness: {exactness}, "
    "from: {{2020-01-01: {n}}}, source: {source}}}}}"
)
TIERS = "{{tiers: [{{when: age >= 90, value: high}}, {{when: {when}, value: low}}]}}"
TWO = (
    "{{high: {{zh: 九十, en: high, unit: fen, from: {{2020-01-01: {high}}}, source: {source}}}, "
    "low: {{zh: 八十, en: low, unit: fen, from: {{2020-01-01: {low}}}, source: {source}}}}}"
)


@pytest.fixture
def lists(policy: Policy) -> Policy:
    """An upper list with one item: 60 yuan a month from 80."""
    policy.write("areas/divisions.csv", (REAL / "areas/divisions.csv").read_text(encoding="utf-8"))
    policy.item(UP)
    policy.head(LOW)
    return policy


def _values(fen: int, exactness: str = "exact") -> str:
    return VALUES.format(fen=fen, exactness=exactness, source=SOURCE)


def _times(n: int, exactness: str = "at_least") -> dict[str, str]:
    return {"amount": "", "times": "visits", "values": TIMES.format(n=n, exactness=exactness, source=SOURCE)}


def _tiers(high: int, low: int, when: str = "age >= 80") -> dict[str, str]:
    return {"amount": TIERS.format(when=when), "values": TWO.format(high=high, low=low, source=SOURCE)}


def found(**options: Any) -> Comparison:
    return compare(LOW, UP, DAY, **options)


def one(**options: Any) -> Compared:
    items = found(**options).items
    assert len(items) == 1
    return items[0]


def test_the_same_item_is_equal(lists: Policy) -> None:
    lists.item(LOW)
    assert one().status is Status.EQUAL
    assert not found().below


def test_a_lower_amount_is_shown_with_person_amounts_and_articles(lists: Policy) -> None:
    lists.item(LOW, fen=5000)
    item = one()
    assert item.status is Status.WORSE
    (shown,) = item.people
    assert shown.person == "80周岁、户籍地在大竹县的老人"
    assert shown.facts == {"age": 80, "registered_area": "511724", "alive": True}
    assert (shown.upper.words, shown.upper.fen, shown.upper.article) == ("每月 ¥60.00", 6000, "《示例文件》第一条")
    assert (shown.lower.words, shown.lower.fen, shown.lower.area) == ("每月 ¥50.00", 5000, "大竹县")


def test_in_english_on_demand(lists: Policy) -> None:
    lists.item(LOW, fen=5000)
    set_lang("en")
    try:
        (shown,) = one().people
    finally:
        set_lang(None)
    assert shown.person == "an elder: age 80, place of household registration in 大竹县"
    assert shown.upper.words == "¥60.00 a month"


def test_a_higher_amount_is_better(lists: Policy) -> None:
    lists.item(LOW, fen=7000)
    item = one()
    assert item.status is Status.BETTER
    assert item.people[0].kind == "more"


def test_a_narrower_circle_is_worse(lists: Policy) -> None:
    lists.item(LOW, who="age >= 80 and hardship == low_income", fen=90000)
    item = one()
    assert item.status is Status.MIXED
    assert [(shown.kind, shown.person) for shown in item.people] == [
        ("uncovered", "80周岁、户籍地在大竹县，非困难对象的老人"),
        ("more", "80周岁、户籍地在大竹县、低保对象的老人"),
    ]
    assert item.people[0].lower.words == "不能享受"


def test_a_wider_circle_is_better(lists: Policy) -> None:
    lists.item(LOW, who="age >= 70")
    assert one().status is Status.BETTER


def test_the_young_do_not_count(lists: Policy) -> None:
    lists.item(UP, who="age >= 50")
    lists.item(LOW, who="age >= 60")
    assert one().status is Status.EQUAL


def test_who_lives_here_but_is_registered_elsewhere_counts_where_the_upper_list_says_so(lists: Policy) -> None:
    lists.item(UP, basis="resident")
    lists.item(LOW)
    (shown, other) = one().people
    assert shown.person == "80周岁、户籍地不在大竹县、居住地在大竹县的老人"
    assert shown.facts["registered_area"] == "not 511724"
    assert other.kind == "wider"


def test_a_year_is_twelve_months(lists: Policy) -> None:
    lists.item(LOW, fen=72000, every="year")
    assert one().status is Status.EQUAL
    lists.item(LOW, fen=71999, every="year")
    (shown,) = one().people
    assert (shown.upper.words, shown.lower.words) == ("每月 ¥60.00（合每年 ¥720.00）", "每年 ¥719.99")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"every": "time"}, "上级每月计、本级每次计"),
        ({"per": "household"}, "上级按人计、本级按户计"),
        ({"per": "facility"}, "上级按人计、本级按站点计"),
    ],
)
def test_amounts_without_a_common_scale_are_not_compared(changes: dict[str, str], said: str, lists: Policy) -> None:
    lists.item(LOW, fen=999999, **changes)
    item = one()
    assert item.status is Status.NOT_COMPARABLE
    assert said in item.reasons[0]
    assert found().below
    assert not found(allow_unstated=True).below


def test_what_every_person_gets_reaches_what_a_household_gets(lists: Policy) -> None:
    lists.item(UP, per="household")
    lists.item(LOW)
    assert one().status is Status.EQUAL


def test_fewer_people_are_worse_even_where_amounts_cannot_be_compared(lists: Policy) -> None:
    lists.item(LOW, every="time", who="age >= 90")
    assert one().status is Status.WORSE


def test_an_amount_that_is_not_stated_is_not_shown_to_reach(lists: Policy) -> None:
    lists.item(LOW, amount="", no_amount="not_stated")
    item = one()
    assert item.status is Status.UNPROVEN
    assert item.people[0].lower.words == "可以享受，文件未载明金额"
    assert [compared.item for compared in found().below] == ["allowance"]
    assert not found(allow_unstated=True).below


def test_where_the_upper_list_states_no_amount_every_amount_reaches(lists: Policy) -> None:
    lists.item(UP, amount="", no_amount="not_stated")
    lists.item(LOW, fen=1)
    item = one()
    assert (item.status, item.reasons) == (Status.EQUAL, ("上级没有写明金额，本级写明多少都算达到",))
    lists.item(LOW, amount="", no_amount="not_stated")
    assert one().status is Status.EQUAL


def test_amounts_that_are_stated_for_some_only(lists: Policy) -> None:
    lists.item(UP, **_tiers(12000, 6000))
    lists.item(LOW, no_amount="not_stated", **_tiers(12000, 6000, "age >= 85"))
    item = one()
    assert item.status is Status.UNPROVEN
    assert item.people[0].person.startswith("80周岁")
    lists.item(LOW, **_tiers(12000, 6000, "age >= 85"))
    assert one().status is Status.WORSE


def test_a_ceiling_above_is_no_floor(lists: Policy) -> None:
    lists.item(UP, values=_values(80000, "at_most"))
    lists.item(LOW, fen=1)
    assert one().status is Status.EQUAL


def test_at_least_above_is_a_floor(lists: Policy) -> None:
    lists.item(UP, values=_values(30000, "at_least"))
    lists.item(LOW, fen=29999)
    item = one()
    assert item.status is Status.WORSE
    assert item.people[0].upper.words == "每月不低于 ¥300.00"


def test_a_ceiling_below_does_not_prove_anything(lists: Policy) -> None:
    lists.item(LOW, values=_values(9000, "at_most"))
    assert one().status is Status.UNPROVEN
    lists.item(LOW, values=_values(5000, "at_most"))
    assert one().status is Status.WORSE


def test_free_of_charge_is_a_floor_and_reaches_every_amount(lists: Policy) -> None:
    lists.item(UP, amount="", no_amount="free_of_charge")
    lists.item(LOW, amount="", no_amount="not_stated")
    item = one()
    assert (item.status, item.reasons) == (Status.UNPROVEN, ("上级免费提供，本级没有写明免费",))
    lists.item(UP)
    lists.item(LOW, amount="", no_amount="free_of_charge")
    assert one().status is Status.EQUAL


def test_a_formula_is_compared_with_nothing_but_itself(lists: Policy) -> None:
    lists.item(UP, amount="", no_amount="by_formula")
    lists.item(LOW, amount="", no_amount="by_formula")
    assert one().status is Status.EQUAL
    lists.item(LOW)
    assert one().status is Status.NOT_COMPARABLE
    lists.item(LOW, amount="", no_amount="not_stated")
    assert one().status is Status.UNPROVEN


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, Status.EQUAL),
        ({"every": "week"}, Status.BETTER),
        ({"every": "quarter"}, Status.WORSE),
        ({"every": "time"}, Status.NOT_COMPARABLE),
    ],
)
def test_how_often_is_compared_by_the_year(changes: dict[str, str], status: Status, lists: Policy) -> None:
    lists.item(UP, **_times(1))
    lists.item(LOW, **_times(1), **changes)
    assert one().status is status


def test_how_often_must_be_stated(lists: Policy) -> None:
    lists.item(UP, **_times(2))
    lists.item(LOW, amount="", no_amount="not_stated")
    item = one()
    assert (item.status, item.reasons) == (Status.UNPROVEN, ("上级写明每月至少2次，本级没有写明次数",))
    lists.item(LOW, **_times(2, "at_most"))
    assert one().status is Status.UNPROVEN
    lists.item(LOW, **_times(1, "at_most"))
    assert one().status is Status.WORSE


def test_at_most_so_often_above_is_no_floor(lists: Policy) -> None:
    lists.item(UP, **_times(4, "at_most"))
    lists.item(LOW, **_times(1))
    assert one().status is Status.EQUAL


def test_money_instead_of_a_service_is_remarked_upon(lists: Policy) -> None:
    lists.item(LOW, kind="service")
    item = one()
    assert item.status is Status.EQUAL
    assert "请人工核对" in item.reasons[0]


def test_an_item_that_is_missing_fails_unless_the_upper_list_may_answer(lists: Policy) -> None:
    item = one()
    assert item.status is Status.MISSING
    assert item.answered_by == UP
    assert item.reasons == ("本级清单未列，现由达州市清单兜底",)
    assert (item.people[0].kind, item.people[0].lower.words) == ("covered", "没有列入")
    assert found().below
    item = one(fallback=True)
    assert (item.status, item.answered_by) == (Status.EQUAL, UP)
    assert not found(fallback=True).below


def test_an_item_that_means_nobody_here_need_not_be_listed(lists: Policy) -> None:
    lists.item(UP, who="age >= 80 and registered_area within 511703")
    assert one().status is Status.UNAFFECTED
    assert not found().below


def test_items_of_the_lower_list_alone_are_extra(lists: Policy) -> None:
    lists.item(LOW)
    lists.item(LOW, "plaque", name="{zh: 牌匾, en: Plaque}")
    extra = found().items[-1]
    assert (extra.item, extra.status, extra.upper) == ("plaque", Status.EXTRA, None)
    assert not found().below


def test_two_names_for_one_item_are_pointed_out(lists: Policy) -> None:
    lists.item(LOW, "old_age", name="{zh: 高龄老人津贴, en: Allowance}")
    missing, extra = found().items
    assert (missing.status, extra.status) == (Status.MISSING, Status.EXTRA)
    assert "名称相近的“高龄老人津贴”（old_age）" in missing.reasons[1]


def test_other_items_may_make_up_for_it(lists: Policy) -> None:
    group = {"stacking": "{highest_of: care}"}
    for area, fen in ((UP, 1000), (LOW, 9000)):
        lists.item(area, fen=6000, **group)
        lists.item(area, "nursing", who="ability >= severe", fen=fen, **group)
    by_id = {item.item: item for item in found().items}
    assert by_id["allowance"].status is Status.EQUAL
    assert by_id["allowance"].reasons == ("少的部分由就高、不重复享受等相关项目补足",)
    assert by_id["nursing"].status is Status.BETTER


def test_a_change_is_tried_on_the_lower_list_alone(lists: Policy) -> None:
    overlay = Overlay.of(["allowance.sum=50"], area=UP)
    result = compare(UP, UP, DAY, overlay)
    assert result.items[0].status is Status.WORSE
    assert (result.lower_name, result.upper_name) == ("达州市（试改）", "达州市")
    with pytest.raises(NoEffect):
        compare(UP, UP, DAY, Overlay.of(["allowance.summ=50"], area=UP))


def test_a_draft_is_compared_like_a_list(lists: Policy) -> None:
    for name in (f"lists/{UP}/list.yaml", f"lists/{UP}/allowance.yaml"):
        text = (lists.root / name).read_text(encoding="utf-8").replace("6000", "5900").replace(UP, LOW)
        lists.write(f"../draft/{name.rsplit('/', 1)[1]}", text)
    result = compare(lists.root.parent / "draft", UP, DAY)
    assert result.items[0].status is Status.WORSE
    assert result.lower_name == "大竹县（草案）"
    assert compare(UP, lists.root.parent / "draft", DAY).items[0].status is Status.BETTER


def test_figures_are_those_of_the_day(lists: Policy) -> None:
    lists.item(LOW, values=_values(5000).replace("2020-01-01: 5000", "2020-01-01: 5000, 2026-12-01: 6000"))
    assert one().status is Status.WORSE
    assert compare(LOW, UP, date(2026, 12, 1)).items[0].status is Status.EQUAL


def test_an_area_without_a_list_is_a_usage_error(lists: Policy) -> None:
    with pytest.raises(UsageError, match="no list of its own"):
        compare("511725", UP, DAY)


def test_z3_says_the_same(lists: Policy) -> None:
    lists.item(UP, who="age >= 80 or hardship in (destitute, low_income)")
    lists.item(LOW, who="age >= 80 or destitute_support == dispersed", fen=6100)
    every, proved = one(method=Method.EXHAUSTIVE), one(method=Method.Z3)
    assert (every.method, proved.method) == ("exhaustive", "z3")
    assert [(shown.kind, shown.facts) for shown in every.people] == [(s.kind, s.facts) for s in proved.people]
    assert one(limit=1).method == "z3"


def test_people_who_cannot_be_are_not_shown(lists: Policy) -> None:
    """Whoever is supported as destitute is destitute; nobody else may prove anything."""
    lists.item(UP, who="destitute_support == dispersed")
    lists.item(LOW, who="hardship == destitute and destitute_support != concentrated")
    assert one().status is Status.EQUAL
