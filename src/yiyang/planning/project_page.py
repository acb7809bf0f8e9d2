"""What stands on the pages of projects: sums by year, county and source; bars over years; one project's way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from django.db.models import QuerySet, Sum
from django.urls import reverse

from yiyang.access.sheets import is_dangerous
from yiyang.areas.names import name as area_name
from yiyang.kit.charts import Item, bars
from yiyang.kit.parts import Definition, Event
from yiyang.planning import logic
from yiyang.planning.logic import Delay
from yiyang.planning.models import Estate, Lottery, Money, Payment, Project, ProjectStep
from yiyang.planning.policy import load_planning, lottery_rule, rule_of


@dataclass(frozen=True)
class Row:
    """A project with what was reckoned about it. Money in fen."""

    project: Project
    planned_fen: int
    paid_fen: int
    delay: Delay | None

    @property
    def sum(self) -> logic.Sum:
        """What it adds to a total."""
        return logic.Sum(
            1, self.project.places, self.project.places_in_use, self.planned_fen, self.paid_fen,
            int(logic.is_begun(self.project.stage)), int(self.delay is not None),
        )  # fmt: skip


def rows_of(projects: QuerySet[Any], today: date) -> list[Row]:
    """Projects with money and delay."""
    found = list(projects.order_by("year", "area_code", "id"))
    planned, paid = _sums(Money, found, "planned_fen"), _sums(Payment, found, "fen")
    return [Row(each, planned.get(each.pk, 0), paid.get(each.pk, 0), late(each, today)) for each in found]


def _sums(model: Any, projects: Sequence[Project], field: str) -> dict[int, int]:
    rows = model.objects.filter(project__in=[each.pk for each in projects])
    return dict(rows.values_list("project").annotate(total=Sum(field)).order_by())


def late(project: Project, today: date) -> Delay | None:
    """How late a project is today."""
    days = load_planning().delays.model_dump()
    return logic.delay(project.stage, project.stage_since, project.to_year, project.year, days, today)


def owed(estate: Estate) -> logic.Owed | None:
    """What an estate owes by the rule of its area; None where no document states one."""
    rule = rule_of(load_planning().estates, estate.area_code)
    if rule is None:
        return None
    dates = {name: getattr(estate, name) for name, _ in logic.FOUR}
    return logic.estate(estate.homes, estate.provided_m2, rule.per_100_homes_m2, dates, estate.homes_accepted_on)


def share(row: Lottery) -> logic.Share:
    """The share of a year's lottery money beside the least one."""
    rule = lottery_rule(load_planning().lottery, row.area_code, row.year)
    return logic.lottery_share(row.total_fen, row.elderly_fen, rule.percent if rule else None)


def by_kind(rows: Sequence[Row]) -> list[tuple[str, logic.Sum]]:
    """Totals of elderly care and of childcare."""
    return _grouped(rows, lambda row: row.project.get_kind_display())


def by_year(rows: Sequence[Row]) -> list[tuple[str, logic.Sum]]:
    """Totals by the year of the list."""
    return _grouped(rows, lambda row: f"{row.project.year} 年")


def _grouped(rows: Sequence[Row], key: Callable[[Row], str]) -> list[tuple[str, logic.Sum]]:
    found = logic.summed((key(row), row.sum) for row in rows)
    return sorted(((str(name), each) for name, each in found.items()), key=lambda pair: pair[0])


def by_source(rows: Sequence[Row]) -> list[tuple[str, int, int]]:
    """Money by source in fen: promised and arrived."""
    keys = [row.project.pk for row in rows]
    planned = dict(_by_source(Money, keys, "planned_fen"))
    paid = dict(_by_source(Payment, keys, "fen"))
    there = [(slug, word) for slug, word in Money.Source.choices if slug in planned or slug in paid]
    return [(word, planned.get(slug, 0), paid.get(slug, 0)) for slug, word in there]


def _by_source(model: Any, keys: Sequence[int], field: str) -> Any:
    return model.objects.filter(project__in=keys).values_list("source").annotate(total=Sum(field)).order_by()


def stages(rows: Sequence[Row]) -> Any:
    """How many projects stand in each stage."""
    counts = {slug: sum(row.project.stage == slug for row in rows) for slug, _ in Project.Stage.choices}
    items = [
        Item(word, counts[slug], url=f"{reverse('planning:projects')}?stage={slug}")
        for slug, word in Project.Stage.choices if counts[slug]
    ]  # fmt: skip
    return bars("各阶段的项目", "按项目现在的阶段计。", items, unit="个")


@dataclass(frozen=True)
class Span:
    """A project's years as part of the chart's width, in hundredths."""

    row: Row
    start: int
    width: int
    words: str


def gantt(rows: Sequence[Row]) -> tuple[list[int], list[Span]]:
    """Years of the chart and each project's bar from the year it begins to the year it ends."""
    spans = [(row, *_years(row.project)) for row in rows]
    if not spans:
        return [], []
    first, last = min(begin for _, begin, _ in spans), max(end for _, _, end in spans)
    count = last - first + 1
    return list(range(first, last + 1)), [
        Span(
            row, round((begin - first) * 100 / count), max(round((end - begin + 1) * 100 / count), 1), f"{begin}—{end}"
        )
        for row, begin, end in spans
    ]


def _years(project: Project) -> tuple[int, int]:
    end = project.to_year or project.year
    return min(project.from_year or end, end), end


HEADS = (
    "项目", "类别", "区划", "年度", "阶段", "开工年", "完工年", "建设地点", "实施单位", "床位（托位）", "已投用",
    "计划投资（元）", "已到位（元）", "进度", "数据",
)  # fmt: skip


def xlsx(rows: Sequence[Row]) -> bytes:
    """Projects as a workbook; money in yuan."""
    import xlsxwriter

    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    sheet, bold = book.add_worksheet("项目"), book.add_format({"bold": True, "bg_color": "#F4F6F3"})
    quoted = book.add_format({"quote_prefix": True})
    sheet.write_row(0, 0, HEADS, bold)
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(_cells(row)):
            sheet.write(at, column, value, quoted if isinstance(value, str) and is_dangerous(value) else None)
    sheet.autofilter(0, 0, max(len(rows), 1), len(HEADS) - 1)
    sheet.freeze_panes(1, 1)
    book.close()
    return out.getvalue()


def _cells(row: Row) -> tuple[Any, ...]:
    each = row.project
    return (
        each.title, each.get_kind_display(), area_name(each.area_code), each.year, each.get_stage_display(),
        each.from_year, each.to_year, each.place, each.unit, each.places, each.places_in_use, row.planned_fen / 100,
        row.paid_fen / 100, row.delay.zh if row.delay else "", "进展为合成数据" if each.is_synthetic else "",
    )  # fmt: skip


def way(project: Project) -> list[Event]:
    """Everything that happened to a project, the latest first."""
    steps = [
        Event(step.on, _step_word(step), step.words, step.by_name)
        for step in project.steps.all()
    ]  # fmt: skip
    return list(reversed(steps))


def _step_word(step: ProjectStep) -> str:
    if step.from_year:
        return f"由 {step.from_year} 年滚动到 {step.to_year} 年"
    return Project.Stage(step.stage).label


def definitions(row: Row) -> list[Definition]:
    """What a project says of itself."""
    project = row.project
    years = "—".join(str(each) for each in dict.fromkeys((project.from_year, project.to_year)) if each)
    found = [
        Definition("类别", project.get_kind_display()),
        Definition("建设性质", project.nature),
        Definition("建设年限", years),
        Definition("建设地点", project.place),
        Definition("实施单位", project.unit),
        Definition("床位（托位）", project.places, kind="number"),
        Definition("其中护理型", project.nursing or None, kind="number"),
        Definition("已投用", project.places_in_use, kind="number"),
        Definition("建筑面积（平方米）", project.floor_m2, kind="number"),
        Definition("最初列入", f"{project.first_year} 年"),
        Definition("说明", project.note),
    ]
    return [each for each in found if each.value not in ("", None)]
