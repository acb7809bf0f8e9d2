"""Hand-made pairs of programs: who is worse off under the lower one."""

from __future__ import annotations

from typing import Any

import pytest

from yiyang.engine.facts import Fact, FactBook, Label
from yiyang.engine.facts import Kind as FactKind
from yiyang.engine.language import parse
from yiyang.engine.proof import Method, Search
from yiyang.engine.proof_floor import Findings, Kind, Side, linked, weigh
from yiyang.engine.proof_space import Universe
from yiyang.engine.rules import Program, Rule, Stacking, Tier

BOOK = FactBook(
    {
        "age": Fact("age", FactKind.YEARS, "年龄", "age", "birth_date"),
        "poor": Fact("poor", FactKind.BOOL, "困难", "poor", "poor", absent=0),
        "frail": Fact(
            "frail", FactKind.ORDERED, "失能", "frail", "frail", tuple(Label(n, n, n) for n in ("no", "mild", "severe"))
        ),
    }
)
FINE = {Kind.COVERED, Kind.BOTH}
UNIVERSE = Universe(typical={"age": 70})


def rule(
    item: str, who: str, *tiers: tuple[str, int], every: str = "month", per: str = "person", **stacking: Any
) -> Rule:
    read = tuple(Tier(parse(when, BOOK), fen) for when, fen in tiers)
    return Rule(item, "area", who=parse(who, BOOK), tiers=read, every=every, per=per, stacking=Stacking(**stacking))


def side(
    *rules: Rule, ceilings: frozenset[tuple[str, int]] = frozenset(), silent: frozenset[str] = frozenset()
) -> Side:
    return Side(Program(rules), ceilings, silent)


@pytest.fixture(params=[Search(Method.EXHAUSTIVE), Search(Method.Z3)], ids=lambda search: str(search.method))
def search(request: pytest.FixtureRequest) -> Search:
    found: Search = request.param
    return found


def _kinds(findings: Findings) -> set[Kind]:
    return set(findings.cases)


OLD_AGE = rule("old_age", "age >= 80", ("age >= 90", 12000), ("age >= 80", 6000))


def test_a_list_is_not_below_itself(search: Search) -> None:
    assert _kinds(weigh(side(OLD_AGE), side(OLD_AGE), "old_age", UNIVERSE, search=search)) == FINE


def test_shows_the_youngest_who_gets_less(search: Search) -> None:
    lower = rule("old_age", "age >= 80", ("age >= 90", 12000), ("age >= 80", 5000))
    found = weigh(side(lower), side(OLD_AGE), "old_age", UNIVERSE, search=search)
    assert _kinds(found) == FINE | {Kind.LESS}
    case = found.cases[Kind.LESS]
    assert (case.person.values["age"], case.lower, case.upper) == (80, (True, 5000), (True, 6000))


def test_better_for_some_and_worse_for_others(search: Search) -> None:
    lower = rule("old_age", "age >= 75 and age < 95", ("age >= 90", 20000), ("age >= 75", 5000))
    found = weigh(side(lower), side(OLD_AGE), "old_age", UNIVERSE, search=search)
    assert _kinds(found) == FINE | {Kind.LESS, Kind.MORE, Kind.WIDER, Kind.UNCOVERED}
    ages = {kind: case.person.values["age"] for kind, case in found.cases.items()}
    assert ages == {Kind.COVERED: 80, Kind.BOTH: 80, Kind.LESS: 80, Kind.MORE: 90, Kind.WIDER: 75, Kind.UNCOVERED: 95}


def test_a_narrower_circle_leaves_somebody_out(search: Search) -> None:
    lower = rule("old_age", "age >= 80 and poor", ("everyone", 20000))
    found = weigh(side(lower), side(OLD_AGE), "old_age", UNIVERSE, search=search)
    case = found.cases[Kind.UNCOVERED]
    assert (case.lower, case.upper) == ((False, 0), (True, 6000))
    assert case.person.telling == ("age", "poor")


def test_amounts_of_different_periods_are_weighed_by_the_year(search: Search) -> None:
    yearly = rule("old_age", "age >= 80", ("everyone", 72000), every="year")
    monthly = rule("old_age", "age >= 80", ("everyone", 6000))
    quarterly = rule("old_age", "age >= 80", ("everyone", 17999), every="quarter")
    assert _kinds(weigh(side(yearly), side(monthly), "old_age", UNIVERSE, search=search)) == FINE
    assert Kind.LESS in _kinds(weigh(side(quarterly), side(yearly), "old_age", UNIVERSE, search=search))


def test_amounts_on_no_common_scale_are_left_alone(search: Search) -> None:
    each_time = rule("old_age", "age >= 80", ("everyone", 1), every="time")
    assert _kinds(weigh(side(each_time), side(OLD_AGE), "old_age", UNIVERSE, amounts=False, search=search)) == FINE


def test_an_item_that_is_not_listed_covers_nobody(search: Search) -> None:
    found = weigh(side(), side(OLD_AGE), "old_age", UNIVERSE, search=search)
    assert _kinds(found) == {Kind.COVERED, Kind.UNCOVERED}


def test_nobody_here_is_touched_by_the_item(search: Search) -> None:
    found = weigh(side(), side(OLD_AGE), "old_age", Universe(parse("age < 70", BOOK)), search=search)
    assert _kinds(found) == set()


def test_a_ceiling_above_asks_for_nothing(search: Search) -> None:
    upper, lower = rule("meal", "poor", ("everyone", 900)), rule("meal", "poor", ("everyone", 100))
    ceiling = frozenset({("meal", 0)})
    assert _kinds(weigh(side(lower), side(upper, ceilings=ceiling), "meal", UNIVERSE, search=search)) == FINE


def test_a_ceiling_below_is_not_shown_to_reach_the_floor(search: Search) -> None:
    upper, lower = rule("meal", "poor", ("everyone", 100)), rule("meal", "poor", ("everyone", 900))
    ceiling = frozenset({("meal", 0)})
    found = weigh(side(lower, ceilings=ceiling), side(upper), "meal", UNIVERSE, search=search)
    assert _kinds(found) == FINE | {Kind.UNSURE}
    lower = rule("meal", "poor", ("everyone", 99))
    found = weigh(side(lower, ceilings=ceiling), side(upper), "meal", UNIVERSE, search=search)
    assert _kinds(found) == FINE | {Kind.LESS}


def test_where_no_amount_is_stated_the_floor_is_not_shown_to_be_reached(search: Search) -> None:
    lower = side(rule("old_age", "age >= 80", ("age >= 90", 12000)), silent=frozenset({"old_age"}))
    found = weigh(lower, side(OLD_AGE), "old_age", UNIVERSE, search=search)
    assert _kinds(found) == FINE | {Kind.UNSURE}
    assert found.cases[Kind.UNSURE].person.values["age"] == 80
    none_at_all = side(rule("old_age", "age >= 80"), silent=frozenset({"old_age"}))
    assert _kinds(weigh(none_at_all, side(OLD_AGE), "old_age", UNIVERSE, search=search)) == FINE | {Kind.UNSURE}


def test_whom_no_tier_names_gets_nothing(search: Search) -> None:
    lower = side(rule("old_age", "age >= 80", ("age >= 90", 12000)))
    assert Kind.LESS in _kinds(weigh(lower, side(OLD_AGE), "old_age", UNIVERSE, search=search))


def test_silence_above_asks_for_nothing(search: Search) -> None:
    upper = side(rule("old_age", "age >= 80"), silent=frozenset({"old_age"}))
    assert _kinds(weigh(side(OLD_AGE), upper, "old_age", UNIVERSE, search=search)) == FINE | {Kind.MORE}


def test_only_the_tier_with_the_ceiling_is_in_doubt(search: Search) -> None:
    tiers = (("age >= 90", 12000), ("age >= 80", 6000))
    lower = side(rule("old_age", "age >= 80", *tiers), ceilings=frozenset({("old_age", 0)}))
    found = weigh(lower, side(OLD_AGE), "old_age", UNIVERSE, search=search)
    assert found.cases[Kind.UNSURE].person.values["age"] == 90


def test_excluding_an_item_leaves_people_out(search: Search) -> None:
    care = rule("care", "frail >= mild")
    lower = side(care, rule("visit", "poor", not_with=("care",)))
    found = weigh(lower, side(care, rule("visit", "poor")), "visit", UNIVERSE, search=search)
    case = found.cases[Kind.UNCOVERED]
    assert case.person.values == {"poor": 1, "frail": 1}
    assert not found.set_off


def _group(first: int, second: int) -> Side:
    return side(
        rule("one", "poor", ("everyone", first), highest_of="g"),
        rule("two", "frail >= mild", ("everyone", second), highest_of="g"),
    )


def test_another_item_of_the_group_may_make_up_for_it(search: Search) -> None:
    """Above the frail and poor get item two (200); below item one (300) takes its place."""
    found = weigh(_group(300, 200), _group(100, 200), "two", UNIVERSE, search=search)
    assert Kind.UNCOVERED not in found.cases
    assert found.set_off


def test_a_group_that_pays_less_together_does_not(search: Search) -> None:
    found = weigh(_group(190, 180), _group(100, 200), "two", UNIVERSE, search=search)
    assert _kinds(found) == FINE | {Kind.UNCOVERED, Kind.LESS}
    assert not found.set_off


def test_what_is_taken_off_may_be_paid_by_the_other_item(search: Search) -> None:
    upper = side(rule("a", "poor", ("everyone", 100)), rule("b", "poor", ("everyone", 200), less=("a",)))
    lower = side(rule("a", "poor", ("everyone", 200)), rule("b", "poor", ("everyone", 200), less=("a",)))
    assert weigh(lower, upper, "b", UNIVERSE, search=search).set_off
    worse = side(rule("a", "poor", ("everyone", 150)), rule("b", "poor", ("everyone", 190), less=("a",)))
    assert Kind.LESS in weigh(worse, upper, "b", UNIVERSE, search=search).cases


def test_a_cap_that_is_new_takes_something_away(search: Search) -> None:
    upper = side(rule("a", "poor", ("everyone", 100)), rule("b", "poor", ("everyone", 100)))
    capped: dict[str, Any] = {"cap_group": "k", "cap_fen": 150}
    lower = side(rule("a", "poor", ("everyone", 100), **capped), rule("b", "poor", ("everyone", 100), **capped))
    case = weigh(lower, upper, "b", UNIVERSE, search=search).cases[Kind.LESS]
    assert (case.lower, case.upper) == ((True, 50), (True, 100))


def test_a_ceiling_makes_up_for_nothing(search: Search) -> None:
    lower = Side(_group(300, 200).program, frozenset({("one", 0)}))
    found = weigh(lower, _group(100, 200), "two", UNIVERSE, search=search)
    assert Kind.UNCOVERED in found.cases


def test_items_without_an_amount_make_up_for_nothing(search: Search) -> None:
    upper = side(rule("one", "poor"), rule("two", "poor", ("everyone", 100)))
    lower = side(rule("one", "poor", ("everyone", 900)), rule("two", "poor", ("everyone", 100), not_with=("one",)))
    assert Kind.UNCOVERED in weigh(lower, upper, "two", UNIVERSE, search=search).cases


def test_linked_items_are_those_of_either_side() -> None:
    lower = side(rule("a", "poor"), rule("b", "poor", not_with=("a",)), rule("c", "poor"), rule("d", "poor"))
    upper = side(rule("b", "poor"), rule("c", "poor", less=("b",)), rule("d", "poor"))
    assert linked(lower, upper, "a") == {"a", "b", "c"}
    assert linked(lower, upper, "d") == {"d"}
