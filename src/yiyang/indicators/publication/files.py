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
from yiyang.indicators.publication.attack import Seen
from yiyang.indicators.publication.system import Shape
from yiyang.indicators.publication.tables import Dimension, Table

Json = dict[str, Any]
SCHEMA = "yiyang-table-1"
# SDMX's confidentiality: free, or not for publication.
FREE, HIDDEN = "F", "N"
DOTS = "…"


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
        return Seen(str(told["name"]), shape, values, shown)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError("这不是公开的统计表（JSON）。", "It is no published table.") from error


def rows_of(told: Mapping[str, Any]) -> list[list[str]]:
    """Code and label of every dimension, count and confidentiality, a line a cell."""
    found: list[list[str]] = [[]]
    for each in told["dimensions"]:
        words = list(zip(each["codes"], each["labels"], strict=True))
        found = [[*row, code, label] for row in found for code, label in words]
    moment = str(told["moment"])
    return [
        [moment, *row, "" if value is None else str(value), HIDDEN if value is None else FREE]
        for row, value in zip(found, told["values"], strict=True)
    ]


def columns_of(told: Mapping[str, Any]) -> list[str]:
    """The head of the CSV."""
    names = [word for each in told["dimensions"] for word in (each["name"].upper(), f"{each['name'].upper()}_LABEL")]
    return ["TIME_PERIOD", *names, "OBS_VALUE", "CONF_STATUS"]


def as_csv(told: Mapping[str, Any]) -> str:
    """The table as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns_of(told))
    writer.writerows([harmless(cell) for cell in row] for row in rows_of(told))
    return out.getvalue()


def as_csvw(told: Mapping[str, Any], address: str) -> str:
    """The metadata of the CSV, in the words of W3C's CSV on the Web."""
    columns: list[Json] = [{"name": "TIME_PERIOD", "titles": "时期", "datatype": "gYearMonth", "required": True}]
    for each in told["dimensions"]:
        name = each["name"].upper()
        columns.append({"name": name, "titles": each["title"], "datatype": "string", "required": True})
        columns.append({"name": f"{name}_LABEL", "titles": f"{each['title']}（名称）", "datatype": "string"})
    columns.append({"name": "OBS_VALUE", "titles": "人数", "datatype": "nonNegativeInteger", "null": ""})
    columns.append({"name": "CONF_STATUS", "titles": "F 公开，N 不公开", "datatype": "string", "required": True})
    for column in columns:
        column["titles"] = [column["name"], column["titles"]]
    keys = ["TIME_PERIOD", *(each["name"].upper() for each in told["dimensions"])]
    said: Json = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh-Hans"}], "url": address,
        "dc:title": told["title"], "dc:description": told.get("note", ""), "dc:license": told.get("licence", ""),
        "dc:publisher": told.get("publisher", ""), "dc:modified": told.get("published", ""),
        "dialect": {"header": True, "encoding": "utf-8"},
        "tableSchema": {"columns": columns, "primaryKey": keys, "aboutUrl": "#{" + ",".join(keys) + "}"},
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=1)


def sha256(text: str) -> str:
    """The checksum of a file's bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def write(folder: Path, name: str, told: str) -> list[Path]:
    """Write a published table's three files and the checksums of all tables of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    table = json.loads(told)
    bodies = {
        f"{name}.json": told, f"{name}.csv": as_csv(table),
        f"{name}.csv-metadata.json": as_csvw(table, f"{name}.csv"),
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
    found = [read_json(p.read_text("utf-8")) for p in paths if not p.name.endswith(".csv-metadata.json")]
    if not found:
        raise UsageError(f"{place} 里没有公开的统计表。", f"There is no published table in {place}.")
    return found
