"""Published indicators as files: JSON, and the tables that an attacker makes of it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yiyang.catalog.indicator_schema import Indicator
from yiyang.indicators.publication.attack import Seen
from yiyang.indicators.publication.elders import UNIVERSE
from yiyang.indicators.publication.system import Shape
from yiyang.indicators.publication.tables import Dimension

if TYPE_CHECKING:
    # It knows the people's tables of the platform, which the command line does without.
    from yiyang.indicators.publication.ways import Cells, Way

Json = dict[str, Any]
SCHEMA = "yiyang-indicators-1"
# SDMX's status of an observation: normal, cannot exist (nothing to divide by), withheld.
NORMAL, IMPOSSIBLE, WITHHELD = "A", "M", "Q"
COLUMNS = ("indicator", "area", "period", "value", "numerator", "denominator", "source", "status")


@dataclass(frozen=True)
class Told:
    """A figure, and which of its two numbers may be told."""

    indicator: str
    area: str
    period: str
    value: float | None
    above: float | None
    below: float | None
    source: str
    can_above: bool
    can_below: bool

    @property
    def status(self) -> str:
        """Withheld where either number is."""
        if not (self.can_above and self.can_below):
            return WITHHELD
        return IMPOSSIBLE if self.value is None else NORMAL

    def row(self) -> list[Any]:
        """As published, in the order of `COLUMNS`."""
        value = _plain(self.value) if self.status == NORMAL else None
        above, below = (self.above if self.can_above else None), (self.below if self.can_below else None)
        kept = [self.indicator, self.area, self.period, value, _plain(above), _plain(below)]
        return [*kept, self.source, self.status]


def _plain(value: float | None) -> float | int | None:
    return int(value) if value is not None and float(value).is_integer() else value


def as_json(
    moment: str, area: str, places: Dimension, known: Sequence[tuple[Indicator, Way, bool]], rows: Iterable[Told],
    about: Mapping[str, Any],
) -> str:  # fmt: skip
    """Everything that is published of an area's indicators, and nothing else.

    Args:
        known: each indicator, how it is protected, and whether it was measured; it may stand twice.
    """
    found = [row.row() for row in rows]
    told: Json = {
        "schema": SCHEMA, "name": "indicators", "title": "养老服务指标", "moment": moment, "area": area, **about,
        "indicators": _indicators(known),
        "areas": [
            {"code": code, "label": label, "parent": parent}
            for code, label, parent in zip(places.codes, places.labels, places.parents, strict=True)
        ],
        "columns": COLUMNS,
    }  # fmt: skip
    # A line a figure: so that two versions can be compared by eye.
    body = json.dumps(told, ensure_ascii=False, indent=1)[:-2]
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in found)
    return f'{body},\n "figures": [\n{lines}\n ]\n}}'


def _indicators(known: Sequence[tuple[Indicator, Way, bool]]) -> list[Json]:
    found: dict[str, Json] = {}
    for each, way, is_measured in known:
        told = found.setdefault(each.id, _meaning(each))
        if is_measured:
            told["protected"] = {
                "rule": way.rule, "above": way.above, "below": way.below, "tables": [_cells(one) for one in way.tables],
            }  # fmt: skip
        told["sources"] = [*told.get("sources", []), "measured" if is_measured else "reported"]
    return list(found.values())


def _meaning(each: Indicator) -> Json:
    words = ("definition", "numerator", "denominator", "shape", "per", "unit", "decimals", "moment", "direction")
    kept = each.model_dump(mode="json", include={*words, "group", "targets", "baselines", "source", "note"})
    return {"id": each.id, "name": each.name.zh, "name_en": each.name.en, **kept}


def _cells(each: Cells) -> Json:
    codes = None if each.codes is None else {k: v for k, v in asdict(each.codes).items() if k != "labels"}
    return {"universe": each.universe, "codes": codes, "numbers": each.numbers}


def seen_of(told: Json) -> list[Seen]:
    """The tables that the figures tell, in the order in which they were protected."""
    areas = told["areas"]
    places = Dimension(
        "area", "区划", tuple(each["code"] for each in areas), tuple(each["label"] for each in areas),
        tuple(each["parent"] for each in areas),
    )  # fmt: skip
    numbers = _numbers(told)
    found: list[Seen] = []
    for each in told["indicators"]:
        kept = each.get("protected", {"tables": []})
        found += [_seen(each["id"], told["moment"], places, cells, numbers) for cells in kept["tables"]]
    return found


def _numbers(told: Json) -> dict[tuple[str, str, str], int]:
    """(indicator, above or below, area) → what is told of measured figures; a sum is no count."""
    columns = list(told["columns"])
    name, area, above, below, origin = map(columns.index, ("indicator", "area", "numerator", "denominator", "source"))
    sums = {each["id"] for each in told["indicators"] if each.get("protected", {}).get("rule") == "levels"}
    found = {}
    for row in told["figures"]:
        if row[origin] == "measured":
            for which, place in (("above", above), ("below", below)):
                if row[place] is not None and not (which == "above" and row[name] in sums):
                    found[row[name], which, row[area]] = round(row[place])
    return found


def _seen(name: str, moment: str, places: Dimension, cells: Json, numbers: dict[tuple[str, str, str], int]) -> Seen:
    """A table as it can be read off the figures, differences of two that are told among them."""
    own = cells["codes"]
    codes = (
        None
        if own is None
        else Dimension(own["name"], own["zh"], tuple(own["codes"]), tuple(own["codes"]), tuple(own["parents"]))
    )
    values = np.zeros((len(places.codes), len(cells["numbers"])), np.int64)
    shown = np.zeros(values.shape, bool)
    for code, (plus, minus) in enumerate(cells["numbers"]):
        for place, area in enumerate(places.codes):
            one = numbers.get(_key(name, plus, area))
            other = numbers.get(_key(name, minus, area)) if minus else 0
            if one is not None and other is not None:
                values[place, code], shown[place, code] = one - other, True
    if codes is None:
        return Seen(name, Shape(cells["universe"], moment, (places,)), values[:, 0], shown[:, 0])
    return Seen(name, Shape(cells["universe"], moment, (places, codes)), values, shown)


def _key(name: str, which: str, area: str) -> tuple[str, str, str]:
    return (UNIVERSE, "above", area) if which == "all" else (name, which, area)


def records_of(told: Json) -> list[Json]:
    """Each figure by its columns, with the words for indicator, area and unit."""
    words = {each["id"]: each for each in told["indicators"]}
    labels = {each["code"]: each["label"] for each in told["areas"]}
    found = []
    for row in told["figures"]:
        each = dict(zip(told["columns"], row, strict=True))
        meant = words[each["indicator"]]
        each |= {"name": meant["name"], "unit": meant["unit"], "decimals": meant["decimals"]}
        found.append(each | {"place": labels.get(each["area"], each["area"])})
    return found


def lines_of(told: Json) -> tuple[list[str], list[tuple[list[str], str]]]:
    """Heads, and each figure's indicator, place and time with its value and unit; '' where it is withheld."""
    found = []
    for each in records_of(told):
        is_told = each["status"] == NORMAL
        value = f"{each['value']:,.{each['decimals']}f}{each['unit']}" if is_told else ""
        value = value or ("—" if each["status"] == IMPOSSIBLE else "")
        words = [each["name"], each["place"], each["period"], "实测" if each["source"] == "measured" else "填报"]
        found.append((words, value))
    return ["指标", "区划", "时期", "来源"], found


HEADS = (
    ("TIME_PERIOD", "时期", "gYearMonth"), ("REF_AREA", "区划代码", "string"), ("REF_AREA_LABEL", "区划", "string"),
    ("INDICATOR", "指标代号", "string"), ("INDICATOR_LABEL", "指标", "string"), ("OBS_VALUE", "数值", "number"),
    ("UNIT_MEASURE", "单位", "string"), ("NUMERATOR", "分子", "number"), ("DENOMINATOR", "分母", "number"),
    ("SOURCE", "measured 实测，reported 填报", "string"), ("OBS_STATUS", "A 正常，M 没有分母，Q 不公开", "string"),
)  # fmt: skip
KEYS = ("TIME_PERIOD", "REF_AREA", "INDICATOR", "SOURCE")


def columns_of(told: Json) -> list[str]:
    """The head of the CSV."""
    return [name for name, _, _ in HEADS]


def rows_of(told: Json) -> list[list[str]]:
    """The lines of the CSV."""
    names = ("period", "area", "place", "indicator", "name", "value", "unit", "numerator", "denominator", "source")
    return [["" if each[name] is None else str(each[name]) for name in (*names, "status")] for each in records_of(told)]


def csvw_columns(told: Json) -> list[Json]:
    """What the columns of the CSV mean."""
    return [
        {"name": name, "titles": [name, words], "datatype": kind, "required": name in KEYS, "null": ""}
        for name, words, kind in HEADS
    ]
