"""Published tables and indicators as SDMX-CSV 2.0, for statistical offices' tools. Pure.

Codes are written as SDMX allows them (no plus sign); ages in the words of its code list: Y60T64, Y_GE80.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from yiyang.indicators.publication import indicator_files

Json = dict[str, Any]
AGENCY, VERSION = "YIYANG", "1.0"
# Monthly; information that replaces what was told before of the same observation.
MONTHLY, REPLACE = "M", "R"
HEAD = ("STRUCTURE", "STRUCTURE_ID", "ACTION")
NORMAL, WITHHELD, FREE, NOT_FREE = "A", "Q", "F", "N"
OF_INDICATORS = (
    "FREQ", "REF_AREA", "INDICATOR", "SOURCE", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS", "UNIT_MEASURE",
    "DECIMALS", "NUMERATOR", "DENOMINATOR",
)  # fmt: skip
UNITS = {"%": "PC", "人": "PS", "元": "CNY", "天": "D"}


def flow_of(told: Mapping[str, Any]) -> str:
    """The dataflow that a file belongs to: YIYANG:DF_ELDERS_60_AREA_SEX(1.0)."""
    return f"{AGENCY}:DF_{told['name'].upper()}({VERSION})"


def code_of(code: str) -> str:
    """A code as SDMX allows it."""
    if found := re.fullmatch(r"(\d+)-(\d+)", code):
        return f"Y{found[1]}T{found[2]}"
    if found := re.fullmatch(r"(\d+)\+", code):
        return f"Y_GE{found[1]}"
    return re.sub(r"[^A-Za-z0-9_@$-]", "_", code.replace("+", "_AND_MORE"))


def as_csv(told: Mapping[str, Any]) -> str:
    """The file."""
    is_indicators = told["schema"] == indicator_files.SCHEMA
    columns, rows = _indicators(dict(told)) if is_indicators else _table(told)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*HEAD, *columns])
    flow = flow_of(told)
    writer.writerows(["dataflow", flow, REPLACE, *row] for row in rows)
    return out.getvalue()


def _indicators(told: Json) -> tuple[list[str], list[list[Any]]]:
    rows = []
    for each in indicator_files.records_of(told):
        is_told = each["status"] != WITHHELD
        rows.append(
            [
                MONTHLY, each["area"], code_of(each["indicator"]), each["source"].upper(), each["period"],
                _said(each["value"]), each["status"], FREE if is_told else NOT_FREE,
                UNITS.get(each["unit"], "NUMBER"), each["decimals"], _said(each["numerator"]),
                _said(each["denominator"]),
            ]
        )  # fmt: skip
    return list(OF_INDICATORS), rows


def _table(told: Mapping[str, Any]) -> tuple[list[str], list[list[Any]]]:
    names = ["REF_AREA" if each["name"] == "area" else each["name"].upper() for each in told["dimensions"]]
    keys: list[list[str]] = [[]]
    for each in told["dimensions"]:
        keys = [[*key, code_of(code)] for key in keys for code in each["codes"]]
    rows = [
        [
            MONTHLY,
            *key,
            told["moment"],
            _said(value),
            *((WITHHELD, NOT_FREE) if value is None else (NORMAL, FREE)),
            "PS",
        ]
        for key, value in zip(keys, told["values"], strict=True)
    ]
    return ["FREQ", *names, "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS", "UNIT_MEASURE"], rows


def _said(value: float | None) -> str:
    return "" if value is None else str(value)
