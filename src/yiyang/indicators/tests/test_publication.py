"""Published tables: what is small is hidden, the proof adds up, and an attacker gets nowhere."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiyang.base.errors import UsageError
from yiyang.indicators.publication import files, keeping
from yiyang.indicators.publication.attack import Seen, attack
from yiyang.indicators.publication.protecting import Secured, check, protect, shape_of
from yiyang.indicators.publication.rules import Rules
from yiyang.indicators.publication.tables import Table, flat, nested, table_of

TOWNS = ["511722001000", "511722002000", "511724001000", "511724002000"]
RULES = Rules(least=10, width=5)


def table(leaves: object, moment: str = "2026-10", name: str = "by_age", second: str = "age") -> Table:
    """Elders by town and age group."""
    counts = np.asarray(leaves)
    towns = nested("area", "区划", TOWNS[: len(counts)], (4, 6), {})
    return table_of(
        name, "老年人", "people", moment, [towns, flat(second, "年龄", list("abcd")[: counts.shape[1]])], counts
    )


def seen(each: Secured) -> Seen:
    """What everybody sees of it: hidden counts are not there at all."""
    return Seen(each.table.name, shape_of(each.table), np.where(each.shown, each.table.counts, 0), each.shown)


def bare(each: Table) -> Seen:
    """Only the small counts are hidden, nothing else."""
    shown = ~RULES.sensitive(each.counts)
    return Seen(each.name, shape_of(each), np.where(shown, each.counts, 0), shown)


SMALL = [[40, 25, 3], [60, 30, 12], [55, 20, 15], [70, 41, 22]]


def test_totals_stand_in_every_level() -> None:
    found = table(SMALL)
    assert found.counts[0, 0] == np.sum(SMALL)
    codes = found.dimensions[0].codes
    assert found.counts[codes.index("511722000000"), 0] == sum(SMALL[0]) + sum(SMALL[1])


def test_a_lone_small_count_is_worked_out_from_its_totals() -> None:
    found = attack([bare(table(SMALL))])
    assert [(each.low, each.high) for each in found.recovered] == [(3, 3)]


def test_hidden_with_others_it_is_not() -> None:
    secured, proof = protect([table(SMALL)], RULES)
    assert check(secured, proof).holds
    assert secured[0].secondary >= 3
    assert not attack([seen(secured[0])]).closest


def test_the_grand_total_is_told() -> None:
    assert protect([table(SMALL)], RULES)[0][0].shown[0, 0]


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    secured, proof = protect([table([[40, 25], [60, 30]])], RULES)
    assert secured[0].hidden == 0
    assert check(secured, proof).narrowest == -1


def test_a_table_too_small_for_its_total_is_hidden_altogether() -> None:
    secured, proof = protect([table([[3, 0], [2, 0]])], RULES)
    assert check(secured, proof).holds
    assert not secured[0].shown[0, 0]


def test_zeros_are_hidden_where_asked() -> None:
    rules = Rules(least=10, width=5, zeros="hidden")
    secured, proof = protect([table([[40, 0, 30], [60, 30, 20]])], rules)
    place = np.argwhere(secured[0].table.counts == 0)[0]
    assert not secured[0].shown[tuple(place)]
    assert check(secured, proof).holds


def test_a_proof_of_another_table_is_none() -> None:
    secured, proof = protect([table(SMALL)], RULES)
    other = np.array(SMALL)
    other[0, 2] = 4
    changed = replace(secured[0], table=table(other))
    assert check(secured, proof).holds
    moved = replace(proof, moves=proof.moves + 1)
    assert not check(secured, moved).holds
    assert not check([replace(changed, shown=np.ones_like(changed.shown))], proof).holds


def test_two_tables_of_the_same_people_are_protected_together() -> None:
    ages, sexes = table(SMALL), table([[34, 34], [52, 50], [44, 46], [66, 67]], name="by_sex", second="sex")
    secured, proof = protect([ages, sexes], RULES)
    assert check(secured, proof).holds
    assert not attack([seen(each) for each in secured]).closest


def test_tables_that_contradict_each_other_are_not_published() -> None:
    with pytest.raises(UsageError):
        protect([table(SMALL), table([[34, 34], [52, 51], [44, 46], [66, 67]], name="by_sex", second="sex")], RULES)


def test_a_table_published_later_respects_the_earlier_one() -> None:
    first, _ = protect([table(SMALL)], RULES)
    later = table([[34, 34], [52, 50], [44, 46], [66, 67]], name="by_sex", second="sex")
    secured, proof = protect([later], RULES, earlier=first)
    assert check(secured, proof, earlier=first).holds
    assert not attack([seen(each) for each in (*first, *secured)]).closest


def test_the_difference_of_two_months_tells_nothing() -> None:
    october, _ = protect([table(SMALL)], RULES)
    grown = np.add(SMALL, [[0, 0, 9], [1, 0, 0], [0, 0, 1], [0, 2, 0]])
    november, proof = protect([table(grown, "2026-11")], RULES, earlier=october)
    both = [seen(october[0]), seen(november[0])]
    changes = _changes(october[0].table, november[0].table)
    assert check(november, proof, earlier=october).holds
    assert not attack(both, change=2, changes=changes, width=2).closest


def test_months_side_by_side_leak_where_nobody_cares() -> None:
    october, _ = protect([table(SMALL)], RULES)
    november, _ = protect([table(np.add(SMALL, [[0, 0, 9], [0] * 3, [0] * 3, [0] * 3]), "2026-11")], RULES)
    changes = _changes(october[0].table, november[0].table)
    assert attack([seen(october[0]), seen(november[0])], change=0, changes=changes).recovered


def _changes(before: Table, after: Table) -> dict[str, int]:
    """What somebody knows who knows every change."""
    from yiyang.indicators.publication.tables import keys_of

    keys = keys_of(after.dimensions, after.universe, after.moment)
    return dict(zip(keys, (after.counts - before.counts).reshape(-1).tolist(), strict=True))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=2, max_size=4))
def test_whatever_the_counts_the_proof_holds_and_the_attack_fails(leaves: list[list[int]]) -> None:
    secured, proof = protect([table(leaves)], RULES)
    found = secured[0]
    assert check(secured, proof).holds
    assert not (found.shown & RULES.sensitive(found.table.counts)).any()
    narrow = {each.key for each in attack([seen(found)]).closest}
    keys = np.array(proof.system.keys)[proof.system.places[0]].reshape(found.shown.shape)
    assert not narrow & set(keys[found.sensitive])


def test_a_published_file_is_read_back_without_what_is_hidden(tmp_path: Path) -> None:
    secured, _ = protect([table(SMALL)], RULES)
    told = files.as_json(secured[0].table, secured[0].shown, {"licence": "x"})
    files.write(tmp_path, "elders", told)
    back = files.read(tmp_path)[0]
    assert (back.shown == secured[0].shown).all()
    assert not back.values[~back.shown].any()
    assert (
        json.loads((tmp_path / "elders.csv-metadata.json").read_text())["tableSchema"]["primaryKey"][0] == "TIME_PERIOD"
    )
    assert len((tmp_path / "SHA256SUMS").read_text().splitlines()) == 4


def test_a_proof_is_kept_and_read_back() -> None:
    secured, proof = protect([table(SMALL)], RULES)
    new, earlier, back = keeping.from_bytes(keeping.to_bytes(secured, proof, 0))
    assert not earlier
    assert check(new, back).holds
    with pytest.raises(UsageError):
        keeping.from_bytes(b"no proof")
