"""What stands on a document's page: rows of a kind as a table, doubts, and lines around a place."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from yiyang.areas.logic import ancestors
from yiyang.planning import files
from yiyang.planning.models import Correction, Doubt, PlanFile, Record
from yiyang.planning.reading.reader import area_said
from yiyang.planning.records import Place

Json = dict[str, Any]
SHOWN = 500
AROUND = 4
TITLES = {
    "project": "项目", "total": "合计", "indicator": "指标", "task": "任务", "measure": "清单与专栏", "doubt": "待核对",
}  # fmt: skip
# The reader's own words for what it chose, where they are not the text's.
CHOICES_ZH = {
    "first": "排在最前的单位牵头", "joint": "所列单位共同负责", "projects": "项目清单", "indicators": "指标表",
    "tasks": "任务清单", "policies": "政策清单", "elements": "要素清单", "reforms": "改革清单", "pilots": "试点清单",
    "industries": "产业清单", "platforms": "平台清单", "boxes": "专栏", "services": "服务清单",
    "other": "其他表，不取记录",
}  # fmt: skip
BOUNDS = {"ge": "≥", "le": "≤", "eq": ""}


@dataclass(frozen=True)
class Shown:
    """A line of text with its number; the one that is meant is marked."""

    number: int
    text: str
    is_meant: bool


def kinds(file: PlanFile) -> list[tuple[str, str, int]]:
    """Kinds of rows that a document has, with how many; doubts last."""
    found = [(slug, title, int(file.counts.get(slug, 0))) for slug, title in TITLES.items() if slug != "doubt"]
    return [each for each in found if each[2]] + [("doubt", TITLES["doubt"], file.doubts.count())]


def kind_of(file: PlanFile, asked: str) -> str:
    """The kind to show: the one that is asked for if the document has it, else its first."""
    known = [slug for slug, _, _ in kinds(file)]
    return asked if asked in known else known[0]


def other_area(file: PlanFile) -> int | None:
    """The area that a document names, where it is not the one it was given for; the area above is no other."""
    if file.state != PlanFile.State.READ or not file.is_current or not files.is_there(file):
        return None
    said = _said(file.pk, file.sha256, file.title)
    return said if said and said not in (file.area_code, *ancestors(file.area_code)) else None


@lru_cache(maxsize=64)
def _said(key: int, sha256: str, title: str) -> int | None:
    return area_said(files.lines(PlanFile(pk=key, sha256=sha256)), title)


def decided(file: PlanFile) -> list[tuple[Correction, str]]:
    """What people decided about fields of a document's rows, with what the row is called."""
    mine = Correction.objects.filter(area_code=file.area_code, slug=file.slug).exclude(key__startswith="withdrawn-")
    known = list(mine.order_by("-at", "-id"))
    titles = dict(Record.objects.filter(file=file, key__in=[each.key for each in known]).values_list("key", "title"))
    return [(each, titles.get(each.key, "表的读法")) for each in known]


def rows(file: PlanFile, kind: str) -> Json:
    """Heads and rows of a kind, at most `SHOWN`; `left` is how many more there are."""
    if kind == "doubt":
        return {
            "decided": decided(file),
            "doubts": [
                (each, around(file, each.line), guess_of(each)) for each in file.doubts.order_by("sure", "id")[:100]
            ],
        }
    found = Record.objects.filter(file=file, kind=kind)
    heads, cells = _COLUMNS[kind]
    lines = [(row, list(zip(heads, cells(row.data), strict=True))) for row in found[:SHOWN]]
    return {"heads": heads, "rows": lines, "left": max(found.count() - SHOWN, 0)}


def _wan(fen: int | None) -> str:
    return "" if fen is None else f"{Decimal(fen) / 1_000_000:,.2f}".rstrip("0").rstrip(".")


def _project(data: Json) -> list[Any]:
    years = "—".join(str(year) for year in dict.fromkeys((data["from_year"], data["to_year"])) if year)
    return [
        data["number"], data["name"], data["nature"], years, data["place"], data["places"], _wan(data["money_fen"]),
        _wan(data["central_fen"]), data["unit"],
    ]  # fmt: skip


def _total(data: Json) -> list[Any]:
    scope = "、".join(str(each) for each in (data["year"], data["county_name"]) if each) or "全部"
    return [scope, data["count"], _wan(data["money_fen"]), data["places"], data["text"]]


def _indicator(data: Json) -> list[Any]:
    target = f"{BOUNDS[data['bound']]}{data['target']}" if data["target"] is not None else ""
    return [data["number"], data["name"], data["unit"], data["baseline"], target, data["target_year"], data["nature"]]


def _task(data: Json) -> list[Any]:
    return [data["number"], data["title"], "、".join(data["lead"]), "、".join(data["part"])]


def _measure(data: Json) -> list[Any]:
    return [data["group"], data["number"], data["name"] or data["action"], data["target"], "、".join(data["units"])]


_COLUMNS: dict[str, tuple[tuple[str, ...], Any]] = {
    "project": (
        ("序号", "项目", "性质", "年限", "地点", "床位（托位）", "总投资（万元）", "申请中央（万元）", "实施单位"),
        _project,
    ),
    "total": (("范围", "项目数", "总投资（万元）", "床位（托位）", "原文"), _total),
    "indicator": (("序号", "指标", "单位", "基期", "目标", "年份", "属性"), _indicator),
    "task": (("序号", "任务", "牵头", "参加"), _task),
    "measure": (("类别", "序号", "名称", "目标", "责任单位"), _measure),
}  # fmt: skip


def around(file: PlanFile, line: int, reach: int = AROUND) -> list[Shown]:
    """The text's lines around one, blank ones left out; none where the document itself is missing."""
    found = files.lines(file) if files.is_there(file) else ()
    # A cell that is empty in the source is told by the next line that says something.
    line = next((at + 1 for at in range(max(line - 1, 0), len(found)) if found[at].strip()), line)
    first, last = max(line - 1 - reach, 0), min(line + reach, len(found))
    return [Shown(at + 1, found[at].strip(), at == line - 1) for at in range(first, last) if found[at].strip()]


def choices_of(doubt: Doubt) -> list[tuple[str, str]]:
    """What a doubt may be, to choose from, where the reader's own words stand for it; else nothing."""
    known = [(each, CHOICES_ZH[each]) for each in doubt.choices if each in CHOICES_ZH]
    return known if len(known) == len(doubt.choices) else []


def guess_of(doubt: Doubt) -> str:
    """What the reader took meanwhile, in words."""
    return dict(choices_of(doubt)).get(doubt.guess, doubt.guess)


def doubt_of(file: PlanFile, key: str, field: str) -> Doubt | None:
    """The doubt about a field, if there is one."""
    return file.doubts.filter(key=key, field=field).first()


def place_word(place: Json) -> str:
    """A place in words: 第 12 行（表 2 第 3 行）."""
    where = Place(place["document"], place["line"], table=place.get("table"), row=place.get("row"))
    words = [*(place.get("path") or ())[-1:], f"第 {where.line} 行"] if where.line else []
    return "，".join(words + ([f"表 {where.table} 第 {where.row} 行"] if where.table and where.row else []))
