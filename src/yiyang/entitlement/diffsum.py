"""Changes and arrears added up: by cause, item and area."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from yiyang.entitlement import places
from yiyang.entitlement.diff import CAUSES, KINDS
from yiyang.entitlement.store import RunFolder

Json = dict[str, Any]


def item_names(*runs: RunFolder) -> dict[str, str]:
    """Item id → Chinese name, from the rules of the runs."""
    return {info.item.id: info.item.name.zh for run in runs for info in run.bound.infos}


def summarise(changes: pa.Table, a: RunFolder, b: RunFolder) -> Json:
    """The content of diff.json (see docs/architecture.md)."""
    names = item_names(a, b)
    before, after = (
        pc.multiply(changes["fen_a"], changes["a_year_a"]),
        pc.multiply(changes["fen_b"], changes["a_year_b"]),
    )
    table = changes.append_column("year_fen", pc.subtract(after, before))
    run_area = b.manifest["area"]
    table = table.append_column("place", pa.array(places.grouped(table["area"].to_numpy(), run_area)))
    return {
        "kind": "diff",
        "month_a": a.manifest["month"],
        "month_b": b.manifest["month"],
        "synthetic": b.manifest["synthetic"],
        "totals": _figures(table) | {"people": len(pc.unique(table["person"]))},
        "causes": _causes(table),
        "items": [_item(part, names) for part in groups(table, ["item", "list_area"])],
        "areas": [
            {"area": places.code(place), "name": places.name(place, run_area), **_figures(part)}
            for part in groups(table, ["place"])
            for place in [part["place"][0].as_py()]
        ],
    }


def groups(table: pa.Table, keys: list[str]) -> list[pa.Table]:
    found = table.select(keys).group_by(keys).aggregate([]).sort_by([(key, "ascending") for key in keys]).to_pylist()
    parts = []
    for row in found:
        mask = None
        for key, value in row.items():
            same = pc.equal(table[key], value)
            mask = same if mask is None else pc.and_(mask, same)
        parts.append(table.filter(mask))
    return parts


def _figures(table: pa.Table) -> Json:
    counts = {name: pc.sum(pc.equal(table["kind"], name)).as_py() or 0 for name in KINDS.values()}
    return counts | {"year_fen": pc.sum(table["year_fen"]).as_py() or 0}


def _causes(table: pa.Table) -> list[Json]:
    parts = {part["cause"][0].as_py(): part for part in groups(table, ["cause"])}
    return [
        {"cause": cause, "zh": zh, "en": en, "people": len(pc.unique(parts[cause]["person"])), **_figures(parts[cause])}
        for cause, (zh, en) in CAUSES.items()
        if cause in parts
    ]


def _item(part: pa.Table, names: dict[str, str]) -> Json:
    item = part["item"][0].as_py()
    causes = {
        one["cause"][0].as_py(): {kind: n for kind, n in _figures(one).items() if kind != "year_fen"}
        for one in groups(part, ["cause"])
    }
    return {
        "item": item,
        "list_area": part["list_area"][0].as_py(),
        "name_zh": names.get(item, item),
        **_figures(part),
        "causes": causes,
    }
