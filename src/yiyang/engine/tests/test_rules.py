"""Programs: order, cycles, names, reasons."""

from __future__ import annotations

import pytest

from yiyang.base.errors import PolicyError
from yiyang.engine.conditions import Compare
from yiyang.engine.rules import MOST_REASONS, StackReason
from yiyang.engine.tests.small import BOOK, program, rule


def test_items_that_wait_for_each_other_are_refused_with_the_circle_named() -> None:
    with pytest.raises(PolicyError, match=r"circle: .*a.*b.*a|circle: .*b.*a.*b") as caught:
        program(rule("a", "alone", 1, less=("b",)), rule("b", "alone", 1, not_with=("a",)))
    assert caught.value.exit_code == 3
    assert "循环" in caught.value.zh


def test_a_group_and_an_exclusion_within_it_are_a_circle() -> None:
    with pytest.raises(PolicyError, match="circle"):
        program(rule("a", "alone", 1, highest_of="g"), rule("b", "alone", 1, highest_of="g", not_with=("a",)))


def test_steps_come_after_what_they_need() -> None:
    made = program(
        rule("voucher", "alone", 9, less=("care",)), rule("care", "alone", 1, highest_of="g", cap_group="k", cap_fen=5)
    )
    order = list(made.order)
    assert order.index(("highest", "g")) < order.index(("cap", "k")) < order.index(("who", "voucher"))


def test_one_item_twice_in_one_list_is_refused_and_in_two_lists_is_not() -> None:
    with pytest.raises(PolicyError, match="doubled"):
        program(rule("a"), rule("a"))
    assert program(rule("a"), rule("a", area="511724")).items == {"a": (0, 1)}


def test_reasons_are_the_leaves_of_scope_who_and_tiers_each_once_then_stacking() -> None:
    made = rule(
        "a", "age >= 80 and (alone or age >= 80)", ("alone", 1), ("age >= 90", 2), not_with=("b",), highest_of="g"
    )
    age, alone = BOOK["age"], BOOK["alone"]
    assert made.reasons == (
        Compare(age, ">=", 80),
        Compare(alone, "==", 1),
        Compare(age, ">=", 90),
        StackReason("not_with", "b"),
        StackReason("highest_of", "g"),
    )
    assert made.leaves == made.reasons[:3]


def test_more_reasons_than_bits_are_refused_with_a_remedy() -> None:
    text = " or ".join(f"income >= {n}" for n in range(MOST_REASONS + 1))
    with pytest.raises(PolicyError, match="split it in two"):
        _ = rule("a", text).reasons


def test_the_hash_follows_the_content_and_nothing_else() -> None:
    first, same, other = (program(rule("a", "age >= 80", fen)) for fen in (1, 1, 2))
    assert first.hash == same.hash != other.hash


def test_facts_are_those_asked_about_by_name() -> None:
    made = program(rule("a", "alone", ("age >= 90", 1)), rule("b", "home within 511724"))
    assert [fact.name for fact in made.facts] == ["age", "alone", "home"]
