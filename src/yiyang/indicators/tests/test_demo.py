"""The demo's figures: of every indicator some, made-up ones marked, the documents' own kept."""

from __future__ import annotations

import pytest

from conftest import DAZHOU, DAZHU
from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.indicators import demo, demo_reported
from yiyang.indicators.models import Figure, Reported
from yiyang.indicators.policy import load_indicators


@pytest.mark.django_db
def test_every_reported_indicator_has_five_years_in_county_and_city() -> None:
    with work(platform("test")) as by:
        demo._reported(by, DAZHU)
        own = set(Reported.objects.values_list("indicator", "area_code", "on"))
        demo_reported.make(by, DAZHU)
        assert demo_reported.make(by, DAZHU) == 0
        for indicator in load_indicators().values():
            if indicator.reported is not None:
                for area in (DAZHU, DAZHOU):
                    # The city's sum of the last year waits for those counties that have not reported.
                    least = 4 if indicator.adds_up and area == DAZHOU else 5
                    assert Figure.objects.filter(indicator=indicator.id, area_code=area).count() >= least, indicator.id
        whole = Figure.objects.filter(area_code=DAZHOU, on__year=2025, source="summed", is_current=True).count()
        assert 0 < whole < sum(each.adds_up for each in load_indicators().values())
        stated = Reported.objects.filter(is_synthetic=False).values_list("indicator", "area_code", "on")
        assert set(stated) == own


def test_no_made_up_share_is_above_a_hundred() -> None:
    for indicator in load_indicators().values():
        for _, value in demo_reported.values(indicator, DAZHU):
            assert value >= 0
            assert indicator.shape != "share" or value <= 100
