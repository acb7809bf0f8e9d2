"""What the page of a suspected double shows: both sides line by line, comparisons in words, what a merge would do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.urls import reverse

from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import Scope
from yiyang.access.sealed import SealedText
from yiyang.areas import logic
from yiyang.catalog.facts import load_facts
from yiyang.kit import wording
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Empty
from yiyang.registry import judging, merging
from yiyang.registry.delivery_pages import register_name
from yiyang.registry.linkage.settings import LinkageSettings, load_settings
from yiyang.registry.models import Person, PossibleDouble
from yiyang.registry.person_page import in_words

State = PossibleDouble.State
SEX = {0: "男", 1: "女"}
# Lines of the page → the comparison that speaks of them.
LINES = (
    ("姓名", "name"), ("身份证号码", "id"), ("性别", "sex"), ("出生日期", "birth"), ("居住地", "place"),
    ("户籍地", ""), ("联系电话", "phone"), ("住址", "place"),
)  # fmt: skip
ALIKE = ("same", "address", "village")


@dataclass(frozen=True)
class Side:
    """One of the two: a file, or a row without an id number."""

    title: str
    values: list[Any]
    registers: list[tuple[str, str]]
    person: Person | None


@dataclass(frozen=True)
class Line:
    """One thing compared. `is_alike`: None where there is nothing to compare."""

    name: str
    left: Any
    right: Any
    level: str
    is_alike: bool | None


class Doubles(Table):
    """Questions to answer, and those answered."""

    name, title, order = "doubles", "疑似同一人", "-probability"
    columns = (
        Column("who", "姓名", value=lambda row: name_of(row), is_link=True),
        Column("other", "对应的档案", value=lambda row: row.person.name if row.row_key else row.other.name),
        Column("kind", "来源", value=lambda row: register_name(row.register) if row.row_key else "两份档案"),
        Column("other_area_code", "区划", kind="area"),
        Column("probability", "匹配概率", kind="percent", sort="probability"),
        Column("state", "状态", kind="state"),
        Column("judged_by_name", "判定人"),
        Column("judged_at", "判定时间", kind="when", is_hidden=True),
        Column("reason", "理由", is_hidden=True),
    )
    filters = (
        Filter("state", "状态", choices=State.choices),
        Filter(
            "kind",
            "来源",
            choices=(("files", "两份档案"), ("rows", "无证件号的行")),
            lookup=lambda rows, kind: _by_kind(rows, kind),
        ),
    )
    empty = Empty("没有需要判定的", "交付入库后，拿不准的会列在这里。", icon="done")

    def row_url(self, row: Any) -> str:
        return reverse("registry:double", args=[row.pk])


def _by_kind(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
    return rows.filter(row_key__isnull=kind == "files")


def name_of(question: PossibleDouble) -> str:
    """Whom the left side is about."""
    if question.row_key is not None:
        return str(question.row.get("name") or "（无姓名）")
    assert question.person is not None
    return str(question.person.name)


def queue(scope: Scope) -> QuerySet[PossibleDouble]:
    """Open questions in the order in which they are answered: put off ones last, the most probable first."""
    rows = judging.questions(scope).filter(state=State.OPEN)
    return rows.order_by(F("judged_at").asc(nulls_first=True), "-probability", "id")


def neighbours(scope: Scope, question: PossibleDouble) -> tuple[int | None, int | None]:
    """The questions before and after this one in the queue."""
    keys = list(queue(scope).values_list("pk", flat=True)[:2000])
    if question.pk not in keys:
        return None, keys[0] if keys else None
    place = keys.index(question.pk)
    before = keys[place - 1] if place else None
    return before, keys[place + 1] if place + 1 < len(keys) else None


def sides(question: PossibleDouble) -> tuple[Side, Side]:
    """Left: the row, or the file with the lower key. Right: the file it may belong to."""
    assert question.person is not None
    right = _of_person(question.person, "已有档案")
    if question.row_key is not None:
        return _of_row(question), right
    assert question.other is not None
    return _of_person(question.person, "档案甲"), _of_person(question.other, "档案乙")


def _of_person(person: Person, title: str) -> Side:
    values = [
        person.name, person.id_number, SEX.get(person.sex), wording.day(person.birth_date),  # type: ignore[arg-type]
        _place(person.area_code), _place(person.registered_code), person.phone, person.address,
    ]  # fmt: skip
    return Side(title, values, _registers(person), person)


def _of_row(question: PossibleDouble) -> Side:
    row, words = question.row, judging.words_of(question)
    sealed = {name: SealedText.of(words[name], name) if words.get(name) else None for name in words}
    values = [
        row.get("name"), sealed.get("id_number"), SEX.get(row.get("sex")), wording.day(row.get("birth")),
        _place(row.get("area")), None, sealed.get("phone"), sealed.get("address"),
    ]  # fmt: skip
    said = f"{row.get('source_file', '')} 第 {row.get('source_row')} 行"
    return Side("无证件号的行", values, [(register_name(question.register), said)], None)


def _place(code: int | None) -> str | None:
    return None if code in (None, NO_AREA) else logic.full_name(int(str(code)))


def _registers(person: Person) -> list[tuple[str, str]]:
    """Which registers state something of a person now, and from which file."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT register, max(source_file), count(*) FROM registry_statement WHERE known_to = 99991231 "
            "AND person IN (SELECT %(id)s UNION SELECT key FROM registry_alias WHERE person_id = %(id)s) "
            "GROUP BY register ORDER BY register",
            {"id": person.pk},
        )
        return [(register_name(register), f"{file}，{count} 条") for register, file, count in cursor.fetchall()]


@cache
def _settings() -> LinkageSettings:
    return load_settings()


def compared(question: PossibleDouble) -> tuple[Side, Side, list[Line]]:
    """Both sides and the lines between them."""
    left, right = sides(question)
    lines = []
    for (name, comparison), a, b in zip(LINES, left.values, right.values, strict=True):
        level = question.levels.get(comparison) if comparison else None
        known = _settings().comparisons[comparison].levels if comparison else {}
        word = known[level].zh if level in known else ""
        lines.append(Line(name, a, b, word, None if level is None else level in ALIKE))
    return left, right, lines


def outcome(question: PossibleDouble, stays: int | None) -> dict[str, Any]:
    """What a merge of two files would do, in words; nothing for a row."""
    if question.row_key is not None or question.state != State.OPEN or question.other is None:
        return {}
    assert question.person is not None
    kept = next((p for p in (question.person, question.other) if p.pk == stays), None)
    found = merging.preview(question.person, question.other, kept)
    facts = {fact.column: fact for fact in load_facts().facts.values()}
    said = [
        (facts[name].zh, *(in_words(facts[name], value) for value in values))
        for name, *values in found.facts
        if name in facts
    ]
    words = {"contacts": "联系人", "documents": "材料", "corrections": "更正", "stated": "评估、探访了解的事实"}
    moved = [(words[name], number) for name, number in found.moved.items() if number]
    return {"stays": found.stays, "goes": found.goes, "facts": said, "moved": moved}
