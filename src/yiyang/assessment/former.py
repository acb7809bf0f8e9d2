"""Results of a former standard, from an agency's old lists: stored as they were given, never scored, never a fact."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.db.models import QuerySet
from django.utils import timezone

from yiyang.access.masks import id_number as masked
from yiyang.access.scope import Scope, acting
from yiyang.assessment import exchange_csv, scales
from yiyang.assessment.exchange_csv import Bad
from yiyang.assessment.instrument import Instrument
from yiyang.assessment.models import FormerResult
from yiyang.audit.record import record
from yiyang.base.errors import DeliveryError
from yiyang.registry.identity import check_character, person_of
from yiyang.registry.models import Person

RIGHT = "assessment.plan"
ID, LEVEL, DAY, AGENCY, NUMBER = "身份证号码", "等级", "评估日期", "评估机构", "原编号"
NEEDED, MORE = (ID, LEVEL, DAY), (AGENCY, NUMBER)
SUFFIX = "（旧标准）"
_ID = re.compile(r"[0-9]{17}[0-9X]")


@dataclass
class Kept:
    """What came of a list: rows that were kept, rows that were there already, and what was put aside."""

    made: int = 0
    there: int = 0
    bad: list[Bad] = field(default_factory=list)


@dataclass(frozen=True)
class _Row:
    number: int
    person: int
    level: int
    on: date
    agency: str
    given: str
    # As it was read, to be said where nobody of this number is found.
    id_number: str


def standards() -> list[Instrument]:
    """The standards of which results are kept only."""
    return [each for each in scales.instruments().values() if each.kind == "stored"]


def keep(*, by: Scope, instrument: Instrument, path: Path) -> Kept:
    """Keep the rows of a list (.csv, .xlsx), each for itself; the same again changes nothing.

    Raises:
        DeliveryError: it cannot be read, lacks a column or has too many rows. PermissionDenied: he plans nowhere.
    """
    by.require(RIGHT)
    found = Kept()
    rows = list(_read(instrument, path, found.bad))
    with acting(by):
        people = _people(by, {row.person for row in rows})
        found.bad += [
            Bad(
                row.number,
                ID,
                masked(row.id_number),
                "没有这份档案，或不在您的范围内",
                "核对号码；不在本地居住的交居住地登记",
            )
            for row in rows
            if row.person not in people
        ]
        mine = [_made(by, instrument, row, *people[row.person]) for row in rows if row.person in people]
        theirs = FormerResult.objects.filter(person__in={key for key, _ in people.values()})
        before = theirs.count()
        FormerResult.objects.bulk_create(mine, ignore_conflicts=True, batch_size=2000)
        found.made = theirs.all().count() - before
        found.there = len(mine) - found.made
        detail = {"instrument": instrument.id, "made": found.made, "there": found.there, "bad": len(found.bad)}
        record("write", what="assessment:former", detail=detail)
    return found


def of_person(keys: Iterable[int]) -> QuerySet[FormerResult]:
    """Former results under some keys of people, the newest first."""
    return FormerResult.objects.filter(person__in=list(keys)).order_by("-assessed_on", "-pk")


def _people(by: Scope, keys: set[int]) -> dict[int, tuple[int, int]]:
    """Key → the file that it belongs to today and where that lies, of those whom he may plan for."""
    rows = Person.objects.filter(by.where(RIGHT).q("area_code"), pk__in=keys)
    found = {key: (key, area) for key, area in rows.filter(merged_into=None).values_list("pk", "area_code")}
    merged = rows.exclude(merged_into=None).values_list("pk", "merged_into", "merged_into__area_code")
    return found | {key: (into, area) for key, into, area in merged}


def _made(by: Scope, instrument: Instrument, row: _Row, person: int, area: int) -> FormerResult:
    return FormerResult(
        person_id=person, area_code=area, instrument=instrument.id, version=instrument.version, level=row.level,
        assessed_on=row.on, agency=row.agency[:100], number=row.given[:60], kept_by_name=by.name[:150],
    )  # fmt: skip


def _read(instrument: Instrument, path: Path, bad: list[Bad]) -> Iterable[_Row]:
    table = exchange_csv.table_in(instrument, path)
    if missing := [name for name in NEEDED if name not in table.column_names]:
        problems = [(f"缺少列“{name}”", f"column {name} is missing") for name in missing]
        raise DeliveryError("表头不对：", "The headings do not fit:", problems)
    if len(table) > exchange_csv.MOST:
        most = exchange_csv.MOST
        raise DeliveryError(f"最多 {most:,} 行，请分开交。", f"At most {most:,} rows; split the file.")
    words = _levels(instrument)
    for number, cells in enumerate(table.to_pylist(), 2):
        said = {name: str(cells.get(name) or "").strip() for name in (*NEEDED, *MORE)}
        if not any(said.values()):
            continue
        faults = list(_faults(instrument, words, said))
        shown = said | {ID: masked(said[ID])}
        bad += [Bad(number, name, shown[name], reason, remedy) for name, reason, remedy in faults]
        if not faults:
            whole = said[ID].upper()
            day = date.fromisoformat(said[DAY][:10].replace("/", "-"))
            yield _Row(number, person_of(whole), words[said[LEVEL]], day, said[AGENCY], said[NUMBER], said[ID])


def _levels(instrument: Instrument) -> dict[str, int]:
    """What a cell may say → level: its number, its name with and without what marks it as former."""
    found: dict[str, int] = {}
    for each in instrument.levels:
        names = (str(each.level), f"{each.level}级", each.name, each.name.removesuffix(SUFFIX))
        found |= dict.fromkeys(names, each.level)
    return found


def _faults(instrument: Instrument, words: dict[str, int], said: dict[str, str]) -> Iterable[tuple[str, str, str]]:
    whole = said[ID].upper()
    if not _ID.fullmatch(whole) or check_character(whole[:17]) != whole[17]:
        yield ID, "不是有效的身份证号码", "填 18 位号码，核对末位"
    if said[LEVEL] not in words:
        wanted = "、".join(each.name.removesuffix(SUFFIX) for each in instrument.levels)
        yield LEVEL, f"{instrument.name}没有这个等级", f"填 {wanted} 之一"
    try:
        on = date.fromisoformat(said[DAY][:10].replace("/", "-"))
    except ValueError:
        yield DAY, "不是日期", "写作 2021-06-30"
        return
    if not instrument.starts <= on <= timezone.localdate():
        yield DAY, "早于标准施行，或晚于今天", f"{instrument.starts} 之后、今天之前"
