"""The figures of a run as one JSON document: by item, area and answer; people and fen; what is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from yiyang.areas import logic as areas
from yiyang.catalog.binding import RuleInfo
from yiyang.engine.cells import Ints
from yiyang.engine.evaluate import UNDECIDED, YES
from yiyang.engine.rules import Rule
from yiyang.engine.sentences import Speaker
from yiyang.entitlement import places
from yiyang.entitlement.next_facts import missing
from yiyang.entitlement.run import Run, finding
from yiyang.entitlement.tables import Counts

Json = dict[str, Any]


def summarise(run: Run, *, area: str, month: str, synthetic: bool) -> Json:
    """The content of summary.json (see docs/architecture.md)."""
    items = [_item(run, number) for number in range(len(run.found))]
    return {
        "month": month,
        "reference_day": run.bound.on.isoformat(),
        "area": {"code": area, "name": areas.full_name(areas.normalise(area))},
        "synthetic": synthetic,
        **finding(run),
        "alive": _alive(run),
        "areas": _areas(run),
        "items": items,
        "totals": _totals(items),
        "unknown": _unknown(run),
    }


def _item(run: Run, number: int) -> Json:
    rule, info, counts = run.bound.program.rules[number], run.bound.infos[number], run.counts[number]
    towns = run.areas[run.basis(number)][0]
    return {
        "rule": number,
        **describe(rule, info),
        **_figures(rule, counts, slice(None)),
        "by_area": [
            {"area": county, **_figures(rule, counts, where)}
            for county, where in _by_area(run, towns)
            if _some(counts, where)
        ],
    }


def describe(rule: Rule, info: RuleInfo) -> Json:
    """What the item is, for every table that names it."""
    item = info.item
    return {
        "item": item.id,
        "list_area": rule.list_area,
        "list_area_name": areas.name(areas.normalise(rule.list_area)),
        "name_zh": item.name.zh,
        "name_en": item.name.en,
        "form": str(item.form),
        "kind": str(item.kind),
        "per": rule.per,
        "every": rule.every,
        "basis": item.basis,
        "delivery": item.delivery,
        "responsible": list(item.responsible),
        "states_amount": bool(rule.tiers),
        "no_amount": item.no_amount,
        "exactness": exactness(info),
        "document": item.source.document,
        "article": item.source.article,
        "checked": str(item.source.checked),
        "who_zh": speaker("zh").say(rule.who),
        "who_en": speaker("en").say(rule.who),
    }


def exactness(info: RuleInfo) -> str:
    """How its amounts are meant: at_most as soon as one is a ceiling, else at_least as soon as one is a floor."""
    said = {str(info.item.values[name].exactness) for name in info.tier_values}
    return next((word for word in ("at_most", "at_least") if word in said), "exact")


def speaker(lang: str, names: Mapping[str, str] | None = None) -> Speaker:
    """Says conditions with the names of areas (and items)."""
    return Speaker(lang, lambda code: areas.name(areas.normalise(code)), lambda item: (names or {}).get(item, item))


def _figures(rule: Rule, counts: Counts, where: slice | Ints) -> Json:
    low, high = int(counts.low[where].sum()), int(counts.high[where].sum())
    return {
        "entitled": int(counts.entitled[where].sum()),
        "paid": int(counts.paid[where].sum()),
        "undecided": int(counts.undecided[where].sum()),
        "fen": low,
        "high_fen": high,
        "year_fen": low * rule.a_year,
        "year_high_fen": high * rule.a_year,
    }


def _some(counts: Counts, where: Ints) -> bool:
    return bool(counts.entitled[where].any() or counts.undecided[where].any())


def _by_area(run: Run, towns: Ints) -> list[tuple[str, Ints]]:
    """(code of a row, places of its towns); '' for an unknown area."""
    group = places.grouped(towns, run.bound.areas[0])
    return [(places.code(int(one)), np.flatnonzero(group == one)) for one in np.unique(group)]


def _alive(run: Run) -> int:
    alive = [axis for axis in run.cells.coding.axes if axis.fact.name == "alive"]
    return int(run.cells.people[run.cells.classes["alive"] == 1].sum()) if alive else int(run.cells.people.sum())


def _areas(run: Run) -> list[Json]:
    """People (the dead too) by county or town of registration; how many are found, or undecided in something."""
    towns, numbers = run.areas["registered"]

    def per_town(answer: int) -> Ints:
        found = (run.answers.answer == answer).any(axis=0)
        return np.bincount(numbers, weights=found[run.people.cell], minlength=len(towns)).astype(np.int64)

    people, entitled, undecided = np.bincount(numbers, minlength=len(towns)), per_town(YES), per_town(UNDECIDED)
    group, area = places.grouped(towns, run.bound.areas[0]), run.bound.areas[0]
    return [
        {
            "code": places.code(int(one)),
            "name": places.name(int(one), area),
            "people": int(people[group == one].sum()),
            "entitled_people": int(entitled[group == one].sum()),
            "undecided_people": int(undecided[group == one].sum()),
        }
        for one in np.unique(group)
    ]


def _totals(items: list[Json]) -> Json:
    paying = [item for item in items if item["states_amount"] and item["per"] != "facility"]
    ceilings = sum(item["year_fen"] for item in paying if item["exactness"] == "at_most")
    sums = {name: sum(item[name] for item in paying) for name in ("year_fen", "year_high_fen")}
    return sums | {"ceiling_year_fen": ceilings, "items": len(items)}


def _unknown(run: Run) -> list[Json]:
    """Missing facts, by the money and the people (each counted once a fact) that hang on them."""
    book, rules, weight = run.bound.book, run.bound.program.rules, run.cells.people
    return [
        {
            "fact": m.fact,
            "zh": book[m.fact].zh,
            "en": book[m.fact].en,
            "owner": book[m.fact].owner,
            "year_fen": int((weight * m.fen).sum()),
            "people": int(weight[m.decides].sum()),
            "items": [
                {"rule": n, "item": rules[n].item, "people": people, "year_fen": fen} for n, people, fen in m.rules
            ],
        }
        for m in missing(run)
    ]


__all__ = ["describe", "speaker", "summarise"]
