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
                    assert Figure.objects.filter(indicator=indicator.id, area_code=area).count() >= 5, indicator.id
        stated = Reported.objects.filter(is_synthetic=False).values_list("indicator", "area_code", "on")
        assert set(stated) == own


def test_no_made_up_share_is_above_a_hundred() -> None:
    for indicator in load_indicators().values():
        for _, value in demo_reported.values(indicator, DAZHU):
            assert value >= 0
            assert indicator.shape != "share" or value <= 100
