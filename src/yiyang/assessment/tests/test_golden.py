"""Golden vectors: every option of every item, every border and the value below, every rule, every cell of the matrix.

What is expected is stated here by hand and reckoned without the platform's own scorer.
"""

from __future__ import annotations

from itertools import product

import pytest

from yiyang.assessment.scales import score
from yiyang.assessment.tests.answering import DESTITUTE, GB, LTCI, NOTHING, best, scale, summing, worst, worth

# Code → the most points. Every option is worth one point less than the one before.
MAXIMA = {
    **dict.fromkeys((f"B.1.{n}" for n in range(1, 9)), 4),
    "B.2.1": 4, "B.2.2": 4, "B.2.3": 4, "B.2.4": 3,
    **dict.fromkeys((f"B.3.{n}" for n in range(1, 7)), 4),
    "B.3.7": 1, "B.3.8": 1, "B.3.9": 2,
    "B.4.1": 2, "B.4.2": 2, "B.4.3": 4, "B.4.4": 3, "B.4.5": 4,
}  # fmt: skip
# Points → level.
LEVEL = {90: 0, **dict.fromkeys(range(66, 90), 1), **dict.fromkeys(range(46, 66), 2),
         **dict.fromkeys(range(30, 46), 3), **dict.fromkeys(range(30), 4)}  # fmt: skip
# One sum of points for each level.
OF_LEVEL = {0: 90, 1: 80, 2: 50, 3: 40, 4: 10}
OPTIONS = [(code, value) for code, most in MAXIMA.items() for value in range(most, -1, -1)]


def test_the_national_standard_has_26_items_and_90_points_in_four_parts() -> None:
    found = scale(GB)
    assert {item.code: item.max for part in found.parts for item in part.items} == MAXIMA
    assert [(part.code, part.max) for part in found.parts] == [("B.1", 32), ("B.2", 15), ("B.3", 28), ("B.4", 15)]
    assert (len(MAXIMA), found.max, sum(MAXIMA.values())) == (26, 90, 90)


@pytest.mark.parametrize(("code", "value"), OPTIONS)
def test_each_option_is_worth_its_points_from_the_top_and_from_the_bottom(code: str, value: int) -> None:
    found = scale(GB)
    above = score(found, best(found) | {code: value})
    assert (above.points, above.level) == (90 - MAXIMA[code] + value, LEVEL[90 - MAXIMA[code] + value])
    below = score(found, worst(found) | {code: value})
    assert (below.points, below.level) == (value, LEVEL[value])
    assert below.parts[code[:3]] == value


@pytest.mark.parametrize("points", range(91))
def test_each_sum_of_points_has_its_level(points: int) -> None:
    said = score(scale(GB), summing(scale(GB), points))
    assert (said.points, said.level, said.level_by_points, said.rules) == (points, LEVEL[points], LEVEL[points], [])


def test_a_value_beyond_the_options_does_not_exist() -> None:
    assert [(code, len(scale(GB).items[code].options)) for code in MAXIMA] == [(c, m + 1) for c, m in MAXIMA.items()]


# Which rules hold → how a level is changed; -1 is "set to the worst".
COMA, MIND, RISK = {"A.5.11": "yes"}, {"A.4.1": "dementia"}, {"A.2.14.1": "2"}
RULES = [
    ({}, [], 0),
    (MIND, ["C.4-2"], 1),
    ({"A.4.1": "mental"}, ["C.4-2"], 1),
    (RISK, ["C.4-3"], 1),
    ({"A.2.14.1": "1"}, [], 0),
    ({"A.2.14.1": "1", "A.2.14.3": "1"}, ["C.4-3"], 1),
    ({"A.2.14.2": "2"}, ["C.4-3"], 1),
    ({"A.2.14.3": "2"}, ["C.4-3"], 1),
    ({"A.2.14.4": "2"}, ["C.4-3"], 1),
    ({"A.2.14.5": "3"}, ["C.4-3"], 1),
    # The setting: two reasons raise the level once.
    (MIND | RISK, ["C.4-2", "C.4-3"], 1),
    (COMA, ["C.4-1"], -1),
    (COMA | MIND, ["C.4-1", "C.4-2"], -1),
    (COMA | MIND | RISK, ["C.4-1", "C.4-2", "C.4-3"], -1),
]


@pytest.mark.parametrize("level", OF_LEVEL)
@pytest.mark.parametrize(("circumstances", "rules", "change"), RULES)
def test_each_rule_changes_each_level(circumstances: dict[str, str], rules: list[str], change: int, level: int) -> None:
    said = score(scale(GB), summing(scale(GB), OF_LEVEL[level]) | circumstances)
    assert (said.level_by_points, said.rules) == (level, rules)
    assert said.level == (4 if change < 0 else min(level + change, 4))


def test_nothing_but_the_circumstances_of_the_standard_changes_a_level() -> None:
    assert set(scale(GB).items) == {*MAXIMA, *NOTHING}


# Long-term care: part → (points at the border, band).
BANDS = {
    "ADL": {100: 0, 95: 1, 65: 1, 60: 2, 45: 2, 40: 3, 0: 3},
    "COG": {16: 0, 15: 1, 4: 1, 3: 2, 2: 2, 1: 3, 0: 3},
    "SEN": {12: 0, 11: 1, 4: 1, 3: 2, 2: 2, 1: 3, 0: 3},
}
MATRIX = ((0, 0, 1, 1), (1, 1, 1, 2), (2, 2, 2, 3), (3, 3, 4, 5))
LTCI_POINTS = {
    "ADL01": (10, 5, 0), "ADL02": (10, 5, 0), "ADL03": (5, 0), "ADL04": (10, 5, 0), "ADL05": (10, 5, 0),
    "ADL06": (10, 5, 0), "ADL07": (15, 10, 5, 0), "ADL08": (15, 10, 5, 0), "ADL09": (10, 5, 0), "ADL10": (5, 0),
    **dict.fromkeys(("COG1", "COG2", "COG3", "COG4", "SEN1", "SEN2", "SEN3"), (4, 3, 2, 1, 0)),
}  # fmt: skip


def test_the_long_term_care_standard_has_17_items_and_their_points() -> None:
    found = scale(LTCI)
    assert {code: tuple(o.points for o in item.options) for code, item in found.items.items()} == LTCI_POINTS
    assert {part.code: part.max for part in found.parts} == {"ADL": 100, "COG": 16, "SEN": 12}


@pytest.mark.parametrize(("code", "value"), [(code, value) for code, all_ in LTCI_POINTS.items() for value in all_])
def test_each_option_of_long_term_care_counts_in_its_part(code: str, value: int) -> None:
    said = score(scale(LTCI), worst(scale(LTCI)) | {code: value})
    assert said.parts == {"ADL": 0, "COG": 0, "SEN": 0} | {code[:3]: value}
    assert said.points is None


@pytest.mark.parametrize(("adl", "cog", "sen"), [*product(*BANDS.values())])
def test_each_border_and_each_cell_of_the_matrix(adl: int, cog: int, sen: int) -> None:
    points = {"ADL": adl, "COG": cog, "SEN": sen}
    given: dict[str, str] = {}
    for part in scale(LTCI).parts:
        given |= worth(part, points[part.code])
    expected = MATRIX[BANDS["ADL"][adl]][max(BANDS["COG"][cog], BANDS["SEN"][sen])]
    said = score(scale(LTCI), given)
    assert (said.parts, said.level, said.level_by_points) == (points, expected, expected)


@pytest.mark.parametrize("able", [*product((1, 0), repeat=6)])
def test_each_combination_of_the_six_actions(able: tuple[int, ...]) -> None:
    cannot = able.count(0)
    said = score(scale(DESTITUTE), {f"S{n}": value for n, value in enumerate(able, start=1)})
    assert said.level == (0 if cannot == 0 else 1 if cannot <= 3 else 2)
    assert said.points == 6 - cannot
