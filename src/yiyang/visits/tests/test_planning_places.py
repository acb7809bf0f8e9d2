"""Days, places and ways: what the planner takes for given."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import numpy as np
import pytest

from yiyang.base.errors import UsageError
from yiyang.visits.planning.days import is_known, month_days, working_days
from yiyang.visits.planning.places import centres, households
from yiyang.visits.planning.problem import Roads
from yiyang.visits.planning.roads import matrix, way

SQUARE = [np.array([[107.0, 30.5], [107.4, 30.5], [107.4, 30.9], [107.0, 30.9]])]
VILLAGES = [511724100200, 511724100201, 511724101200]


def test_holidays_are_off_and_days_worked_for_them_are_on() -> None:
    days = working_days(date(2026, 10, 1), date(2026, 10, 11))
    # 国办发明电〔2025〕7号: 1 to 7 October off, Saturday 10 October worked.
    assert days == (date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 10))


def test_a_year_without_a_notice_has_its_weekdays() -> None:
    assert not is_known(2090)
    assert date(2090, 1, 1) not in working_days(date(2090, 1, 1), date(2090, 1, 31))
    assert len(working_days(date(2090, 3, 1), date(2090, 3, 31))) == 23


def test_a_month_has_its_days() -> None:
    assert month_days("2028-02") == (date(2028, 2, 1), date(2028, 2, 29))
    with pytest.raises(UsageError):
        month_days("2028-13")


def test_made_up_places_stay_the_same_and_lie_inside_and_are_marked() -> None:
    known = {511724100200: (107.25, 30.75)}
    found = centres(VILLAGES, [False, True, False], known, SQUARE, seed=1)
    assert found == centres(VILLAGES, [False, True, False], known, SQUARE, seed=1)
    assert (found.lon[511724100200], found.lat[511724100200]) == (107.25, 30.75)
    assert [found.made_up[code] for code in VILLAGES] == [False, True, True]
    # A village lies within its town's circle, whose middle lies inside.
    assert all(106.94 < lon < 107.46 for lon in found.lon.values())


def test_a_household_is_near_its_village_and_does_not_move_with_others() -> None:
    middles = centres(VILLAGES, [False] * 3, {}, SQUARE, seed=1)
    lon, lat = households(VILLAGES, [7, 8, 9], [False] * 3, middles, seed=1)
    alone = households(VILLAGES[1:2], [8], [False], middles, seed=1)
    assert (lon[1], lat[1]) == (alone[0][0], alone[1][0])
    away = np.hypot((lon - [middles.lon[code] for code in VILLAGES]) * 0.86, lat - [middles.lat[c] for c in VILLAGES])
    assert (away * 111_195 <= 1_401).all()


def test_short_ways_are_walked_and_long_ones_ridden() -> None:
    here = (107.2, 30.7, False)
    assert way(Roads(), here, here) == (0, 0)
    # 200 m of road: 3 minutes on foot. 11 km of straight line are 15.7 km of road: 2 minutes and 43 at 22 km/h.
    assert way(Roads(), here, (107.2, 30.7 + 200 / 1.41 / 111_195, False)) == (200, 3)
    assert way(Roads(), here, (107.2, 30.8, False)) == (15_678, 45)


def test_one_way_is_what_the_matrix_says() -> None:
    chance = np.random.default_rng(5)
    lon, lat, urban = chance.uniform(107, 107.4, 20), chance.uniform(30.5, 30.9, 20), chance.random(20) < 0.5
    metres, minutes = matrix(Roads(), lon, lat, urban)
    places = list(zip(lon.tolist(), lat.tolist(), urban.tolist(), strict=True))
    found = np.array([[way(Roads(), one, other) for other in places] for one in places])
    assert (found[:, :, 0] == metres).all()
    assert (found[:, :, 1] == minutes).all()


def test_the_planner_knows_no_django() -> None:
    names = "month checking replanning county days figures"
    imports = "; ".join(f"import yiyang.visits.planning.{name}" for name in names.split())
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {imports}; print('django' in sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "False"
