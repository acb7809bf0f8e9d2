"""Hand-made cases of tiers and stacking, each checked on the cells and by the reference reader."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from yiyang.engine import reference
from yiyang.engine.cells import UNKNOWN, coding_of
from yiyang.engine.evaluate import NO, UNDECIDED, YES, Evaluator
from yiyang.engine.rules import Program, Rule
from yiyang.engine.tests.small import BOOK, REFERENCE, program, rule

OLD = 19401101  # turns 86 on the reference day
Said = list[tuple[int, int, int]]


def born(age: int) -> int:
    return REFERENCE - age * 10000


def said(made: Program, **facts: int) -> Said:
    """(answer, low, high) of each rule for one person; facts not named are unknown. Both readers must say it."""
    stored = {fact.column: facts.get(fact.column) for fact in BOOK.facts.values()}
    by_person = [
        (UNDECIDED if r.entitled is None else int(r.entitled), *r.paid)
        for r in reference.answers(made, stored, REFERENCE)
    ]
    coding = coding_of(made)
    columns = {name: np.array([UNKNOWN if value is None else value]) for name, value in stored.items()}
    evaluator = Evaluator(made, coding, coding.decode(coding.encode(columns, REFERENCE)))
    by_cell = [(int(a.answer[0]), int(a.paid_low[0]), int(a.paid_high[0])) for a in evaluator.answers()]
    assert by_cell == by_person
    return by_person


ALLOWANCE = rule("allowance", "age >= 80", ("age >= 100", 60000), ("age >= 90", 12000), 6000)


@pytest.mark.parametrize(("age", "fen"), [(79, 0), (80, 6000), (89, 6000), (90, 12000), (99, 12000), (100, 60000)])
def test_the_first_tier_that_holds_is_paid(age: int, fen: int) -> None:
    assert said(program(ALLOWANCE), birth_date=born(age)) == [(int(fen > 0), fen, fen)]


def test_who_becomes_80_a_day_after_the_reference_day_waits_a_month() -> None:
    assert said(program(ALLOWANCE), birth_date=born(80) + 1) == [(NO, 0, 0)]


def test_an_unknown_fact_leaves_the_answer_open_between_nothing_and_the_most() -> None:
    assert said(program(ALLOWANCE)) == [(UNDECIDED, 0, 60000)]


def test_an_unknown_tier_leaves_the_amount_open_and_the_answer_certain() -> None:
    care = rule("care", "hardship == destitute", ("ability >= severe", 40000), ("ability >= mild", 20000), 5000)
    assert said(program(care), hardship=1) == [(YES, 5000, 40000)]


def test_without_a_tier_that_holds_nothing_is_paid() -> None:
    assert said(program(rule("a", "everyone", ("alone", 100))), alone=0) == [(YES, 0, 0)]


CARE = rule("care", "hardship == destitute", 20000)
NURSING = rule("nursing", "ability >= moderate", 10000, not_with=("care",))


def test_not_with_takes_the_other_away() -> None:
    assert said(program(CARE, NURSING), hardship=1, ability=2) == [(YES, 20000, 20000), (NO, 0, 0)]
    assert said(program(CARE, NURSING), hardship=0, ability=2) == [(NO, 0, 0), (YES, 10000, 10000)]


def test_not_with_an_undecided_item_is_undecided() -> None:
    assert said(program(CARE, NURSING), ability=2) == [(UNDECIDED, 0, 20000), (UNDECIDED, 0, 10000)]


def test_an_item_that_no_list_has_excludes_nobody() -> None:
    made = rule("a", "everyone", 100, not_with=("nowhere",), less=("nowhere",))
    assert said(program(made)) == [(YES, 100, 100)]


def test_less_pays_the_rest_and_never_below_nothing() -> None:
    voucher = rule("voucher", "everyone", ("ability >= severe", 24000), 8000, less=("care",))
    assert said(program(CARE, voucher), hardship=1, ability=3)[1] == (YES, 4000, 4000)
    assert said(program(CARE, voucher), hardship=1, ability=1)[1] == (YES, 0, 0)
    assert said(program(CARE, voucher), ability=3)[1] == (YES, 4000, 24000)


def group(*amounts: int, **more: Any) -> list[Rule]:
    facts = ("alone", "hardship == destitute", "ability >= moderate")
    return [rule(f"g{n}", facts[n], fen, highest_of="g", **more) for n, fen in enumerate(amounts)]


def test_of_a_group_only_the_highest_stays() -> None:
    made = program(*group(100, 300, 200))
    assert said(made, alone=1, hardship=1, ability=2) == [(NO, 0, 0), (YES, 300, 300), (NO, 0, 0)]
    assert said(made, alone=1, hardship=0, ability=0) == [(YES, 100, 100), (NO, 0, 0), (NO, 0, 0)]


def test_of_equals_the_first_stays_or_the_one_of_the_smaller_rank() -> None:
    assert [row[0] for row in said(program(*group(100, 100)), alone=1, hardship=1)] == [YES, NO]
    first, second = group(100, 100)
    ahead = Rule(**{**second.__dict__, "stacking": type(second.stacking)(highest_of="g", rank=1)})
    assert [row[0] for row in said(program(first, ahead), alone=1, hardship=1)] == [NO, YES]


def test_a_group_compares_what_a_year_brings() -> None:
    monthly, yearly = rule("m", "alone", 100, highest_of="g"), rule("y", "alone", 1100, highest_of="g", every="year")
    assert [row[0] for row in said(program(monthly, yearly), alone=1)] == [YES, NO]


def test_a_rival_that_may_be_higher_makes_the_lower_undecided() -> None:
    assert [row[0] for row in said(program(*group(100, 300)), alone=1)] == [UNDECIDED, UNDECIDED]


def test_a_cap_is_drawn_on_in_order_of_rank() -> None:
    late = rule("late", "alone", 700, cap_group="k", cap_fen=1000)
    early = rule("early", "alone", 600, cap_group="k", cap_fen=1000, rank=1)
    assert said(program(late, early), alone=1) == [(YES, 400, 400), (YES, 600, 600)]


def test_what_perhaps_draws_on_a_cap_leaves_the_next_an_interval() -> None:
    first = rule("first", "hardship == destitute", 600, cap_group="k", cap_fen=1000)
    second = rule("second", "alone", 700, cap_group="k", cap_fen=1000)
    assert said(program(first, second), alone=1) == [(UNDECIDED, 0, 600), (YES, 400, 700)]


def test_three_truths_join_as_kleene_says() -> None:
    made = program(
        rule("and", "alone and ability >= mild"), rule("or", "alone or ability >= mild"), rule("not", "not alone")
    )
    assert [row[0] for row in said(made)] == [UNDECIDED] * 3
    assert [row[0] for row in said(made, alone=0)] == [NO, UNDECIDED, YES]
    assert [row[0] for row in said(made, alone=1)] == [UNDECIDED, YES, NO]


def test_each_reason_has_its_own_bit() -> None:
    care = rule("care", "hardship == destitute", 100)
    other = rule("other", "age >= 80 and alone", ("ability >= severe", 5), not_with=("care",), highest_of="g")
    made = program(care, other)
    coding = coding_of(made)
    row = {"birth_date": OLD, "alone": 0, "hardship": 1, "ability": UNKNOWN}
    codes = coding.encode({name: np.array([value]) for name, value in row.items()}, REFERENCE)
    evaluator = Evaluator(made, coding, coding.decode(codes))
    met, unknown = evaluator.reasons(other, evaluator.answers()[1])
    # Bits: age, alone, ability, not_with care, highest_of g.
    assert (int(met[0]), int(unknown[0])) == (0b01001, 0b00100)
