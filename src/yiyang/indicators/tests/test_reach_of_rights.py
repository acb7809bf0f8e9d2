"""What was reported and measured is seen where figures may be seen: another right in that place does not open it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from conftest import DAZHU, TONGCHUAN
from yiyang.audit.record import work
from yiyang.indicators import actions
from yiyang.indicators.actions import Said
from yiyang.indicators.models import Figure, Measurement, Reported
from yiyang.indicators.tests.town import measured, scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def entered(grant: Callable[..., Any]) -> Reported:
    """爱华 reported a figure of 大竹县, which was measured, too."""
    measured()
    officer = scope(grant("爱华", "county_officer", DAZHU))
    said = Said("nursing_beds", DAZHU, date(2025, 12, 31), "台账", 50)
    with work(officer):
        made, _ = actions.enter(by=officer, said=said)
    return made


def test_who_assesses_here_and_reads_figures_elsewhere_sees_no_figure_of_here(
    entered: Reported, grant: Callable[..., Any], logged_in: Callable[..., Any], settings: Any
) -> None:
    settings.SECOND_FACTOR = False
    grant("保国", "liaison", TONGCHUAN)
    user = grant("保国", "assessor", DAZHU)
    with work(scope(user)):
        assert not Figure.objects.exists()
        assert not Reported.objects.exists()
        assert not Measurement.objects.exists()
    browser = logged_in(user)
    assert browser.get(reverse("indicators:reported_one", args=[entered.pk])).status_code == 404
    assert "台账" not in browser.get(reverse("indicators:reported")).content.decode()


def test_who_reads_figures_here_sees_both(entered: Reported, grant: Callable[..., Any]) -> None:
    with work(scope(grant("春兰", "inspector", DAZHU))):
        assert Reported.objects.get() == entered
        assert Measurement.objects.exists()
