"""The figures that the page's own script draws: a small JSON document inside the page."""

from __future__ import annotations

import json
import math
from typing import Any

from yiyang.entitlement.report import view, words

Json = dict[str, Any]
MOST_BARS = 12
# In the order in which the script takes them apart.
FIGURES = ("entitled", "undecided", "fen", "high_fen", "year_fen", "year_high_fen", "paid")
_UNSAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def payload(summary: Json, diff: Json | None, boundaries: Json) -> Json:
    """What the script needs, in short keys' place: plain names, because the page may be read by people."""
    return {
        "month": words.month_zh(summary["month"]),
        "areas": summary["areas"],
        "rows": [_row(item) for item in view.by_money(summary["items"])],
        "groups": [
            {"name": group["name_zh"], "total": _small(group), "cells": [_small(cell) for cell in group["cells"]]}
            for group in view.groups(summary)
        ],
        "bars": money_bars(summary),
        "causes": [
            {name: cause[name] for name in ("zh", *view.KINDS)}
            for cause in view.by_size((diff or {}).get("causes", []))
        ],
        "map": None if view.by_town(summary) else map_data(boundaries),
    }


def _row(item: Json) -> Json:
    return {
        "households": item["per"] == "household",
        "every": words.PERIODS.get(item["every"], item["every"]),
        "note": view.money_note(item),
        "at": {part["area"]: [part[name] for name in FIGURES] for part in item["by_area"]},
    }


def _small(cell: Json | None) -> list[int] | None:
    return [cell["entitled"], cell["year_fen"], cell["undecided"]] if cell else None


def money_bars(summary: Json) -> list[Json]:
    """The dearest items, certain and at most, and the rest in one bar."""
    paying = sorted(
        (g for g in view.groups(summary) if g["pays"] and g["year_high_fen"]), key=lambda g: -g["year_high_fen"]
    )
    bars = [{"name": g["name_zh"], "low": g["year_fen"], "high": g["year_high_fen"]} for g in paying[:MOST_BARS]]
    if rest := paying[MOST_BARS:]:
        bars.append(
            {
                "name": f"其他 {len(rest)} 项",
                "low": sum(g["year_fen"] for g in rest),
                "high": sum(g["year_high_fen"] for g in rest),
            }
        )
    return bars


def map_data(boundaries: Json) -> Json | None:
    """County outlines with their code and name only, and the middle latitude for the shape of the map."""
    features = [
        {"type": "Feature", "properties": _label(feature["properties"]), "geometry": feature["geometry"]}
        for feature in boundaries.get("features", [])
        if feature.get("geometry")
    ]
    if not features:
        return None
    south, north = _latitudes([feature["geometry"]["coordinates"] for feature in features])
    return {
        "shape": math.cos(math.radians((south + north) / 2)),
        "geo": {"type": "FeatureCollection", "features": features},
    }


def _label(properties: Json) -> Json:
    return {"code": str(properties.get("adcode") or properties.get("code"))[:6], "name": properties.get("name", "")}


def _latitudes(nested: Any) -> tuple[float, float]:
    """(lowest, highest) latitude in nested coordinates."""
    if isinstance(nested[0], (int, float)):
        return nested[1], nested[1]
    parts = [_latitudes(part) for part in nested]
    return min(low for low, _ in parts), max(high for _, high in parts)


def script_json(data: Json) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE)
