"""A projection as a workbook and as CSV: census figures and what follows from them, nobody's personal data."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse

from yiyang.forecast import demand, drawn, logic, policy, units
from yiyang.forecast.asked import Asked
from yiyang.forecast.charts import group_name
from yiyang.forecast.logic import ELDERS
from yiyang.forecast.projections import Projection
from yiyang.forecast.tables import fives

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
Rows = Iterator[Sequence[Any]]


def xlsx(wanted: Asked, projection: Projection) -> bytes:
    """The workbook's bytes: what it is, then a sheet a table."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    _sheet(book, "说明", ("项目", "内容"), notes(wanted, projection))
    _sheet(book, "按年", _year_heads(), _years(projection))
    _sheet(book, "按年龄性别", ("年份", "区划", "年龄", "男", "女"), _ages(projection))
    _sheet(book, "年龄组区间", ("年份", "年龄", *drawn.band_names()), _groups(projection))
    _sheet(book, "各地老年人", ("年份", "区划", *(f"{age}岁以上" for age in ELDERS)), _places(projection))
    _sheet(book, "失能", ("年份", "口径", "等级", "人数"), _disabled(projection))
    heads = ("年份", "项目", "单位", "所需", "已承诺", "缺口", "依据")
    _sheet(book, "需求", heads, _needs(projection))
    book.close()
    return out.getvalue()


def _sheet(book: Any, name: str, heads: Sequence[str], rows: Rows) -> None:
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bg_color": "#1F6650", "font_color": "#FFFFFF"})
    whole, plain = book.add_format({"num_format": "#,##0"}), book.add_format({"num_format": "0"})
    sheet.set_column(0, len(heads) - 1, 16)
    sheet.write_row(0, 0, heads, head)
    for place, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            form = (plain if heads[column] == "年份" else whole) if isinstance(value, int | float) else None
            sheet.write(place, column, value, form)
    sheet.freeze_panes(1, 0)


def notes(wanted: Asked, projection: Projection) -> Rows:
    """What a reader must know before he trusts a figure."""
    yield "区划", units.name_of(wanted.area)
    yield "情景", projection.scenario.said
    yield "起点", "2020年第七次全国人口普查，常住人口，11月1日；以后各年同日"
    yield (
        "方法",
        "队列要素法：逐岁、分性别、分县推算；死亡、生育用联合国《世界人口展望2024》，县水平和净迁移由2010、2020年两次普查推得",
    )
    yield "区间", "由2010年推2020年的回测误差抽样得到，不含政策和突发事件的影响"
    yield "参数与数据", f"policy/forecast，指纹 {projection.made_from}"
    yield "性质", "预测，不是统计数"


def _year_heads() -> tuple[str, ...]:
    quantiles = drawn.band_names()
    return ("年份", "总人口", "0—2岁", *(f"{age}岁以上 {word}" for age in ELDERS for word in ("预测", *quantiles)))


def _years(projection: Projection) -> Rows:
    everybody = projection.total.sum(axis=(1, 2))
    for place, year in enumerate(projection.years):
        counts = []
        for index, age in enumerate(ELDERS):
            counts += [round(float(projection.over(age)[place]))]
            counts += [round(float(each)) for each in projection.elders[place, :, index]]
        yield year, round(float(everybody[place])), round(float(projection.total[place][:, :3].sum())), *counts


def _ages(projection: Projection) -> Rows:
    for place, year in enumerate(projection.years):
        for unit, code in enumerate(projection.codes):
            for index, (male, female) in enumerate(fives(projection.people[place, unit]).T):
                yield year, units.name_of(code), group_name(index), round(float(male)), round(float(female))


def _groups(projection: Projection) -> Rows:
    for place, year in enumerate(projection.years):
        for index, quantiles in enumerate(projection.fan[place].T):
            yield year, group_name(index), *(round(float(each)) for each in quantiles)


def _places(projection: Projection) -> Rows:
    for place, year in enumerate(projection.years):
        counts = [logic.over(projection.people[place], age) for age in ELDERS]
        for unit, code in enumerate(projection.codes):
            yield year, units.name_of(code), *(round(float(each[unit])) for each in counts)


def _disabled(projection: Projection) -> Rows:
    for name, series in policy.disability().series.items():
        for level, people in demand.disabled(projection, name).items():
            for year, count in zip(projection.years, people, strict=True):
                yield year, series.zh, series.levels[level], round(float(count))


def _needs(projection: Projection) -> Rows:
    for year in projection.years[1:]:
        for line in demand.needs(projection, year):
            there = ["" if each is None else round(each) for each in (line.supply, line.gap)]
            yield year, line.need.zh, line.need.unit, round(line.needed), *there, line.need.source


def csv_file(wanted: Asked, projection: Projection) -> bytes:
    """One line a year, unit, sex and single year of age, with a mark that lets spreadsheets read the characters."""
    out = StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow(("年份", "区划代码", "区划", "性别", "年龄", "人数", "情景"))
    said = projection.scenario.said
    for place, year in enumerate(projection.years):
        for unit, code in enumerate(projection.codes):
            for sex, name in enumerate(("男", "女")):
                people = projection.people[place, unit, sex]
                where = (year, f"{code:012d}", units.name_of(code), name)
                write.writerows((*where, age, f"{count:.1f}", said) for age, count in enumerate(people))
    return out.getvalue().encode("utf-8-sig")


FORMS: dict[str, Callable[[Asked, Projection], bytes]] = {"xlsx": xlsx, "csv": csv_file}


def answer(body: bytes, form: str, name: str) -> HttpResponse:
    """A file to be saved, under a Chinese name."""
    response = HttpResponse(body, content_type=KINDS[form])
    response["Content-Disposition"] = f"attachment; filename=forecast.{form}; filename*=UTF-8''{quote(name)}.{form}"
    return response
