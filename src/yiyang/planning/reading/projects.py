"""Projects out of project lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yiyang.planning.reading import heads
from yiyang.planning.reading.figures import UNITS_FEN, Money, count, money, whole_money, year_of, years
from yiyang.planning.reading.places import Unit
from yiyang.planning.reading.rows import Context, RowView, views
from yiyang.planning.reading.words import digest, plain, squash
from yiyang.planning.records import Fields, Project, ProjectKind, Table

_CHILDREN = re.compile("托育|托位|托幼|婴幼儿|幼儿")
_BEDS = re.compile(r"床位(?:约|共|数)?(\d+)张?|(\d+)张(?:[\u4e00-\u9fff]{0,6})?床位?|(\d+)个?床位")
_COTS = re.compile(r"托位(?:数|约|共)?(\d+)个?|(\d+)个?托位")
_USUAL_UNIT = "万元"


def projects(table: Table, context: Context) -> Iterator[Project]:
    """The projects of one list, with doubts about what could not be read."""
    unit = money_unit(table, context)
    central = unit_of(table, "central") or unit
    for index, view in enumerate(views(table), 1):
        yield _project(view, index, table, unit, central, context)


def unit_of(table: Table, role: str) -> str:
    """The unit of money in a column's title, "" where it names none."""
    at = heads.place_of(role, heads.roles(table.columns))
    unit = table.columns[at].unit if at is not None else ""
    short = f"{unit}元" if unit in ("万", "亿") else unit
    return short if short in UNITS_FEN else ""


def money_unit(table: Table, context: Context) -> str:
    """The unit of the money column. Where its title names none it is doubted, and taken from the sentences in the
    table's own totals, else from the document's other lists.
    """
    stated = unit_of(table, "money")
    if stated or "money" not in heads.roles(table.columns):
        context.money_unit = context.money_unit or stated
        return stated or _USUAL_UNIT
    key = digest("unit", table.caption, *(column.title for column in table.columns))
    from_totals = _unit_by_totals(table)
    guess = from_totals or context.money_unit or _USUAL_UNIT
    reason = "表中合计行的文字" if from_totals else "本文件其他清单" if context.money_unit else "通常写法"
    return context.settling.settle(
        table.where, key, "money_unit", guess, sure=0.95 if from_totals else 0.7, choices=("元", "万元", "亿元"),
        what=f"“{_money_title(table)}”一栏没有写单位，按{reason}认作“{guess}”。",
    )  # fmt: skip


def _money_title(table: Table) -> str:
    at = heads.place_of("money", heads.roles(table.columns))
    return table.columns[at].title if at is not None else "投资"


def _unit_by_totals(table: Table) -> str:
    """The unit that makes the figures of total and section rows fit the sums of their own sentences within a tenth."""
    for kind in ("section", "total"):
        for view in views(table, kind):
            figure = count(view.text("money"))
            said = "".join(cell.text for cell in view.row.cells)
            amounts = [money(part) for part in re.findall(r"投资([\d.]+[万亿]?元)", said)]
            whole = sum(each.fen for each in amounts if each)
            for unit, fen in UNITS_FEN.items():
                if figure and whole and abs(figure * fen - whole) * 10 <= whole:
                    return unit
    return ""


def kind_of(table: Table, text: str = "") -> ProjectKind:
    """Whether a list, or a text in it, is about children or elders."""
    titles = " ".join(column.title for column in table.columns)
    return "childcare" if _CHILDREN.search(table.caption + titles + text) else "elderly"


def _project(view: RowView, index: int, table: Table, unit: str, central_unit: str, context: Context) -> Project:
    name, place, body = view.text("project"), view.text("place"), view.text("description")
    county = _county(view, context)
    amount = _amount(view, "money", "money_fen", unit, context)
    central = _amount(view, "central", "central_fen", central_unit, context)
    first, last = _term(view, context)
    kind = kind_of(table, name + body)
    return Project(
        _number(view, index, context), name, view.text("nature"), first, last, place,
        county.code if county else None, county.name if county else "", body, kind, _places(view, kind, context),
        amount.fen if amount else None, central.fen if central else None, view.text("units"),
        year_of(view.row.section), view.where, _fields(view), view.row.key,
        context.gazetteer.site(f"{place} {body} {name}", county.code if county else None), _sources(view, table, unit),
    )  # fmt: skip


def _sources(view: RowView, table: Table, unit: str) -> tuple[tuple[str, int], ...]:
    found = []
    for at, role in enumerate(view.roles):
        column = table.columns[at]
        amount = whole_money(view.row.cells[at].text, column.unit if column.unit in UNITS_FEN else unit)
        if role == "source" and amount:
            found.append((column.title, amount.fen))
    return tuple(found)


def _fields(view: RowView) -> Fields:
    return view.fields(
        number="number", name="project", nature="nature", from_year="years", to_year="years", place="place",
        county="place", description="description", places="places", money_fen="money", central_fen="central",
        unit="units",
    )  # fmt: skip


def _number(view: RowView, index: int, context: Context) -> int | None:
    said = count(view.text("number"))
    if said is not None or "number" not in view.roles:
        return said
    guess = context.settling.settle(
        view.place("number"), view.row.key, "number", str(index), sure=0.9,
        what=f"这一行没有序号，按行序认作第{index}项。",
    )  # fmt: skip
    return count(guess)


def _amount(view: RowView, role: str, name: str, unit: str, context: Context) -> Money | None:
    text = view.text(role)
    found = whole_money(text, unit)
    if found is not None or plain(text) in ("", "-", "—", "/", "——"):
        return found
    guess = money(text, unit)
    told = f"{guess.fen / 100:.2f}元" if guess else ""
    decided = context.settling.settle(
        view.place(role), view.row.key, name, told, sure=0.4,
        what=f"“{text}”不是单独的一个金额，认作“{told or '空'}”。",
    )  # fmt: skip
    return money(decided, "元")


def _term(view: RowView, context: Context) -> tuple[int | None, int | None]:
    text = view.text("years")
    first, last = years(text)
    if first is None and squash(text):
        decided = context.settling.settle(
            view.place("years"), view.row.key, "from_year", "", sure=0.2, what=f"“{text}”里认不出年份。"
        )
        first = last = year_of(decided)
    return first, last


def _places(view: RowView, kind: ProjectKind, context: Context) -> int | None:
    text = view.text("places")
    found = count(text)
    if found is not None:
        return found
    if "places" not in view.roles or not squash(text):
        return _places_in_words(view, kind, context)
    decided = context.settling.settle(
        view.place("places"), view.row.key, "places", "", sure=0.2, what=f"“{text}”不是单独的一个数。"
    )
    return count(decided)


def _places_in_words(view: RowView, kind: ProjectKind, context: Context) -> int | None:
    """Of a list without a column for them: as its description states; doubted where it states several."""
    found = places_in(view.text("description"), kind)
    if not found:
        return None
    if len(set(found)) == 1:
        return found[0]
    decided = context.settling.settle(
        view.place("description"), view.row.key, "places", str(found[0]), sure=0.6, choices=map(str, found),
        what=f"建设内容里写了几个床位或托位数，认作{found[0]}。",
    )  # fmt: skip
    return count(decided)


def places_in(text: str, kind: ProjectKind) -> list[int]:
    """The beds, or the places for children, that a text states."""
    pattern = _COTS if kind == "childcare" else _BEDS
    return [int(next(group for group in found.groups() if group)) for found in pattern.finditer(plain(text))]


def _county(view: RowView, context: Context) -> Unit | None:
    """Whose project it is: by the organising unit, else by name, else by place; doubted where these differ."""
    gazetteer = context.gazetteer
    by_unit = gazetteer.responsible(view.text("units"))
    by_name, by_place = gazetteer.unit(view.text("project")), gazetteer.unit(view.text("place"))
    taken = by_unit or by_name or by_place or _own_county(context)
    if taken is None or by_place is None or taken in (by_place, gazetteer.own):
        return taken
    decided = context.settling.settle(
        view.place("place"), view.row.key, "county", taken.name, sure=0.7 if taken == by_name else 0.55,
        choices=(taken.name, by_place.name),
        what=f"建设地点写“{by_place.name}”，实施单位却是{taken.name}的；暂算作{taken.name}的项目。",
    )  # fmt: skip
    return by_place if decided == by_place.name else taken


def _own_county(context: Context) -> Unit | None:
    return context.gazetteer.responsible("县") if context.gazetteer.area else None
