"""An address that somebody typed or changed answers with a page or "not found", never with a broken one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from conftest import DAZHU
from yiyang.indicators.tests.town import ON, furnish, measured

pytestmark = pytest.mark.django_db
# Digits that `str.isdigit` takes for some, numbers beyond every column, and no number at all.
ODD = ("²²²²²²", "9" * 30, "nan", "%00")
PAGES: dict[str, tuple[str, ...]] = {
    "planning:documents": ("state", "sort", "page", "after"),
    "planning:findings": ("document", "check", "severity", "state", "gone", "sort"),
    "planning:projects": ("q", "kind", "area", "year", "stage", "late", "origin", "sort", "after"),
    "planning:projects_sheet": ("area", "year", "late"),
    "planning:board": ("kind", "measure"),
    "planning:estates": ("q", "area", "sort"),
    "planning:lottery": ("sort", "after"),
    "planning:tasks": ("q", "document", "unit", "late", "state"),
    "planning:evaluation": ("year",),
    "reach:circle": ("area", "kind", "town", "urban", "q", "sort"),
    "reach:gaps": ("area", "kind"),
    "reach:sitings": ("state", "what", "sort"),
    "reach:inputs": ("kind", "sort"),
    "indicators:board": ("area", "on", "map", "screen"),
    "indicators:indicator": ("area", "on", "size", "least", "most", "sort", "after"),
    "indicators:sheet": ("area", "on", "size", "least", "most"),
    "indicators:reported": ("indicator", "state", "area", "sort"),
    "indicators:enter": ("indicator", "area", "on"),
    "indicators:year": ("year", "area"),
    "indicators:report": ("area", "on"),
    "indicators:tables": ("area", "state", "year", "sort"),
    "forecast:overview": ("area", "to", "series", "migration"),
}
ARGS = {"reach:gaps": ["csv"], "indicators:indicator": ["visited_monthly"], "indicators:sheet": ["visited_monthly"],
        "indicators:report": ["xlsx"]}  # fmt: skip


@pytest.fixture
def browser(grant: Callable[..., Any], logged_in: Callable[..., Any], person: Any, settings: Any) -> Any:
    """爱华 of 大竹县, where something was measured."""
    settings.SECOND_FACTOR = False
    furnish(person)
    measured()
    return logged_in(grant("爱华", "county_officer", DAZHU))


def test_no_word_in_an_address_breaks_a_page(browser: Any) -> None:
    browser.raise_request_exception = False
    broken = [
        (page, odd)
        for page, words in PAGES.items()
        for odd in ODD
        if browser.get(reverse(page, args=ARGS.get(page, [])), dict.fromkeys(words, odd)).status_code >= 500
    ]
    assert not broken


def test_no_place_or_day_in_an_address_breaks_a_figures_page(browser: Any) -> None:
    browser.raise_request_exception = False
    asked = [("²²²²²²", f"{ON}"), ("511724", "²"), ("999999", f"{ON}"), ("511724", "0000-00-00")]
    for area, on in asked:
        for name, last in (("how", "measured"), ("people", "above")):
            answer = browser.get(reverse(f"indicators:{name}", args=["visited_monthly", area, on, last]))
            assert answer.status_code == 404, (name, area, on)
