"""Yiyang for analysts: the command line's words as functions.

Everything is reached as `yiyang.…` and loads on first use. Money is integer fen, days are `date`s or `2026-11-30`,
areas are codes or full names. What a user can mend is a `YiyangError` with the remedy in it.

    >>> import yiyang
    >>> made = yiyang.make_city("511724", "out/city", elders=400, seed=1)
    >>> made["elders"], made["synthetic"]
    (400, True)
    >>> s10 = yiyang.build_snapshot("out/city/2026-10", "2026-10-31", "out/s10")
    >>> s11 = yiyang.build_snapshot("out/city/2026-11", "2026-11-30", "out/s11", previous="out/s10")
    >>> r10 = yiyang.run("out/s10", "2026-10", "out/r10", pages=False)
    >>> r11 = yiyang.run("out/s11", "2026-11", "out/r11", pages=False)
    >>> r11.summary["people"] >= 400
    True
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from yiyang.catalog.commands import area_code, parse_day
from yiyang.catalog.compare import Comparison, compare
from yiyang.catalog.overlay import Overlay
from yiyang.entitlement import actions, next_facts
from yiyang.entitlement import arrears as owing
from yiyang.entitlement import diff as differences
from yiyang.entitlement import explain as explaining
from yiyang.entitlement.actions import Engine
from yiyang.entitlement.diffsum import summarise
from yiyang.entitlement.store import RunFolder
from yiyang.registry.snapshot import Snapshot

Json = dict[str, Any]
Place = str | PathLike[str]


class Found(NamedTuple):
    """An answer in two forms: the figures that the command prints with --json, and one row a person.

    Attributes:
        figures: totals and groups; people are counted, fen added.
        people: an Arrow table; `people.to_pandas()` or `duckdb.sql("from people")` go on from there.
    """

    figures: Json
    people: pa.Table


def make_city(
    area: str, out: Place, *, seed: int = 1, elders: int | None = None, months: Sequence[str] = ("2026-10", "2026-11")
) -> Json:
    """A made-up city, delivered as its departments would deliver it, with the truth beside it.

    Args:
        area: a county, city or province of the census table, code or full name.
        out: the folder; gets `<month>/` (deliveries), `truth/` and manifest.json.
        elders: how many of 60 and over; as counted in 2020 by default.
        months: successive months, the earliest first.

    Returns:
        The manifest: area, elders, people, rows by register, events, planted faults.

    Raises:
        UsageError: no such area, too many elders, months that do not follow each other.

    Example:
        >>> import yiyang
        >>> sorted(yiyang.make_city("500151", "out/small", elders=100)["rows"])
        ['2026-10', '2026-11']
    """
    from yiyang.synthetic import cli

    return cli.make_into(Path(out), area=area, seed=seed, elders=elders, months=",".join(months))


def build_snapshot(folder: Place, known: date | str, out: Place, previous: Place | None = None) -> Snapshot:
    """Bring one month's registers together: one row a person, facts in two times, bad rows in quarantine.csv.

    Args:
        folder: a delivery, `DIR/2026-11` with its delivery.json.
        known: the day on which it was known.
        previous: the snapshot before, whose history is carried on.

    Returns:
        The snapshot: `manifest` (rows in, kept, merged and quarantined by register), `month`, `hash`, `path`.

    Raises:
        DeliveryError: the delivery cannot be used, with every reason. SnapshotError: `previous` is damaged.

    Example:
        >>> import yiyang
        >>> about = yiyang.build_snapshot("out/city/2026-10", "2026-10-31", "out/s10").manifest["registers"]
        >>> all(r["in"] == r["kept"] + r["merged"] + r["quarantined"] for r in about.values())
        True
    """
    from yiyang.registry.build import build

    return build(Path(folder), known=_day(known), out=Path(out), previous=_path(previous))


def run(
    snapshot: Place,
    month: str,
    out: Place,
    *,
    engine: Engine = "duckdb",
    overlay: Overlay | None = None,
    previous: Place | None = None,
    arrears: Place | None = None,
    pages: bool = True,
) -> RunFolder:
    """Answer everybody of a snapshot under the lists that answer for him, for one month.

    Args:
        month: `2026-11`; its first day is the reference day. Any month will do: a past one is answered as known now.
        engine: "duckdb", or "spark" (needs the extra `spark` and Java 17); both give the same bytes.
        overlay: changes of the lists to try.
        previous: the run of the month before, for the report's *what changed*.
        arrears: a folder written by `yiyang arrears --out`, for the report.
        pages: also report.html and tables.xlsx.

    Returns:
        The run, opened. `out/entitlements/*.parquet` has a row a person × item: person, item, list_area, answer
        (1 entitled, 2 undecided), amount_fen (a period; NULL while open), high_fen (at most), every, payee, cell, and
        the bits of the reasons, met and unknown.

    Raises:
        UsageError: no month. PolicyError: a list is faulty. SnapshotError: no snapshot, or a damaged one.

    Example:
        >>> import yiyang
        >>> r11 = yiyang.run("out/s11", "2026-11", "out/r11", pages=False)
        >>> item = next(item for item in r11.summary["items"] if item["item"] == "old_age_allowance")
        >>> item["entitled"] > 0, item["fen"] % 100, item["year_fen"] == 12 * item["fen"]
        (True, 0, True)
    """
    return actions.run(
        snapshot=Path(snapshot),
        month=month,
        out=Path(out),
        engine=engine,
        overlay=overlay,
        previous=_path(previous),
        then=_path(arrears),
        pages=pages,
    )


def explain(run: RunFolder | Place, person: int | str, item: str | None = None, lang: str = "zh") -> Json:
    """Why a person has what he has: every condition met, not met or unknown, his value, the article.

    Args:
        person: a person number, or an 18-digit id number as text.
        item: only this item.
        lang: zh or en.

    Returns:
        person, month, facts (name and value), and items: answer (entitled, not_entitled, undecided), amount_fen,
        low_fen, high_fen, conditions (depth, says, state, value), tiers, stacking, source.

    Raises:
        UsageError: nobody of that number, or no item of that name (with the nearest one).

    Example:
        >>> import yiyang
        >>> r11 = yiyang.RunFolder("out/r11")
        >>> told = yiyang.explain(r11, r11.people.person[0], "old_age_allowance", lang="en")
        >>> [line["says"] for line in told["items"][0]["conditions"]][-1]
        'age at least 80 years'
    """
    opened = _opened(run)
    number = explaining.person_in(opened, person) if isinstance(person, str) else int(person)
    return explaining.explain(opened, number, item, lang, asked=str(person))


def diff(run_a: RunFolder | Place, run_b: RunFolder | Place) -> Found:
    """What began, changed and ended from one run to another, and by which cause.

    Returns:
        figures: totals, causes, items, areas: new, changed, ended, people, year_fen. people: person, item, list_area,
        kind, cause, fen_a, fen_b (a period), high_b (at most), a_year_a, a_year_b (periods a year), area.

    Example:
        >>> import yiyang
        >>> found = yiyang.diff("out/r10", "out/r11")
        >>> totals = found.figures["totals"]
        >>> totals["new"] + totals["changed"] + totals["ended"] == found.people.num_rows
        True
    """
    a, b = _opened(run_a), _opened(run_b)
    table = differences.changes(a, b)
    return Found(summarise(table, a, b), table)


def arrears(run_then: RunFolder | Place, run_now: RunFolder | Place) -> Found:
    """Back-pay and recovery of one month: as known then, against as known now. Only what is certain, paid by the month.

    Returns:
        figures: totals and items: back_pay_fen, recovery_fen and their people. people: person, item, list_area, cause,
        paid_fen, due_fen, back_pay_fen, recovery_fen, area.

    Raises:
        UsageError: the runs are of different months.

    Example:
        >>> import yiyang
        >>> now = yiyang.run("out/s11", "2026-10", "out/r10-now", pages=False)
        >>> found = yiyang.arrears("out/r10", now)
        >>> sum(found.people["back_pay_fen"].to_pylist()) == found.figures["totals"]["back_pay_fen"]
        True
    """
    then, now = _opened(run_then), _opened(run_now)
    table = owing.arrears(then, now)
    return Found(owing.summarise(table, then, now), table)


def missing_facts(run: RunFolder | Place) -> Found:
    """What to find out next: the missing facts, those with most money first.

    Returns:
        figures: facts: fact, owner, people, items, year_fen (at most). people: person, town (12 digits, -1 unknown),
        fact, items, year_fen; a fact stands with a person only where learning it alone would tell something.

    Example:
        >>> import yiyang
        >>> found = yiyang.missing_facts("out/r11")
        >>> [fact["fact"] for fact in found.figures["facts"]][0]
        'ability'
    """
    opened = _opened(run)
    found = next_facts.missing(opened)
    return Found(next_facts.summarise(opened, found), next_facts.people(opened, found))


def compare_lists(lower: Place, upper: Place, on: date | str, overlay: Overlay | None = None, **how: Any) -> Comparison:
    """Whether a list falls below the list of the level above, proved for every possible person.

    Args:
        lower, upper: areas that have a list, or folders of a draft.
        on: the day whose figures count.
        overlay: changes of the lower list to try.
        how: fallback, allow_unstated, limit, method; see `yiyang list compare --help`.

    Returns:
        `items` with status and a person for each that falls short, `below` (those for which it fails), `json()`.

    Example:
        >>> import yiyang
        >>> yiyang.compare_lists("511724", "511724", "2026-11-01").below
        ()
    """
    return compare(_list(lower), _list(upper), _day(on), overlay, **how)


def _opened(run: RunFolder | Place) -> RunFolder:
    return run if isinstance(run, RunFolder) else RunFolder(Path(run))


def _path(place: Place | None) -> Path | None:
    return None if place is None else Path(place)


def _day(day: date | str) -> date:
    return day if isinstance(day, date) else parse_day(day)


def _list(name: Place) -> str | Path:
    path = Path(name)
    return path if path.is_dir() and not str(name).isdigit() else area_code(str(name))
