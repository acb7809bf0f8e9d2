"""What there is and is promised stands beside what the forecast needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from conftest import DAZHU
from yiyang.audit.record import work
from yiyang.forecast import demand
from yiyang.indicators import actions, supply
from yiyang.indicators.actions import Said
from yiyang.planning.tests.town import entered, scope

pytestmark = pytest.mark.django_db


def test_the_last_figure_and_the_projects_after_it_make_the_supply(grant: Callable[..., Any]) -> None:
    clerk = scope(grant("爱华", "county_officer", DAZHU))
    entered(clerk, "早已建成", year=2020, places=100, nursing=80)
    entered(clerk, "照护楼", year=2024, places=300, nursing=300)
    with work(clerk) as by:
        for name, value in (("beds", 3100), ("nursing_beds", 30)):
            actions.enter(by=by, said=Said(name, DAZHU, date(2020, 12, 31), "台账", value=value))
        assert supply.of(DAZHU, 2023) == {"beds": 3100, "nursing_beds": 930}
        assert supply.of(DAZHU, 2025) == {"beds": 3400, "nursing_beds": 1230}
        assert demand.supply(DAZHU, 2025) == supply.of(DAZHU, 2025)


def test_where_nobody_entered_a_figure_nothing_is_said(grant: Callable[..., Any]) -> None:
    with work(scope(grant("爱华", "county_officer", DAZHU))):
        assert supply.of(DAZHU, 2025) == {}
