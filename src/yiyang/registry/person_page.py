"""What stands in one person's file: current facts in words, and how they came about, in two times.

The page and the API call these. Whoever hands in a `Person` has found it within his scope; what belongs to the file
(statements of merged keys included, which belong to no visible person) is then read in the platform's name.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import timezone
from psycopg import sql as pg

from yiyang.access.scope import Scope, acting, current, platform
from yiyang.areas import logic as areas
from yiyang.base.paths import policy_dir
from yiyang.catalog.facts import load_facts
from yiyang.catalog.loader import read
from yiyang.engine.duck import connect
from yiyang.engine.facts import Fact, Kind, as_int, years_since
from yiyang.kit.wording import day as said_day
from yiyang.registry import refresh, sql, store
from yiyang.registry.contracts import BASE, load_contracts
from yiyang.registry.corrections import person_value
from yiyang.registry.models import STILL, Delivery, Membership, Person, Statement
from yiyang.registry.reach import reaches
from yiyang.registry.settling import DOUBTFUL, ENDED, ENDED_DOUBT
from yiyang.registry.stating import keys_of
from yiyang.registry.words import group_words

UNKNOWN = "不详"
STATES = {ENDED: "已不在册", DOUBTFUL: "待核", ENDED_DOUBT: "待核，已不在册"}
CAUSES = {
    "first": "首次归集",
    "arrived": "新进入名册",
    "gone": "不再在名册",
    "several": "多项共同变化",
    "alive": "去世",
}


@dataclass(frozen=True)
class FactLine:
    """A fact as a file says it now.

    Attributes:
        says: its value in words. owner: the department that answers for it.
        is_corrected: a correction is in force; is_contested: and a register says otherwise.
    """

    name: str
    title: str
    value: int | None
    says: str
    owner: str
    is_contested: bool = False
    is_corrected: bool = False


@dataclass(frozen=True)
class Said:
    """What one register stated of one fact, in two times.

    Attributes:
        holds_from, holds_to: when it held. known_from, known_to: when it was believed; STILL = until now.
        source: register, file and row. delivery: its number if the scope in force may see it.
    """

    says: str
    holds_from: int
    holds_to: int
    known_from: int
    known_to: int
    register: str
    source: str
    state: str
    delivery: int | None

    @property
    def is_believed(self) -> bool:
        """Whether it is still believed."""
        return self.known_to == STILL

    @property
    def is_open(self) -> bool:
        """Whether it holds without a stated end."""
        return self.holds_to == STILL

    @property
    def is_since_ever(self) -> bool:
        """Whether the register does not say since when."""
        return self.holds_from <= 19000101


@dataclass(frozen=True)
class History:
    """Everything that was ever stated of one fact, the latest knowledge first."""

    fact: FactLine
    said: list[Said]


@dataclass(frozen=True)
class InGroup:
    """A group somebody is or was in, and why."""

    group: str
    name: str
    entered: date
    entered_because: str
    left: date | None
    left_because: str


def facts_of(person: Person) -> list[FactLine]:
    """The current facts in the order of facts.yaml, those of no register at the end as 不详."""
    corrected = {each.fact for each in person.corrections.filter(withdrawn_at=None)}
    return [
        _line(fact, person_value(person, fact), person, corrected, on=timezone.localdate())
        for fact in load_facts().facts.values()
    ]


def _line(fact: Fact, value: int | None, person: Person, corrected: Iterable[str], on: date) -> FactLine:
    says = in_words(fact, value, on)
    owner = _departments().get(fact.owner, fact.owner)
    return FactLine(fact.name, fact.zh, value, says, owner, fact.name in person.contested, fact.name in set(corrected))


def in_words(fact: Fact, value: int | None, on: date | None = None) -> str:
    """A stored value as the field says it; of a birth date the age on a day, or the date itself without one."""
    if value is None:
        return UNKNOWN
    if fact.kind is Kind.BOOL:
        return fact.zh if value else (fact.zh_not or f"不{fact.zh}")
    if fact.kind in (Kind.ENUM, Kind.ORDERED):
        return fact.values[value].zh if 0 <= value < len(fact.values) else UNKNOWN
    if fact.kind is Kind.AREA:
        return areas.full_name(value)
    if fact.kind is Kind.YEARS:
        age = f"{years_since(value, as_int(on))} 周岁（{said_day(value)} 生）" if on else f"{said_day(value)} 生"
        return age
    return said_day(value) if fact.kind is Kind.DATE else f"{value}{fact.unit_zh}"


@cache
def _departments() -> dict[str, str]:
    path = policy_dir() / "departments.yaml"
    return {name: each["zh"] for name, each in read(path).items()}


def groups_of(person: Person) -> list[InGroup]:
    """The groups somebody is in, then those that he left, the latest first."""
    names = {key: group.name.zh for key, group in group_words().items()}
    rows = Membership.objects.filter(person=person).order_by("-left", "-entered")
    found = [
        InGroup(
            row.group,
            names.get(row.group, row.group),
            row.entered,
            because(row.entered_because),
            row.left,
            because(row.left_because),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: each.left is not None)


def because(cause: str) -> str:
    """The fact or event that brought a change of group about, in words."""
    if not cause:
        return ""
    word, _, unsettled = cause.partition(".")
    if unsettled:
        return f"{because(unsettled)}转为不详"
    fact = load_facts().facts.get(cause)
    return CAUSES.get(word) or (f"{fact.zh}变化" if fact else cause)


def history_of(person: Person) -> list[History]:
    """Fact by fact what registers and clerks stated, when it held and when it was believed."""
    statements = statements_of(person)
    visible = set(Delivery.objects.filter(pk__in={each.opened_id for each in statements}).values_list("pk", flat=True))
    contracts, facts = load_contracts(), load_facts()
    names = {name: contract.name.zh for name, contract in contracts.items()}
    by_fact: defaultdict[str, list[Said]] = defaultdict(list)
    for row in statements:
        for fact in _facts_in(row, contracts, facts.facts):
            by_fact[fact.name].append(_said(fact, row, names, visible))
    return [History(line, by_fact[line.name]) for line in facts_of(person) if line.name in by_fact]


def statements_of(person: Person) -> list[Statement]:
    """All statements on a person and on the files merged into his, the latest knowledge first."""
    with beyond(person):
        rows = Statement.objects.filter(person__in=keys_of(person))
        return list(rows.order_by("-known_from", "-valid_from", "-id"))


def _facts_in(row: Statement, contracts: Mapping[str, Any], facts: Mapping[str, Fact]) -> list[Fact]:
    """The facts on which a row speaks; a doubtful one on all that its register states."""
    contract = contracts.get(row.register)
    stated = [facts[name] for name in contract.facts if name in facts] if contract else []
    return [fact for fact in stated if row.state >= DOUBTFUL or fact.column in row.values]


def _said(fact: Fact, row: Statement, names: Mapping[str, str], visible: set[int]) -> Said:
    value = row.values.get(fact.column)
    says = in_words(fact, value) if row.state < DOUBTFUL else "数据待核，暂不采用"
    # A clerk's correction has no file and no line.
    is_file = "/" in row.source_file
    source = f"{row.source_file} 第 {row.source_row} 行" if is_file else row.source_file
    return Said(
        says,
        row.valid_from,
        row.valid_to,
        row.known_from,
        row.known_to,
        names.get(row.register, row.register),
        source,
        STATES.get(row.state, ""),
        row.opened_id if row.opened_id in visible else None,
    )


def believed(person: Person, month: str, known: date) -> list[FactLine] | None:
    """The facts of a month as they were known on a day; None if he was not among the people then.

    Exactly as a run on a snapshot resolves them (`registry.tables.resolve`), for this one person.
    """
    contracts, facts = load_contracts(), load_facts()
    with beyond(person), tempfile.TemporaryDirectory(prefix="yiyang-known-") as folder:
        on = _standing_then(month, known)
        if BASE not in on.there:
            return None
        con = connect(memory="256MB", spill=Path(folder) / "spill", threads=1)
        try:
            _name_one(person)
            people = refresh.resolve_people(con, contracts, facts, on, "asked", Path(folder))
            store.execute("DROP TABLE asked")
            names = sql.columns(con, people)
            row = con.execute(f"SELECT * FROM {people} WHERE person = {person.pk}").fetchone()
        finally:
            con.close()
    if row is None:
        return None
    values, day = dict(zip(names, row, strict=True)), date.fromisoformat(f"{month}-01")
    return [_line(fact, values[fact.column], person, (), on=day) for fact in facts.facts.values()]


def _name_one(person: Person) -> None:
    query = pg.SQL("CREATE TEMP TABLE asked ON COMMIT DROP AS SELECT {}::bigint AS person")
    store.execute(query.format(pg.Literal(person.pk)))


def _standing_then(month: str, known: date) -> refresh.Standing:
    """The registers of which a delivery was known on the day."""
    accepted = Delivery.objects.filter(state=Delivery.State.ACCEPTED, known__lte=known)
    there = set(accepted.values_list("register", flat=True))
    return refresh.Standing(tuple(name for name in load_contracts() if name in there), month, as_int(known))


def month_of(person: Person) -> str:
    """The month that the registry stands on; '' before anything was accepted."""
    with beyond(person):
        return refresh.standing(load_contracts(), timezone.localdate()).month


def beyond(person: Person) -> Any:
    """The platform reads what belongs to a file that is open to the scope in force."""
    scope = current()
    return acting(platform(f"{scope.name}（查阅档案）"[:150], scope.request))


def may(scope: Scope, person: Person) -> dict[str, bool]:
    """What the scope may do with the file."""
    rights = ("reveal", "correct", "export")
    return {name: reaches(scope, f"person.{name}", person) for name in rights}


def said(fact: str, value: int | None) -> str:
    """A value of a fact by name, in words."""
    known = load_facts().facts.get(fact)
    return in_words(known, value) if known else UNKNOWN
