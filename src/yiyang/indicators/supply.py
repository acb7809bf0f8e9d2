"""What there is and what projects promise, for the forecast: the last reported figures and the projects after them."""

from __future__ import annotations

from collections.abc import Mapping

from yiyang.indicators.models import Figure
from yiyang.planning.promised import supply

# Needs of the forecast → the indicator that says what there is, and what projects add to it.
THERE = {"beds": "beds", "home_beds": "family_beds", "childcare_places": "childcare_places"}
ADDED = {"beds": "beds", "childcare_places": "childcare_places", "nursing_beds": "nursing_beds"}
NURSING_SHARE = "nursing_beds"


def of(area: int, year: int) -> Mapping[str, float]:
    """Need → places at the end of a year: the last figure up to it, and what projects add after that figure.

    Nothing is said of a need whose present figure nobody entered.
    """
    last = {key: found for key, name in THERE.items() if (found := _last(name, area, year)) is not None}
    there = {key: value + _added(key, area, since, year) for key, (value, since) in last.items()}
    share = _last(NURSING_SHARE, area, year)
    if share is not None and "beds" in last:
        there["nursing_beds"] = last["beds"][0] * share[0] / 100 + _added("nursing_beds", area, last["beds"][1], year)
    return there


def _last(indicator: str, area: int, year: int) -> tuple[float, int] | None:
    """The last figure up to the end of a year, and its year."""
    rows = Figure.objects.filter(
        indicator=indicator, area_code=area, is_current=True, on__year__lte=year, value__isnull=False
    )
    found = rows.order_by("-on").values_list("value", "on").first()
    return (found[0], found[1].year) if found else None


def _added(need: str, area: int, since: int, year: int) -> float:
    name = ADDED.get(need)
    if name is None:
        return 0.0
    before, after = supply(area, since), supply(area, max(year, since))
    return float(getattr(after, name) - getattr(before, name))
