"""The two questions that linkage answers: whom is this row about, and who is registered twice.

    link_rows(con, left="rows", right="people", settings=load_settings(), out=folder)
    find_doubles(con, people="people", settings=load_settings(), out=folder)

Relations are names of tables, views or `read_parquet(…)` on the connection; columns as in `features.INPUT`, and
`register` of rows. Written to `out`: `pairs.parquet` (or `doubles.parquet`), `links.parquet` (register, row_key,
person: the automatic ones, as `registry build --links` takes them) and `model.json`, the parameters; with `model` given
they are used and not estimated, so that a run can be repeated.

pairs.parquet, sorted by key and rank: key, register, person, rank, probability, weight (bits of evidence), margin (bits
ahead of the next candidate, NULL if there is none), decision (automatic, judge, different), and for every comparison
its level (a slug of policy/linkage.yaml, NULL = nothing to compare) and bits_<comparison>. doubles.parquet has no
register.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from yiyang.base.screen import Steps, progress
from yiyang.registry import sql
from yiyang.registry.linkage import decide, features
from yiyang.registry.linkage import model as models
from yiyang.registry.linkage.settings import LinkageSettings
from yiyang.registry.sql import Connection

FEWEST = 2  # people among whom somebody can stand twice
NOBODY = "SELECT CAST(NULL AS VARCHAR) AS register, CAST(NULL AS BIGINT) AS person WHERE FALSE"


@dataclass(frozen=True)
class LinkCounts:
    """Of the left side: `rows` = `automatic` + `judge` + `different`; `pairs` is what was written."""

    rows: int
    people: int
    automatic: int
    judge: int
    different: int
    pairs: int


def link_rows(
    con: Connection,
    left: str,
    right: str,
    settings: LinkageSettings,
    out: Path,
    *,
    listed: str | None = None,
    model: Path | None = None,
    bar: Steps | None = None,
) -> LinkCounts:
    """Put rows without a usable id number to people.

    Args:
        con: set its memory limit and temp_directory; nothing but candidates of rows is held beside the two sides.
        left: rows; `key` stands once.
        right: people; `key` is the person.
        listed: register, person of people whom a register of the rows has under a usable id number.
        model: parameters of an earlier run.

    Raises:
        MissingPart: Splink or pypinyin is not installed.
    """
    with _steps(bar, "关联无号数据", "link rows", 4) as steps, sql.interruptible():
        steps.step("整理比对字段", "preparing what is compared")
        rows = features.make(con, left, "link_left", settings)
        people = features.make(con, right, "link_right", settings)
        sql.table(con, "sides", f"SELECT key, register FROM {left}")
        sql.table(con, "listed", f"SELECT DISTINCT register, person FROM ({listed or NOBODY}) AS given")
        plan = models.Plan("link_only", models.ROWS, settings.prior.rows / max(people, 2))
        out.mkdir(parents=True, exist_ok=True)
        if rows and people:
            _score(con, ["link_left", "link_right"], plan, settings, out / "model.json", rows, model, steps)
            steps.step("判定", "deciding")
            decide.rows(con, settings.thresholds)
        else:
            decide.nothing(con)
        sql.write_parquet(con, decide.answer("register, "), out / "pairs.parquet")
        _write_links(con, out)
        return _counts(con, rows, people)


def find_doubles(
    con: Connection,
    people: str,
    settings: LinkageSettings,
    out: Path,
    *,
    model: Path | None = None,
    bar: Steps | None = None,
) -> LinkCounts:
    """Find people who seem to be registered twice. Two different valid id numbers are always left to a person.

    Args and errors as `link_rows`; `rows` of the answer are people.
    """
    with _steps(bar, "查找疑似重复人员", "find doubles", 4) as steps, sql.interruptible():
        steps.step("整理比对字段", "preparing what is compared")
        size = features.make(con, people, "link_people", settings)
        # Of n people a share s is registered twice: s × n pairs among n² / 2.
        prior = 2 * settings.prior.doubles / max(size, 2)
        # Too few are registered twice to learn from: learning would take couples for one person. And of two people who
        # have a number each, the numbers say nothing.
        plan = models.Plan("dedupe_only", models.DOUBLES, prior, training=(), silent=("id",))
        out.mkdir(parents=True, exist_ok=True)
        if size >= FEWEST:
            _score(con, ["link_people"], plan, settings, out / "doubles.model.json", size, model, steps)
            steps.step("判定", "deciding")
            decide.doubles(con, settings.thresholds)
        else:
            decide.nothing(con)
        sql.write_parquet(con, decide.answer(), out / "doubles.parquet")
        return _counts(con, size, size)


def _steps(bar: Steps | None, zh: str, en: str, total: int) -> nullcontext[Steps]:
    return nullcontext(bar) if bar is not None else progress(zh, en, total=total)  # type: ignore[return-value]


def _score(
    con: Connection,
    tables: list[str],
    plan: models.Plan,
    settings: LinkageSettings,
    keep: Path,
    rows: int,
    model: Path | None,
    steps: Steps,
) -> None:
    """Train (or load) the model, keep it, and make `scored`."""
    steps.step("估计参数", "estimating parameters")
    stated = models.untrained(settings, plan)
    used = models.load(model) if model else models.train(con, tables, stated, plan, settings.training, rows=rows)
    models.save(used, keep)
    steps.step("比对", "comparing")
    # A rival below the clerk's threshold still counts for the margin.
    least = settings.thresholds.judge / 2 ** (settings.thresholds.margin + settings.thresholds.listed)
    models.predict(con, tables, used, plan, least)


def _write_links(con: Connection, out: Path) -> None:
    automatic = f"FROM decided WHERE decision = '{decide.AUTOMATIC}'"
    links = f"SELECT register, key AS row_key, person {automatic} ORDER BY register, row_key"
    sql.write_parquet(con, links, out / "links.parquet")


def _counts(con: Connection, rows: int, people: int) -> LinkCounts:
    """One decision a row; a row with an automatic link has no pair to judge."""
    keys = "SELECT count(DISTINCT key) FROM decided WHERE decision = '{}'"
    automatic, judge = (sql.number(con, keys.format(decision)) for decision in (decide.AUTOMATIC, decide.JUDGE))
    pairs = sql.number(con, "SELECT count(*) FROM decided")
    return LinkCounts(rows, people, automatic, judge, rows - automatic - judge, pairs)
