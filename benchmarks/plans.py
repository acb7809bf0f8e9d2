"""Reading of plan documents measured against truth made by hand: precision and recall of records and of their fields.

    python -m benchmarks.plans --dir FOLDER     # the documents, named as the files in benchmarks/plans/ begin

The documents are not shipped: `benchmarks/plans/*.yaml` hold only figures, numbers and names. Documents 003 and 004 are
held out: their truth was made before the reader existed.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from yiyang.planning.reading import SUFFIXES, read
from yiyang.planning.records import Document, Measure

TRUTH = Path(__file__).parent / "plans"
RESULTS = Path(__file__).parent / "results" / "plans.json"
HELD_OUT = ("003", "004")
_WAN = 10**6
# What tells one record from another; everything else in the truth is a field to be read right.
KEYS = {
    "projects": ("kind", "number"),
    "totals": ("kind", "level", "year", "county", "money"),
    "indicators": ("table", "number"),
    "tasks": ("number",),
    "measures": ("list", "box", "number"),
    "services": ("number",),
}
Facts = Counter[tuple[Any, ...]]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--dir", type=Path, required=True)
    words.add_argument("--show", action="store_true", help="print every fact that is missing or too many")
    given = words.parse_args()
    begun = time.perf_counter()
    documents = {path.name[:3]: read(path) for path in sorted(given.dir.iterdir()) if path.suffix in SUFFIXES}
    seconds = round(time.perf_counter() - begun, 2)
    found = {slug: measured(slug, document, given.show) for slug, document in documents.items()}
    result = {"seconds": seconds, "held_out": HELD_OUT, "documents": found}
    RESULTS.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, ensure_ascii=False, indent=1))


def measured(slug: str, document: Document, show: bool) -> dict[str, Any]:
    """Precision and recall of one document's records and facts, by kind."""
    truth = yaml.safe_load((TRUTH / f"{slug}.yaml").read_text(encoding="utf-8"))
    answer: dict[str, Any] = {"area": document.area == truth.pop("area"), "doubts": len(document.doubts)}
    for kind, rows in truth.items():
        mine = list(_read(kind, document))
        names = {name for row in rows for name in row}
        wanted, got = _facts(kind, rows, names), _facts(kind, mine, names)
        if show:
            print(slug, kind, "missing", wanted - got, "too many", got - wanted)
        records = [Counter(tuple(str(row.get(name)) for name in KEYS[kind]) for row in each) for each in (rows, mine)]
        answer[kind] = {"truth": len(rows), "records": _rates(*records), "facts": _rates(wanted, got)}
    return answer


def _rates(wanted: Facts, got: Facts) -> dict[str, float]:
    right = (wanted & got).total()
    return {
        "precision": round(right / got.total(), 4) if got else 0.0,
        "recall": round(right / wanted.total(), 4) if wanted else 1.0,
    }


def _facts(kind: str, rows: list[dict[str, Any]], names: set[str]) -> Facts:
    """Every field of every record as a fact of its own, with the record's key."""
    return Counter(
        (*(str(row.get(key)) for key in KEYS[kind]), name, _plain(row.get(name)))
        for row in rows
        for name in sorted(names)
    )


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    if value is None:
        return ""
    return str(float(value)) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _read(kind: str, document: Document) -> Iterator[dict[str, Any]]:
    yield from {
        "projects": _projects,
        "totals": _totals,
        "indicators": _indicators,
        "tasks": _tasks,
        "measures": _measures,
        "services": _services,
    }[kind](document)


def _wan(fen: int | None) -> float | int | None:
    if fen is None:
        return None
    return fen // _WAN if fen % _WAN == 0 else fen / _WAN


def _projects(document: Document) -> Iterator[dict[str, Any]]:
    for each in document.projects:
        yield {
            "kind": each.kind, "number": each.number, "name": each.name, "county": each.county_name,
            "year": each.from_year, "places": each.places, "money": _wan(each.money_fen),
            "central": _wan(each.central_fen),
        }  # fmt: skip


def _totals(document: Document) -> Iterator[dict[str, Any]]:
    for each in document.totals:
        yield {
            "kind": each.kind, "level": each.level, "year": each.year, "county": each.county_name, "count": each.count,
            "places": each.places, "money": _wan(each.money_fen), "central": _wan(each.central_fen),
        }  # fmt: skip


def _indicators(document: Document) -> Iterator[dict[str, Any]]:
    captions = {table.number: table.caption for table in document.tables}
    for each in document.indicators:
        caption = captions[each.where.table or 0]
        yield {
            "table": next(name for name in ("表1", "表2", "专栏一", caption) if caption.startswith(name)),
            "number": each.number, "name": each.name, "unit": each.unit,
            "baseline": None if each.baseline is None else float(each.baseline),
            "target": None if each.target is None else float(each.target), "bound": each.bound, "nature": each.nature,
        }  # fmt: skip


def _tasks(document: Document) -> Iterator[dict[str, Any]]:
    for each in document.tasks:
        shared = {"lead": each.lead, "part": each.part, "local": each.local, "units": each.units}
        yield {"number": each.number, **shared}


def _measures(document: Document) -> Iterator[dict[str, Any]]:
    for each in document.measures:
        box = re.match(r"专栏(\d+)", each.group) if each.list == "box" else None
        yield {
            "list": each.list, "box": int(box[1]) if box else None, "number": each.number, "name": each.name,
            "units": each.units,
        }  # fmt: skip


def _services(document: Document) -> Iterator[dict[str, Any]]:
    yield from (_service(each) for each in document.measures if each.list == "service")


def _service(each: Measure) -> dict[str, Any]:
    return {"number": each.number, "name": each.name, "units": each.units}


if __name__ == "__main__":
    main()
