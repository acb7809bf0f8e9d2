"""What the circle's page shows: which answer, its figures, coverage by part, the map, a sheet of the gaps."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO, StringIO
from typing import Any

from django.db.models import F, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Cast

from yiyang.access.sheets import harmless
from yiyang.areas import logic
from yiyang.areas.names import name
from yiyang.kit import wording
from yiyang.kit.charts import Chart
from yiyang.kit.parts import Figure
from yiyang.reach import lists
from yiyang.reach.map_drawing import WORDS, Dot, Mark, class_of, drawn, minutes_legend, told_of
from yiyang.reach.models import Reckoning
from yiyang.reach.policy import load_reach
from yiyang.reach.trial import WORDS as MADE_UP

GROUPS = ("elders", "very_old", "disabled", "hardship")
HEADS = (
    "村（社区）代码", "村（社区）", "乡镇（街道）", "60岁以上", "80岁以上", "失能", "经济困难", "到最近设施（分钟）",
    "规定（分钟）", "出行方式", "最近设施", "离路（米）", "位置虚拟",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """An area below: people and covered by group, places in reach for a thousand elders."""

    code: int
    name: str
    people: tuple[int, ...]
    covered: tuple[int, ...]
    per_1000: float

    @property
    def shares(self) -> list[float | None]:
        """Covered of all by group, in hundredths; None where nobody lives."""
        return [100 * in_ / all_ if all_ else None for in_, all_ in zip(self.covered, self.people, strict=True)]

    @property
    def left(self) -> int:
        """Elders who are not covered."""
        return self.people[0] - self.covered[0]


def newest(area: int, kind: str) -> Reckoning | None:
    """The answer that speaks of an area: its own newest, else that of the smallest area around it."""
    line = [area, *logic.ancestors(area)]
    ready = lists.circles().filter(kind=kind, state=Reckoning.State.READY, area_code__in=line)
    return min(ready, key=lambda each: (line.index(each.area_code), -each.pk), default=None)


def under_way(area: int, kind: str) -> Reckoning | None:
    """The newest question about exactly this that has no answer yet, or failed."""
    mine = lists.circles().filter(kind=kind, area_code=area).exclude(state=Reckoning.State.DROPPED)
    found: Reckoning | None = mine.order_by("-pk").first()
    return found if found is not None and found.state != Reckoning.State.READY else None


def parts(rows: QuerySet[Any], area: int) -> list[Part]:
    """Coverage of the areas straight below."""
    size = 10**6 if logic.level(area) == "city" else 1000 if logic.level(area) == "county" else 1
    found = _parts(rows.annotate(part=F("code") - F("code") % size))
    # A made-up village has no name in the table of areas.
    names = dict(rows.order_by().values_list("code", "name")) if size == 1 else {}
    return [replace(part, name=names.get(part.code, part.name)) for part in found]


def whole(rows: QuerySet[Any], area: int) -> Part | None:
    """Coverage of everything; None where no point lies."""
    found = _parts(rows.annotate(part=F("code") * 0 + area))
    return found[0] if found else None


def _parts(rows: QuerySet[Any]) -> list[Part]:
    sums: dict[str, Any] = {f"all_{group}": Sum(group) for group in GROUPS}
    sums |= {f"in_{group}": Sum(group, filter=Q(is_covered=True), default=0) for group in GROUPS}
    sums["reached"] = Sum(F("score") * Cast("elders", FloatField()))
    found = rows.order_by().values("part").annotate(**sums).order_by("part")
    return [
        Part(
            row["part"], name(row["part"]), tuple(row[f"all_{group}"] for group in GROUPS),
            tuple(row[f"in_{group}"] for group in GROUPS), 1000 * row["reached"] / max(row["all_elders"], 1),
        )
        for row in found
    ]  # fmt: skip


def figures(rows: QuerySet[Any], area: int) -> list[Figure]:
    """What stands on top."""
    found = {word: whole(rows.filter(urban), area) for word, urban in
             (("", Q()), ("城镇", Q(is_urban=True)), ("农村", Q(is_urban=False)))}  # fmt: skip
    everybody = found[""]
    if everybody is None:
        return []
    shown = [Figure("老年人覆盖率", _percent(everybody), "%", f"未覆盖 {everybody.left:,} 人")]
    shown += [
        Figure(f"{word}覆盖率", _percent(part), "%", f"共 {part.people[0]:,} 人")
        for word, part in found.items() if word and part is not None
    ]  # fmt: skip
    return [*shown, Figure("每千名老年人可及", f"{everybody.per_1000:.1f}", "位", "两步移动搜索，近的多算、远的少算")]


def _percent(part: Part) -> str:
    share = part.shares[0]
    return "—" if share is None else f"{share:.1f}"


def mapped(found: Reckoning, rows: Sequence[Any], area: int) -> Chart:
    """The map of minutes."""
    dots = [
        Dot(row.longitude, row.latitude, row.elders, _look(row), f"{row.name}：{row.elders:,} 人，{_minutes(row)}")
        for row in rows
    ]  # fmt: skip
    places = [Mark(lon, lat, word) for lon, lat, word in found.result["facilities"]]
    told = told_of(WORDS, ((class_of(row.minutes), row.elders) for row in rows))
    note = f"{wording.day(found.finished_at)} 测算；圆越大，老年人越多{made_up_words(found)}"
    return drawn(f"{name(area)}到最近设施的时间", note, area, dots, places, (), told, minutes_legend())


def made_up_words(found: Reckoning) -> str:
    """What everybody who sees a map must know."""
    words = "、".join(MADE_UP[each][0] for each in found.made_up)
    return f"；{words}为虚拟" if words else ""


def _look(row: Any) -> str:
    return f"ramp-{5 - class_of(row.minutes)}{'' if row.is_covered else ' not'}"


def _minutes(row: Any) -> str:
    return "没有路可到" if row.minutes is None else f"{row.minutes:.0f} 分钟"


def standards(found: Reckoning) -> list[str]:
    """The minutes in words: 城镇15分钟（步行）."""
    return [f"{each['name']}（{lists.MODES.get(each['mode'], each['mode'])}）" for each in found.result["standards"]]


def kind_word(kind: str) -> str:
    """What a kind of facility is called."""
    return load_reach().kinds[kind].zh if kind in load_reach().kinds else "全部设施"


def _cells(rows: Iterable[Any]) -> Iterable[tuple[Any, ...]]:
    for row in rows:
        yield (
            row.code, row.name, name(row.code // 1000 * 1000), row.elders, row.very_old, row.disabled, row.hardship,
            row.minutes, row.allowed, lists.MODES.get(row.mode, row.mode), row.nearest, row.off_road,
            "是" if row.is_made_up else "否",
        )  # fmt: skip


def as_csv(rows: Iterable[Any]) -> bytes:
    """Gaps as CSV with BOM."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADS)
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in _cells(rows))
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Any]) -> bytes:
    """Gaps as a workbook."""
    import xlsxwriter

    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    sheet, bold = book.add_worksheet("服务空白"), book.add_format({"bold": True, "bg_color": "#F4F6F3"})
    sheet.write_row(0, 0, HEADS, bold)
    for at, row in enumerate(_cells(rows), 1):
        sheet.write_row(at, 0, [str(row[0]), *(harmless(cell) if isinstance(cell, str) else cell for cell in row[1:])])
    sheet.autofit()
    sheet.freeze_panes(1, 2)
    book.close()
    return out.getvalue()
