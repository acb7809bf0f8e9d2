"""What the page says, section by section, from the run's figures. Pure: dictionaries in, dictionaries out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from yiyang.entitlement.report import words

Json = dict[str, Any]
MANIFEST = {
    "known": "数据截止",
    "list_hash": "清单指纹",
    "snapshot_hash": "快照指纹",
    "engine": "计算引擎",
    "version": "程序版本",
}
# People registered (or, where the item says so, living) outside the run's own area.
OUTSIDE = {"code": "other", "name": "外地"}
SUMS = ("entitled", "undecided", "year_fen", "year_high_fen")
KINDS = ("new", "changed", "ended")
FIGURES = (*SUMS, "paid", "fen", "high_fen")


@dataclass(frozen=True)
class Names:
    """Names that a run's figures refer to by id: units by id, documents by id (title, issuer, number, date)."""

    units: Mapping[str, str]
    documents: Mapping[str, Json]

    def unit(self, name: str) -> str:
        return self.units.get(name, name)

    def document(self, name: str) -> Json:
        return self.documents.get(name, {"title": name})


def sections(summary: Json, diff: Json | None, arrears: Json | None, names: Names) -> Json:
    """Everything the template needs besides the figures of the charts."""
    items = [item_row(item, names) for item in by_money(summary["items"])]
    return {
        "s": summary,
        "month": words.month_zh(summary["month"]),
        "items": items,
        "forms": [(key, zh) for key, zh in words.FORMS.items() if any(item["form"] == key for item in items)],
        "lists": list(dict.fromkeys((item["list_area"], item["list_area_name"]) for item in items)),
        "counties": [area for area in summary["areas"] if area["code"].isdigit()],
        "by_town": by_town(summary),
        "places": "各乡镇（街道）" if by_town(summary) else "各县（市、区）",
        "groups": groups(summary),
        "by_county": by_county(summary),
        "unknown": [unknown_row(entry, summary["items"], names) for entry in summary["unknown"]],
        "sources": [source_row(item, names) for item in summary["items"]],
        "checked": checked(summary["items"]),
        "unstated": sum(1 for item in summary["items"] if not item["states_amount"]),
        "diff": change_view(diff, summary["area"]["code"]) if diff else None,
        "arrears": arrears,
        "manifest": manifest(summary.get("manifest") or {}),
        "is_trial": bool((summary.get("manifest") or {}).get("is_trial")),
    }


def by_town(summary: Json) -> bool:
    """Whether the run is over one county, so that its towns are compared."""
    return any(len(area["code"]) == 9 for area in summary["areas"])


def fold(summary: Json) -> Json:
    """The summary with every county outside the run's own area taken together, after its own counties."""
    own = [area for area in summary["areas"] if covers(summary["area"]["code"], area["code"])]
    unknown = [area for area in summary["areas"] if not area["code"]]
    rest = [area for area in summary["areas"] if area not in own and area not in unknown]
    outside = [OUTSIDE | {"people": sum(area["people"] for area in rest)}] if rest else []
    codes = {area["code"] for area in [*own, *unknown]}
    return summary | {
        "areas": [*own, *outside, *unknown],
        "items": [item | {"by_area": _folded(item, codes)} for item in summary["items"]],
    }


def _folded(item: Json, codes: set[str]) -> list[Json]:
    rest = [part for part in item["by_area"] if part["area"] not in codes]
    kept = [part for part in item["by_area"] if part["area"] in codes]
    return [*kept, {"area": OUTSIDE["code"], **_sums(rest, FIGURES)}] if rest else kept


def by_money(items: list[Json]) -> list[Json]:
    """The items that cost most first, then those that reach most people."""

    def order(item: Json) -> tuple[int, int, str, str]:
        return -item["year_high_fen"] if pays(item) else 0, -item["entitled"], item["item"], item["list_area"]

    return sorted(items, key=order)


def pays(item: Json) -> bool:
    """Whether its money counts in sums over people, as in the run's own totals."""
    return bool(item["states_amount"]) and item["per"] != "facility"


def item_row(item: Json, names: Names) -> Json:
    """An item as the first table shows it."""
    return item | {
        "form_zh": words.FORMS.get(item["form"], item["form"]),
        "basis_zh": words.BASIS.get(item["basis"], item["basis"]),
        "every_zh": words.PERIODS.get(item["every"], item["every"]),
        "delivery_zh": words.DELIVERY.get(item["delivery"], item["delivery"]),
        "units_zh": "、".join(names.unit(unit) for unit in item["responsible"]),
        "money_zh": money_note(item),
        "households": item["per"] == "household" and item["paid"] != item["entitled"],
    }


def money_note(item: Json) -> str:
    """What stands in place of money when the item has none for people; empty when it has."""
    if item["per"] == "facility":
        return "按机构计发"
    if not item["states_amount"]:
        return words.NO_AMOUNT.get(item.get("no_amount") or "not_stated", words.NO_AMOUNT["not_stated"])
    return ""


def covers(list_area: str, county: str) -> bool:
    """Whether a list of this area may answer for the county."""
    prefix = list_area[:6]
    while prefix.endswith("00"):
        prefix = prefix[:-2]
    return county.startswith(prefix)


def groups(summary: Json) -> list[Json]:
    """Items of the same id on all lists taken together, with a cell for every county; None where no list has it."""
    found: dict[str, list[Json]] = {}
    for item in by_money(summary["items"]):
        found.setdefault(item["item"], []).append(item)
    counties = [area["code"] for area in summary["areas"]]
    return [
        {
            "item": name,
            "name_zh": same[0]["name_zh"],
            "pays": any(map(pays, same)),
            **_sums([{**item, **_no_pay(item)} for item in same]),
        }
        | {"cells": [_cell(same, code) for code in counties]}
        for name, same in found.items()
    ]


def _sums(figures: list[Json], names: Iterable[str] = SUMS) -> Json:
    return {name: sum(part[name] for part in figures) for name in names}


def _cell(same: list[Json], county: str) -> Json | None:
    inside = [{**part, **_no_pay(item)} for item in same for part in item["by_area"] if part["area"] == county]
    if not inside and county.isdigit() and not any(covers(item["list_area"], county) for item in same):
        return None
    return _sums(inside)


def _no_pay(item: Json) -> Json:
    return {} if pays(item) else {"year_fen": 0, "year_high_fen": 0}


def by_county(summary: Json) -> list[Json]:
    """One row a county: its people and the sums of all items there."""
    cells = zip(*[group["cells"] for group in groups(summary)], strict=True)
    sums = [_sums([cell for cell in column if cell]) for column in cells] or [_sums([]) for _ in summary["areas"]]
    return [
        area | figures | {"rate": rate(figures["entitled"], area["people"])}
        for area, figures in zip(summary["areas"], sums, strict=True)
    ]


def rate(number: int, people: int) -> float | None:
    """Per thousand people of the county; None when nobody is there."""
    return number * 1000 / people if people else None


def unknown_row(entry: Json, items: list[Json], names: Names) -> Json:
    """A missing fact with the items that hang on it (the most people first) and what to do."""
    owner = names.unit(entry["owner"])
    hanging: dict[str, int] = {}
    for part in entry["items"]:
        name = items[part["rule"]]["name_zh"]
        # Of people whose place is unknown, the lists of several places are open at once: they count once.
        hanging[name] = min(hanging.get(name, 0) + part["people"], entry["people"])
    return entry | {
        "owner_zh": owner,
        "remedy": words.remedy(entry["fact"], entry["zh"], owner),
        "hanging": sorted(hanging.items(), key=lambda pair: -pair[1]),
    }


def source_row(item: Json, names: Names) -> Json:
    """An item with its document and how the article was checked."""
    document = names.document(item["document"])
    parts = [document.get("issuer"), document.get("number"), document.get("date")]
    sign, word, style = words.CHECKED.get(item["checked"], ("", item["checked"], "plain"))
    return {
        "name_zh": item["name_zh"],
        "list_area_name": item["list_area_name"],
        "title": document["title"],
        "about": " · ".join(str(part) for part in parts if part),
        "article": item["article"],
        "checked": item["checked"],
        "sign": sign,
        "word": word,
        "style": style,
        "money": money_note(item) or "载明",
    }


def checked(items: list[Json]) -> list[tuple[str, str, int]]:
    """(word, what it means, how many items) for each way of checking that occurs."""
    found = [(kind, sum(1 for item in items if item["checked"] == kind)) for kind in words.CHECKED]
    return [(words.CHECKED[kind][1], words.CHECKED_MEANS[kind], number) for kind, number in found if number]


def change_view(diff: Json, area: str) -> Json:
    """The differences with months in words and, for each item, its main causes first."""
    zh = {cause["cause"]: cause["zh"] for cause in diff["causes"]}
    items = [item | {"why": _why(item["causes"], zh)} for item in diff["items"]]
    items.sort(key=lambda item: (-abs(item["year_fen"]), -sum(item[kind] for kind in KINDS)))
    return diff | {
        "from_zh": words.month_zh(diff["month_a"]),
        "to_zh": words.month_zh(diff["month_b"]),
        "items": items,
        "causes": by_size(diff["causes"]),
        "areas": fold_changes(diff["areas"], area),
    }


def by_size(found: list[Json]) -> list[Json]:
    """Changes, the most frequent first."""
    return sorted(found, key=lambda part: -sum(part[kind] for kind in KINDS))


def fold_changes(found: list[Json], own: str) -> list[Json]:
    """Changes by county, those outside the run's own area taken together at the end."""
    inside = [area for area in found if covers(own, area["area"]) or not area["area"]]
    rest = [area for area in found if area not in inside]
    outside = [OUTSIDE | _sums(rest, KINDS)] if rest else []
    return [*sorted(inside, key=lambda area: area["area"] or "~"), *outside]


def _why(causes: Json, zh: Mapping[str, str]) -> str:
    sums = {name: sum(kinds.values()) for name, kinds in causes.items()}
    return "，".join(
        f"{zh.get(name, name)} {words.count(n)}" for name, n in sorted(sums.items(), key=lambda pair: -pair[1]) if n
    )


def manifest(held: Json) -> list[tuple[str, str]]:
    """What the run was made from, under Chinese names."""
    return [(zh, str(held[name])) for name, zh in MANIFEST.items() if held.get(name)]
