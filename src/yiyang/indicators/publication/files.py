"""Published tables as files that others read: CSV in SDMX's words, JSON, CSVW metadata, checksums."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from yiyang.access.sheets import harmless
from yiyang.base.errors import UsageError
from yiyang.base.output import atomic_file
from yiyang.indicators.publication import indicator_files, sdmx
from yiyang.indicators.publication.attack import Seen
from yiyang.indicators.publication.levels import errors_of
from yiyang.indicators.publication.system import Shape
from yiyang.indicators.publication.tables import Dimension, Table, flat

Json = dict[str, Any]
SCHEMA = "yiyang-table-1"
# SDMX's confidentiality: free, or not for publication.
FREE, HIDDEN = "F", "N"
DOTS = "…"
# Of figures with noise: how far 95 in 100 are off at most.
ERROR = "ERROR_95"


def as_json(table: Table, shown: Any, about: Mapping[str, Any]) -> str:
    """Everything that is published of a table, and nothing else; hidden counts are null."""
    values = [int(v) if s else None for v, s in zip(table.counts.reshape(-1), shown.reshape(-1), strict=True)]
    told: Json = {
        "schema": SCHEMA, "name": table.name, "title": table.zh, "universe": table.universe, "moment": table.moment,
        **about,
        "dimensions": [
            {"name": d.name, "title": d.zh, "codes": d.codes, "labels": d.labels, "parents": d.parents}
            for d in table.dimensions
        ],
        "values": values,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1)


def read_json(text: str) -> Seen:
    """A published table. Raises UsageError where it is none."""
    try:
        told = json.loads(text)
        dimensions = tuple(
            Dimension(d["name"], d["title"], tuple(d["codes"]), tuple(d["labels"]), tuple(d["parents"]))
            for d in told["dimensions"]
        )
        shape = Shape(str(told["universe"]), str(told["moment"]), dimensions)
        shown = np.array([value is not None for value in told["values"]], bool).reshape(shape.sizes)
        values = np.array([value or 0 for value in told["values"]], np.int64).reshape(shape.sizes)
        how = told.get("protection", {})
        return Seen(str(told["name"]), shape, values, shown, _slack(how, shape), float(how.get("epsilon", 0)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError("这不是公开的统计表（JSON）。", "It is no published table.") from error


def _slack(how: Mapping[str, Any], shape: Shape) -> Any:
    """How far rounded figures may lie from their counts; None of others."""
    if how.get("method") != "round":
        return None
    found = np.full(int(np.prod(shape.sizes)), int(how["within"]), np.int64)
    found[how["relaxed"]] = 2 * int(how["base"]) - 1
    return found.reshape(shape.sizes)


def read_all(text: str) -> list[Seen]:
    """Every table that a published file tells, as it was protected. Raises UsageError where it is none."""
    try:
        told = json.loads(text)
        if told["schema"] == indicator_files.SCHEMA:
            return indicator_files.seen_of(told)
        split = [place for place, each in enumerate(told["dimensions"]) if not each.get("adds", True)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError("这不是公开的统计表（JSON）。", "It is no published table.") from error
    seen = read_json(text)
    return _apart(seen) if split else [seen]


def _apart(seen: Seen) -> list[Seen]:
    """The last dimension does not add up: each of its codes is a table of its own, told apart by yes and no."""
    *common, last = seen.shape.dimensions
    found = []
    for place, code in enumerate(last.codes[1:], 1):
        own = flat(f"{last.name}_{code}", last.labels[place], ["yes", "no"])
        every, yes = seen.values[..., 0], seen.values[..., place]
        both = seen.shown[..., 0] & seen.shown[..., place]
        values = np.stack([every, yes, np.where(both, every - yes, 0)], axis=-1)
        shown = np.stack([seen.shown[..., 0], seen.shown[..., place], both], axis=-1)
        shape = Shape(seen.shape.universe, seen.shape.moment, (*common, own))
        found.append(Seen(f"{seen.name}_{code}", shape, values, shown))
    return found


def is_indicators(told: Mapping[str, Any]) -> bool:
    """Whether it is no table of counts but indicators."""
    return bool(told["schema"] == indicator_files.SCHEMA)


def rows_of(told: Mapping[str, Any]) -> list[list[str]]:
    """Code and label of every dimension, count and confidentiality, a line a cell; of indicators a line a figure."""
    if is_indicators(told):
        return indicator_files.rows_of(dict(told))
    found: list[list[str]] = [[]]
    for each in told["dimensions"]:
        words = list(zip(each["codes"], each["labels"], strict=True))
        found = [[*row, code, label] for row in found for code, label in words]
    moment = str(told["moment"])
    return [
        [moment, *row, "" if value is None else str(value), HIDDEN if value is None else FREE]
        for row, value in zip(found, told["values"], strict=True)
    ]


def lines_of(told: Mapping[str, Any]) -> tuple[list[str], list[tuple[list[str], str]]]:
    """Heads, and each line's words with its figure as it is read; '' where it is withheld."""
    if is_indicators(told):
        return indicator_files.lines_of(dict(told))
    found = [(row[2:-2:2], row[-2] and f"{int(row[-2]):,}") for row in rows_of(told)]
    return [each["title"] for each in told["dimensions"]], found


def columns_of(told: Mapping[str, Any]) -> list[str]:
    """The head of the CSV."""
    if is_indicators(told):
        return indicator_files.columns_of(dict(told))
    names = [word for each in told["dimensions"] for word in (each["name"].upper(), f"{each['name'].upper()}_LABEL")]
    return ["TIME_PERIOD", *names, "OBS_VALUE", "CONF_STATUS"]


def as_csv(told: Mapping[str, Any]) -> str:
    """The table as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    errors = errors_of(told)
    writer.writerow([*columns_of(told), *([ERROR] if errors else [])])
    for place, row in enumerate(rows_of(told)):
        writer.writerow([*(_cell(cell) for cell in row), *([errors[place]] if errors else [])])
    return out.getvalue()


def _cell(cell: Any) -> Any:
    """Harmless to spreadsheets, but a code stays as JSON and SDMX have it, or the files could not be joined."""
    return cell if isinstance(cell, str) and cell.isdecimal() else harmless(cell)


def as_csvw(told: Mapping[str, Any], address: str) -> str:
    """The metadata of the CSV, in the words of W3C's CSV on the Web."""
    if is_indicators(told):
        columns, keys = indicator_files.csvw_columns(dict(told)), list(indicator_files.KEYS)
    else:
        columns, keys = _csvw_columns(told), ["TIME_PERIOD", *(each["name"].upper() for each in told["dimensions"])]
    said: Json = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh-Hans"}], "url": address,
        "dc:title": told["title"], "dc:description": told.get("note", ""), "dc:license": told.get("licence", ""),
        "dc:publisher": told.get("publisher", ""), "dc:modified": told.get("published", ""),
        "dialect": {"header": True, "encoding": "utf-8"},
        "tableSchema": {"columns": columns, "primaryKey": keys, "aboutUrl": "#{" + ",".join(keys) + "}"},
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=1)


def _csvw_columns(told: Mapping[str, Any]) -> list[Json]:
    columns: list[Json] = [{"name": "TIME_PERIOD", "titles": "时期", "datatype": "gYearMonth", "required": True}]
    for each in told["dimensions"]:
        name = each["name"].upper()
        columns.append({"name": name, "titles": each["title"], "datatype": "string", "required": True})
        columns.append({"name": f"{name}_LABEL", "titles": f"{each['title']}（名称）", "datatype": "string"})
    columns.append({"name": "OBS_VALUE", "titles": "人数", "datatype": "nonNegativeInteger", "null": ""})
    columns.append({"name": "CONF_STATUS", "titles": "F 公开，N 不公开", "datatype": "string", "required": True})
    if errors_of(told):
        columns.append({"name": ERROR, "titles": "100个数里有95个，误差不超过它", "datatype": "nonNegativeInteger"})
    return [each | {"titles": [each["name"], each["titles"]]} for each in columns]


def sha256(text: str) -> str:
    """The checksum of a file's bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def write(folder: Path, name: str, told: str) -> list[Path]:
    """Write a published table's four files and the checksums of all tables of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    table = json.loads(told)
    bodies = {
        f"{name}.json": told, f"{name}.csv": as_csv(table),
        f"{name}.csv-metadata.json": as_csvw(table, f"{name}.csv"), f"{name}.sdmx.csv": sdmx.as_csv(table),
    }  # fmt: skip
    for file, body in bodies.items():
        _write(folder / file, body)
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"
        for path in sorted(folder.iterdir())
        if path.is_file() and path.suffix in (".json", ".csv")
    ]
    _write(folder / "SHA256SUMS", "\n".join(sums) + "\n")
    return [folder / file for file in bodies]


def _write(path: Path, body: str) -> None:
    with atomic_file(path) as work_file:
        work_file.write_bytes(body.encode())


def read(place: Path) -> list[Seen]:
    """Every published table of a folder, or the one of a file."""
    paths = [place] if place.is_file() else sorted(place.glob("*.json"))
    chosen = [path for path in paths if not path.name.endswith(".csv-metadata.json")]
    found = [each for path in chosen for each in read_all(path.read_text("utf-8"))]
    if not found:
        raise UsageError(f"{place} 里没有公开的统计表。", f"There is no published table in {place}.")
    return found
