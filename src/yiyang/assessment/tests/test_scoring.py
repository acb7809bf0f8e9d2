"""One by one and column by column say the same; a worse answer never gives a better level; nothing is guessed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiyang.assessment import scales
from yiyang.assessment.scales import advise, doubts, score, score_many, tidy
from yiyang.assessment.tests.answering import (
    DESTITUTE,
    FORMER,
    GB,
    LTCI,
    SCORED,
    SELF_CHECK,
    answers_to,
    best,
    scale,
    summing,
    worst,
)
from yiyang.base.errors import UsageError

ANY = st.sampled_from(SCORED).map(scale)


@given(st.data())
def test_column_by_column_says_the_same_as_one_by_one(data: st.DataObject) -> None:
    one = data.draw(ANY)
    rows = data.draw(st.lists(answers_to(one), min_size=1, max_size=20))
    found = score_many(one, pa.Table.from_pylist(rows)).to_pylist()
    for row, said in zip(rows, found, strict=True):
        single = score(one, row)
        assert said == {name: getattr(single, name) for name in said}


@given(st.data())
def test_a_worse_answer_never_gives_a_better_level(data: st.DataObject) -> None:
    one = data.draw(ANY)
    answers = data.draw(answers_to(one))
    code = data.draw(st.sampled_from(list(answers)))
    # Options stand best first, and so do the figures of events; a diagnosis of either kind counts alike.
    order = list(one.items[code].by_value)
    place = order.index(answers[code])
    worse = answers | {code: data.draw(st.sampled_from(order[place:]))}
    assert score(one, worse).level >= score(one, answers).level


@given(st.data())
def test_the_answer_is_the_same_whether_numbers_or_texts_are_given(data: st.DataObject) -> None:
    one = data.draw(ANY)
    answers = data.draw(answers_to(one))
    numbers: dict[str, Any] = {code: int(value) if value.isdigit() else value for code, value in answers.items()}
    assert score(one, numbers) == score(one, answers)
    assert tidy(one, numbers) == answers


def test_a_missing_item_is_refused_by_name() -> None:
    answers = best(scale(GB))
    del answers["B.2.3"], answers["A.5.11"]
    with pytest.raises(UsageError) as caught:
        score(scale(GB), answers)
    assert [zh for zh, _ in caught.value.problems] == ["B.2.3 平地行走：没有填", "A.5.11 昏迷：没有填"]


@pytest.mark.parametrize("value", [5, -1, "four", "", None, True, 4.0, "４", [4]])
def test_an_impossible_answer_is_refused_by_name(value: object) -> None:
    with pytest.raises(UsageError) as caught:
        score(scale(GB), best(scale(GB)) | {"B.1.1": value})
    assert "B.1.1 进食" in caught.value.problems[0][0]
    assert len(caught.value.problems) == 1


def test_an_unknown_item_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"there is no item B\.1\.9"):
        score(scale(GB), best(scale(GB)) | {"B.1.9": 4})


def test_many_name_the_item_the_count_and_the_first_rows() -> None:
    rows = [best(scale(DESTITUTE)) for _ in range(9)]
    for row in (2, 5, 6, 7, 8, 3):
        rows[row]["S3"] = "7"
    table = pa.Table.from_pylist(rows).append_column("S9", pa.array([1] * 9))
    with pytest.raises(UsageError) as caught:
        score_many(scale(DESTITUTE), table)
    said = [zh for zh, _ in caught.value.problems]
    assert said[0] == "没有条目“S9”"
    assert said[1].startswith("S3 上下床：6 行没有填或没有这个选项（第 3 行 '7'、第 4 行 '7'")
    assert "可填 1、0" in said[1]


def test_many_keep_what_names_the_row_and_say_which_version_scored() -> None:
    table = pa.Table.from_pylist([best(scale(LTCI)) | {"request": "P1"}, worst(scale(LTCI)) | {"request": "P2"}])
    found = score_many(scale(LTCI), table, ["request"])
    assert found.select(["request", "level"]).to_pylist() == [
        {"request": "P1", "level": 0},
        {"request": "P2", "level": 5},
    ]
    assert found.schema.metadata == {b"instrument": b"ltci_2021", b"version": b"2021.1"}


def test_columns_of_numbers_are_scored_and_columns_of_fractions_are_not() -> None:
    numbers = pa.table({code: pa.array([1, 0], pa.int32()) for code in scale(DESTITUTE).items})
    assert score_many(scale(DESTITUTE), numbers)["level"].to_pylist() == [0, 2]
    coded = pa.table({code: pa.array(["1", "0"]).dictionary_encode() for code in scale(DESTITUTE).items})
    assert score_many(scale(DESTITUTE), coded)["level"].to_pylist() == [0, 2]
    with pytest.raises(UsageError, match="S1"):
        score_many(scale(DESTITUTE), numbers.set_column(0, "S1", pa.array([1.0, 0.0])))


def test_nobody_at_all_is_scored_too() -> None:
    assert len(score_many(scale(GB), scales.table_of(scale(GB), []))) == 0


def test_stored_answers_become_a_table() -> None:
    rows = [tidy(scale(GB), best(scale(GB))), tidy(scale(GB), worst(scale(GB)))]
    table = scales.table_of(scale(GB), [json.dumps(row, ensure_ascii=False) for row in rows])
    assert table.to_pylist() == rows
    with pytest.raises(UsageError, match="not tidy"):
        scales.table_of(scale(GB), ["{"])


def test_neither_old_results_nor_a_self_check_give_a_level() -> None:
    for slug in (FORMER, SELF_CHECK):
        with pytest.raises(UsageError, match="gives no level"):
            score(scale(slug), {})
        with pytest.raises(UsageError, match="gives no level"):
            score_many(scale(slug), pa.table({}))


def test_the_self_check_advises_from_two_small_troubles_or_one_great_one() -> None:
    check = scale(SELF_CHECK)
    assert not advise(check, best(check)).is_worth_asking
    assert not advise(check, best(check) | {"Q1": 1}).is_worth_asking
    said = advise(check, best(check) | {"Q1": 1, "Q5": 1})
    assert (said.is_worth_asking, said.because) == (True, ["吃饭", "记事认路"])
    assert advise(check, best(check) | {"Q8": 0}).is_worth_asking
    with pytest.raises(UsageError, match="no self-check"):
        advise(scale(GB), best(scale(GB)))


def test_answers_that_hardly_stand_together_are_pointed_out_and_change_nothing() -> None:
    answers = best(scale(GB)) | {"B.2.3": "0"}
    found = [doubt.code for doubt in doubts(scale(GB), answers)]
    assert found == ["stairs_not_walking", "out_not_walking"]
    assert score(scale(GB), answers).level == 1
    assert doubts(scale(GB), best(scale(GB))) == []
    assert doubts(scale(GB), worst(scale(GB))) == []


def test_two_versions_say_who_would_change() -> None:
    old = scale(GB)
    adding = replace(old, version="2022.9", raises_add_up=True)
    both = {"A.4.1": "dementia", "A.2.14.1": "2"}
    rows = [best(old), best(old) | both, summing(old, 50) | both, summing(old, 10) | both]
    table = pa.Table.from_pylist([row | {"number": f"P{n}"} for n, row in enumerate(rows)])
    found = scales.compare_versions(table, old, adding, ["number"])
    assert found.changed.to_pylist() == [
        {"row": 1, "number": "P1", "old_level": 1, "new_level": 2},
        {"row": 2, "number": "P2", "old_level": 3, "new_level": 4},
    ]
    assert sum(found.counts["assessments"].to_pylist()) == 4


def test_a_version_that_asks_more_cannot_be_tried_on_old_answers() -> None:
    old = scale(DESTITUTE)
    first = old.parts[0]
    more = replace(first, items=(*first.items, replace(first.items[0], code="S7", name="做饭")))
    with pytest.raises(UsageError, match="S7"):
        scales.compare_versions(pa.Table.from_pylist([best(old)]), old, replace(old, parts=(more,)))


def test_old_answers_can_be_tried_on_a_version_that_asks_less() -> None:
    old = scale(DESTITUTE)
    first = old.parts[0]
    fewer = replace(old, parts=(replace(first, items=first.items[:5]),))
    assert scales.compare_versions(pa.Table.from_pylist([best(old)]), old, fewer).changed["new_level"].to_pylist() == [
        1
    ]
