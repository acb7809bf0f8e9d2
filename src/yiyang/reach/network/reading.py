"""Points and facilities out of CSV files; every bad row is named with what to do. Pure but for the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from yiyang.areas import logic
from yiyang.base.errors import UsageError
from yiyang.reach.network.graph import Whole
from yiyang.reach.network.places import Facilities, Points
from yiyang.reach.planned import Planned
from yiyang.reach.policy import Reach

# Identifier → headings under which officials' tables have it.
POINTS: Mapping[str, tuple[str, ...]] = {
    "code": ("区划代码", "村码", "代码"), "name": ("名称", "村名"), "lon": ("经度",), "lat": ("纬度",),
    "urban": ("城镇", "城乡"), "elders": ("60岁以上", "老年人"), "very_old": ("80岁以上", "高龄"),
    "disabled": ("失能",), "hardship": ("经济困难",),
}  # fmt: skip
FACILITIES: Mapping[str, tuple[str, ...]] = {
    "id": ("编号",), "name": ("名称",), "kind": ("类别", "类型"), "lon": ("经度",), "lat": ("纬度",),
    "capacity": ("容量", "床位", "床位数"), "village": ("村码", "区划代码"), "yuan": ("造价", "投资"),
    "year": ("年度", "完工年"), "begun": ("已开工", "在建"),
}  # fmt: skip
GROUPS = ("elders", "very_old", "disabled", "hardship")
YES = {"1", "是", "城", "城镇", "true", "yes"}
NO = {"0", "否", "乡", "农村", "乡村", "false", "no", ""}
# Problems told at once; whoever has more mends these first.
TOLD = 50
Row = Mapping[str, str]


class _Table:
    """A table being read: its rows, and what is wrong with them."""

    def __init__(self, path: Path, headings: Mapping[str, tuple[str, ...]]) -> None:
        self.path, self.problems, self.headings = path, list[tuple[str, str]](), headings
        self.rows = _rows(path, headings)

    def wrong(self, line: int, zh: str, en: str) -> None:
        self.problems.append((f"第 {line} 行：{zh}", f"line {line}: {en}"))

    def zh(self, field: str) -> str:
        """What officials call a column."""
        return self.headings[field][0]

    def finish(self) -> None:
        if not self.rows and not self.problems:
            self.problems.append(("没有数据行", "there are no rows"))
        if self.problems:
            more = len(self.problems) - TOLD
            told = self.problems[:TOLD] + ([(f"另有 {more} 处", f"and {more} more")] if more > 0 else [])
            raise UsageError(f"{self.path.name} 不能用，请改正：", f"{self.path.name} cannot be used:", told)

    def number(self, line: int, row: Row, field: str, low: float, high: float) -> float:
        """A number within limits; 0 and a problem where there is none."""
        text = row.get(field, "")
        try:
            value = float(text)
        except ValueError:
            self.wrong(line, f"{self.zh(field)}应为数字，现在是“{text}”", f"{field} should be a number, not “{text}”")
            return 0.0
        if not low <= value <= high:
            self.wrong(line, f"{self.zh(field)}应在 {low:g} 到 {high:g} 之间，现在是 {text}",
                       f"{field} lies between {low:g} and {high:g}, not {text}")  # fmt: skip
        return value

    def place(self, line: int, row: Row) -> tuple[float, float]:
        lon, lat = self.number(line, row, "lon", -180, 180), self.number(line, row, "lat", -90, 90)
        if 3 <= lon <= 54 and 73 <= lat <= 90:
            self.wrong(line, "经度与纬度写反了", "longitude and latitude are exchanged")
        return lon, lat


def _rows(path: Path, headings: Mapping[str, tuple[str, ...]]) -> list[Row]:
    if not path.is_file():
        raise UsageError(f"没有文件 {path}。", f"There is no file {path}.")
    reader = csv.DictReader(io.StringIO(_text(path)))
    names = {other: name for name, others in headings.items() for other in (name, *others)}
    known = {
        heading: names[heading.strip()] for heading in reader.fieldnames or () if heading and heading.strip() in names
    }
    try:
        return [{name: (row.get(heading) or "").strip() for heading, name in known.items()} for row in reader]
    except csv.Error as error:
        # Mostly a quotation mark that is never closed: the rest of the file is one field.
        zh = f"{path.name} 第 {reader.line_num} 行附近读不下去，多半是引号没有成对；请检查后重新导出。"
        raise UsageError(zh, f"{path.name}, near line {reader.line_num}: {error}") from error


def _text(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError(f"{path.name} 既不是 UTF-8 也不是 GB 18030 编码。", f"{path.name} is neither UTF-8 nor GB 18030.")


def _needs(table: _Table, fields: Iterable[str]) -> None:
    """Columns that are not there: one problem each, and no row is looked at."""
    has = set(table.rows[0]) if table.rows else set()
    for field in fields:
        if table.rows and field not in has:
            table.problems.append((f"缺少列“{table.zh(field)}”", f"column {field} is missing"))
    if table.problems:
        table.finish()


def read_points(path: Path) -> Points:
    """Population points: code, lon, lat, elders; if there: name, urban, very_old, disabled, hardship.

    Where `urban` is not said, the table of areas says whether a village is a residents' committee.

    Errors: UsageError naming every bad row.
    """
    table = _Table(path, POINTS)
    _needs(table, ("code", "lon", "lat", "elders"))
    people: dict[str, list[int]] = {group: [] for group in GROUPS if table.rows and group in table.rows[0]}
    codes, names, places, urban = [], [], [], []
    for line, row in enumerate(table.rows, start=2):
        code = _code(table, line, row["code"])
        codes.append(code)
        area = logic.find(code)
        names.append(row.get("name") or (area.name if area else row["code"]))
        places.append(table.place(line, row))
        urban.append(_urban(table, line, row, is_urban=area is not None and area.is_urban))
        for group, counted in people.items():
            counted.append(int(table.number(line, row, group, 0, 10_000_000)))
    table.finish()
    lon, lat = np.array(places).T
    counts = {group: np.array(counted, np.int64) for group, counted in people.items()}
    none = np.zeros(len(codes), bool)
    return Points(np.array(codes, np.int64), names, lon, lat, np.array(urban, bool), counts, none)


def _code(table: _Table, line: int, text: str) -> int:
    try:
        return logic.normalise(text)
    except UsageError as error:
        table.wrong(line, error.zh, error.en)
        return 0


def _urban(table: _Table, line: int, row: Row, *, is_urban: bool) -> bool:
    if "urban" not in row:
        return is_urban
    return _yes(table, line, "urban", row["urban"])


def _yes(table: _Table, line: int, field: str, word: str) -> bool:
    if word.lower() not in YES | NO:
        table.wrong(line, f"{field} 应为 是 或 否，现在是“{word}”", f"{field} is 1 or 0, not “{word}”")
    return word.lower() in YES


def read_facilities(path: Path, policy: Reach, points: Points | None = None) -> Facilities:
    """Facilities or sites: lon and lat, or the village's code; if there: id, name, kind, capacity.

    Args:
        points: where villages lie, for rows that name a village only; these are marked as made up if the village is.

    Errors: UsageError naming every bad row.
    """
    table = _Table(path, FACILITIES)
    found = _facilities(table, policy, points)
    table.finish()
    return found


def read_planned(path: Path, policy: Reach, points: Points | None = None) -> Planned:
    """Projects of a plan: as facilities, and if there: yuan, year (it serves from then on), begun (is it under way).

    Errors: UsageError naming every bad row.
    """
    table = _Table(path, FACILITIES)
    where = _facilities(table, policy, points)

    def column(field: str, low: int, high: int) -> Whole:
        lines = enumerate(table.rows, start=2)
        return np.array([int(table.number(at, row, field, low, high)) if row.get(field) else 0 for at, row in lines])

    yuan, year = column("yuan", 0, 10**12), column("year", 2000, 2100)
    begun = [_yes(table, line, "begun", row.get("begun", "")) for line, row in enumerate(table.rows, start=2)]
    table.finish()
    return Planned(where, yuan, year, np.array(begun, bool))


def _facilities(table: _Table, policy: Reach, points: Points | None) -> Facilities:
    where = _village_places(points)
    has = set(table.rows[0]) if table.rows else set()
    if not has & {"village"}:
        _needs(table, ("lon", "lat"))
    find = _finder(table, where)
    found = [find(line, row) for line, row in enumerate(table.rows, start=2)]
    kinds = [_kind(table, line, row.get("kind", ""), policy) for line, row in enumerate(table.rows, start=2)]
    capacity = [
        int(table.number(line, row, "capacity", 0, 1_000_000)) if row.get("capacity") else 0
        for line, row in enumerate(table.rows, start=2)
    ]
    ids = [row.get("id") or str(line - 1) for line, row in enumerate(table.rows, start=2)]
    seen = set[str]()
    for line, id_ in enumerate(ids, start=2):
        if id_ in seen:
            table.wrong(line, f"编号 {id_} 重复", f"id {id_} stands twice")
        seen.add(id_)
    names = [row.get("name") or id_ for row, id_ in zip(table.rows, ids, strict=True)]
    lon, lat, made_up = zip(*found, strict=True) if found else ((), (), ())
    return Facilities(
        ids, names, kinds, np.array(lon), np.array(lat), np.array(capacity, np.int64), np.array(made_up, bool)
    )


Where = Mapping[int, tuple[float, float, bool]]


def _village_places(points: Points | None) -> Where:
    if points is None:
        return {}
    columns: Sequence[Iterable[object]] = (
        points.code.tolist(),
        points.lon.tolist(),
        points.lat.tolist(),
        points.made_up.tolist(),
    )
    return {code: (lon, lat, made) for code, lon, lat, made in zip(*columns, strict=True)}


def _finder(table: _Table, where: Where) -> Callable[[int, Row], tuple[float, float, bool]]:
    def find(line: int, row: Row) -> tuple[float, float, bool]:
        if row.get("lon") or row.get("lat") or "village" not in row:
            return (*table.place(line, row), False)
        code = _code(table, line, row["village"])
        if code and code not in where:
            table.wrong(
                line, f"没有村（社区）{row['village']} 的位置", f"where village {row['village']} lies is not known"
            )
        return where.get(code, (0.0, 0.0, False))

    return find


def _kind(table: _Table, line: int, word: str, policy: Reach) -> str:
    if not word:
        return ""
    try:
        return policy.kind(word)[0]
    except UsageError as error:
        table.wrong(line, error.zh, error.en)
        return ""
