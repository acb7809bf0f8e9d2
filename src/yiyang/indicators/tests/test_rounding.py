"""Controlled rounding: multiples that add up, near their counts; and what an attacker still knows."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiyang.base.errors import UsageError
from yiyang.indicators.publication import files, rounding
from yiyang.indicators.publication.attack import Seen, attack
from yiyang.indicators.publication.protecting import protect
from yiyang.indicators.publication.rounding import Rounded, round_table
from yiyang.indicators.publication.rules import Rules
from yiyang.indicators.publication.tables import Table, flat
from yiyang.indicators.tests.test_noise import city
from yiyang.indicators.tests.test_publication import SMALL, table


def rounded(each: Table, base: int = 5, *earlier: Rounded, seed: int = 1) -> Rounded:
    return round_table(each, base, np.random.default_rng(seed), earlier=earlier)


def seen(each: Rounded) -> Seen:
    """What everybody reads in its file."""
    told = replace(each.table, counts=each.told)
    return files.read_json(files.as_json(told, np.ones(told.counts.shape, bool), {"protection": rounding.said(each)}))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=2, max_size=4), st.sampled_from([5, 10]))
def test_whatever_the_counts_it_adds_up_and_nobody_is_held_closer_than_a_base(
    leaves: list[list[int]], base: int
) -> None:
    found = rounded(table(leaves), base)
    assert not rounding.wrong(found)
    assert not found.relaxed.any()
    assert not attack([seen(found)], width=base - 1).closest


def test_a_table_of_three_groupings_adds_up_in_all_its_totals() -> None:
    found = rounded(city())
    assert not rounding.wrong(found)
    assert found.mean_error < 2


def test_a_figure_two_bases_away_is_told_of() -> None:
    found = rounded(table(SMALL))
    far = found.told.copy()
    far[0, 0] += 5
    assert (
        rounding.said(replace(found, told=far))["relaxed"] == [0]
        if abs(far[0, 0] - found.table.counts[0, 0]) >= 5
        else True
    )
    assert any("total" in en for _, en in rounding.wrong(replace(found, told=far)))


def test_a_table_rounded_later_agrees_with_the_earlier_one() -> None:
    first = rounded(table(SMALL))
    later = table([[34, 34], [52, 50], [44, 46], [66, 67]], name="by_sex", second="sex")
    second = rounded(later, 5, first, seed=2)
    assert (second.told[:, 0] == first.told[:, 0]).all()
    assert not attack([seen(first), seen(second)], width=4).closest


def test_the_same_count_is_rounded_the_same_way_next_month() -> None:
    first = rounded(table(SMALL))
    second = rounded(table(SMALL, "2026-11"), 5, first, seed=7)
    assert (second.told == first.told).mean() > 0.9


def test_another_base_beside_is_refused() -> None:
    with pytest.raises(UsageError, match="Another base"):
        rounded(table(SMALL), 10, rounded(table(SMALL)))


def test_a_base_out_of_bounds_is_refused() -> None:
    with pytest.raises(UsageError):
        rounded(table(SMALL), 2)


def test_rounding_beside_hiding_is_found_out() -> None:
    each = table([[40, 25, 1], [60, 30, 2], [55, 20, 1], [70, 41, 2]])
    hidden, _ = protect([each], Rules(least=10, width=5))
    open_one = Seen(each.name, seen(rounded(each)).shape, np.where(hidden[0].shown, each.counts, 0), hidden[0].shown)
    alone, both = attack([open_one]), attack([open_one, seen(rounded(each))])
    assert not alone.closest
    assert both.closest


def test_a_figure_that_was_altered_fits_nothing() -> None:
    found = seen(rounded(table([[40, 25], [60, 30]])))
    found.values[0, 0] += 50
    assert attack([found], width=4).impossible


def test_a_table_of_one_grouping_is_rounded_too() -> None:
    each = Table("one", "", "people", "2026-10", (flat("age", "", list("abc")),), np.array([21, 3, 0, 18]))
    found = rounded(each)
    assert not rounding.wrong(found)
    assert found.told[2] == 0


def test_the_method_stands_in_the_file() -> None:
    found = rounded(table(SMALL))
    told = files.as_json(
        replace(found.table, counts=found.told), np.ones(found.told.shape, bool), {"protection": rounding.said(found)}
    )
    assert json.loads(told)["protection"] == {"method": "round", "base": 5, "within": 4, "relaxed": []}
