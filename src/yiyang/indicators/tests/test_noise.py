"""Noise: whole tables that add up, as far off as stated, and telling no more of anybody than promised."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from yiyang.base.errors import UsageError
from yiyang.indicators.publication import noise, trying
from yiyang.indicators.publication.fitting import fit, nearest, whole
from yiyang.indicators.publication.levels import level_of_cells, levels_of
from yiyang.indicators.publication.protecting import shape_of
from yiyang.indicators.publication.system import system_of
from yiyang.indicators.publication.tables import Counts, Table, flat, nested, table_of

pytest.importorskip("opendp")
TOWNS = [f"5117{county}{town:03}000" for county in ("22", "24") for town in range(1, 9)]


def city(seed: int = 1) -> Table:
    """Two counties of eight towns by age and sex; the last age has hardly anybody."""
    random = np.random.default_rng(seed)
    leaves = random.poisson(
        np.einsum("a,b,c->abc", random.gamma(2, 60, len(TOWNS)), [0.6, 0.3, 0.1, 0.002], [0.5, 0.5])
    )
    dimensions = [
        nested("area", "区划", TOWNS, (4, 6), {}),
        flat("age", "年龄", list("abcd")),
        flat("sex", "性别", ["m", "f"]),
    ]
    return table_of("city", "老年人", "people", "2026-10", dimensions, leaves)


def test_a_noisy_table_is_of_whole_numbers_not_below_zero_and_adds_up() -> None:
    table = city()
    told = noise.noisy(table, 0.5)
    assert (told.counts >= 0).all()
    assert not (system_of([shape_of(told)]).sums @ told.counts.reshape(-1)).any()
    assert (told.counts != table.counts).any()


def test_figures_are_off_by_no_more_than_stated() -> None:
    table = city()
    levels, at = levels_of(table.dimensions), level_of_cells(table.dimensions)
    errors = np.stack([np.abs(noise.noisy(table, 1.0).counts - table.counts) for _ in range(300)])
    for place, level in enumerate(levels):
        found = errors[:, at == place]
        # 95 of 100 are promised; of the total there are but 300 draws: 46 too far off come once in ten billion runs.
        assert (found <= noise.error_of(level.leaves, 1.0)).mean() >= 0.85, level.zh


def test_the_stated_error_of_one_count_is_that_of_opendp() -> None:
    from opendp.accuracy import discrete_laplacian_scale_to_accuracy

    for epsilon in (0.5, 1.0, 2.0):
        strict = discrete_laplacian_scale_to_accuracy(scale=1 / epsilon, alpha=1 - noise.SURE)
        assert noise.error_of(1, epsilon) == int(strict)


def test_the_error_of_a_sum_grows_with_the_root_of_its_parts() -> None:
    assert noise.error_of(2100, 1.0) == pytest.approx(1.96 * np.sqrt(2100 * 2 * np.exp(-1)) / (1 - np.exp(-1)), abs=2)


def test_what_is_told_is_made_from_noisy_counts_alone() -> None:
    table, other = city(1), city(2)
    measured = noise.measure(table, 1.0)
    told = noise.publishable(table, measured)
    assert (noise.publishable(other, measured).counts == told.counts).all()


def test_the_loss_that_opendp_reckons_is_within_epsilon() -> None:
    for epsilon in (0.1, 0.3, 0.7, 1.0, 1.1, 3.0):
        assert noise.mechanism(4, epsilon).map(1) <= epsilon


def test_one_person_more_is_at_most_so_much_likelier() -> None:
    tried = trying.try_noise(1.0, draws=8000)
    assert tried.holds, tried


def test_too_little_noise_is_found_out() -> None:
    def twice_as_loud(count: int, draws: int) -> Counts:
        return np.array(noise.mechanism(draws, 2.0)([count] * draws))

    assert trying.compared(twice_as_loud, 2, 8000)[1] > 1.0


def test_epsilon_has_bounds() -> None:
    with pytest.raises(UsageError):
        noise.mechanism(1, 0.0)


def test_negative_counts_do_not_swell_the_totals() -> None:
    dimensions = [flat("area", "", [str(i) for i in range(40)]), flat("age", "", ["a", "b"])]
    measured = np.tile([[-2, 2], [2, -2]], (20, 1)) + 1
    found = fit(dimensions, measured)
    assert (found >= 0).all()
    assert found.sum() == measured.sum()


@pytest.mark.parametrize("values", [[3.0, -1.0, 0.4], [0.0, 0.0], [5.0]])
def test_the_nearest_numbers_add_up(values: list[float]) -> None:
    total = max(0, round(sum(values)))
    found = whole(nearest(np.array(values), total), total)
    assert found.sum() == total
    assert (found >= 0).all()


def test_the_package_does_not_load_opendp() -> None:
    words = "import yiyang, yiyang.indicators.publication.noise, sys; sys.exit('opendp' in sys.modules)"
    done: Any = subprocess.run([sys.executable, "-c", words], check=False)
    assert done.returncode == 0
