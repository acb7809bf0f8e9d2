"""Linkage against the truth of a made-up city: precision and recall, what is left to clerks, seconds and memory.

    python -m benchmarks.linkage --people 1200000 [--area 511700] [--share 0.02] [--work DIR] [--json FILE]

The city is made and its first month is built first (timed beside it, not counted). Linking then runs in a process of
its own: from unidentified.parquet and the people of the snapshot to pairs.parquet, and the search for doubles.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

MEMORY = "4GB"
MONTH = "2026-10"


def prepare(area: str, people: int, share: float, work: Path) -> None:
    """Make the city and build its first month."""
    from yiyang.registry.build import build
    from yiyang.synthetic.cli import make_into

    city = work / "city"
    make_into(city, area=area, seed=1, elders=people, months=MONTH, unidentified=share)
    build(city / MONTH, known=date(2026, 10, 5), out=work / "snapshot", unidentified_out=work / "unidentified")


def link(work: Path) -> dict[str, Any]:
    """Both questions; what was counted and how long it took."""
    from yiyang.engine.duck import connect
    from yiyang.registry.linkage.link import find_doubles, link_rows
    from yiyang.registry.linkage.people import rows_and_people
    from yiyang.registry.linkage.settings import load_settings

    con, settings, found = connect(memory=MEMORY, spill=work / "spill"), load_settings(), {}
    relations = rows_and_people(con, work / "snapshot", work / "unidentified")
    began = time.perf_counter()
    counts = link_rows(con, relations.rows, relations.people, settings, work / "links", listed=relations.listed)
    found["rows"] = vars(counts) | {"seconds": round(time.perf_counter() - began, 1)}
    began = time.perf_counter()
    doubles = find_doubles(con, relations.people, settings, work / "links")
    found["doubles"] = vars(doubles) | {"seconds": round(time.perf_counter() - began, 1)}
    return found


def measured(work: Path) -> dict[str, Any]:
    """`link` in a process of its own, with its peak resident memory as the operating system accounts for it."""
    command = [sys.executable, "-m", "benchmarks.linkage", "--only-link", str(work)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"linking: exit {process.returncode}")
    cpu = round(usage.ru_utime + usage.ru_stime, 1)
    return json.loads(said) | {"peak_mb": round(usage.ru_maxrss / 1024), "cpu_s": cpu}


def judge(work: Path) -> dict[str, Any]:
    """Compare with the truth."""
    from yiyang.engine.duck import connect
    from yiyang.registry.identity import hash_sql

    con, truth = connect(memory=MEMORY), work / "city" / "truth"
    con.execute(
        f"CREATE TABLE truth AS SELECT u.key, u.register, d.kind, noise, {hash_sql('p.id_number')} AS person "
        f"FROM '{work}/unidentified/unidentified.parquet' AS u "
        f"JOIN '{truth}/dirt.parquet' AS d ON d.register = u.register AND d.row = u.source_row "
        f"LEFT JOIN '{truth}/people-{MONTH}.parquet' AS p USING (elder) LEFT JOIN '{truth}/unidentified.parquet' AS n "
        "ON n.register = u.register AND n.row = u.source_row WHERE d.kind LIKE 'id_%' AND d.treatment = 'quarantined'"
    )
    con.execute(f"CREATE TABLE pairs AS FROM '{work}/links/pairs.parquet'")
    con.execute(f"CREATE TABLE known AS SELECT person FROM '{work}/snapshot/people.parquet'")
    return {"rows": _of_rows(con), "doubles": _of_doubles(con, work)}


def _of_rows(con: Any) -> dict[str, Any]:
    one = (
        "SELECT truth.*, truth.person IN (FROM known) AS is_known, a.person AS linked, "
        "max(CASE WHEN p.person = truth.person AND p.decision = 'judge' THEN 1 ELSE 0 END) AS can_judge, "
        "max(CASE WHEN p.decision = 'judge' THEN 1 ELSE 0 END) AS asks FROM truth LEFT JOIN pairs AS p USING (key) "
        "LEFT JOIN pairs AS a ON a.key = truth.key AND a.decision = 'automatic' GROUP BY ALL"
    )
    con.execute(f"CREATE TABLE judged AS {one}")
    row = con.execute(
        "SELECT count(*), count(*) FILTER (is_known), count(linked), count(*) FILTER (linked = person), "
        "count(*) FILTER (asks = 1), count(*) FILTER (can_judge = 1), "
        "count(*) FILTER (NOT COALESCE(is_known, FALSE) AND linked IS NOT NULL) FROM judged"
    ).fetchall()[0]
    rows, known, linked, right, asks, can_judge, strangers = row
    return {
        "rows": rows,
        "about_known_people": known,
        "automatic": linked,
        "wrong": linked - right,
        "strangers_linked": strangers,
        "precision": round(right / max(linked, 1), 5),
        "recall_automatic": round(right / max(known, 1), 4),
        "recall_with_clerks": round((right + can_judge) / max(known, 1), 4),
        "to_clerks": asks,
        "share_to_clerks": round(asks / max(rows, 1), 4),
    }


def _of_doubles(con: Any, work: Path) -> dict[str, Any]:
    from yiyang.registry.identity import hash_sql

    con.execute(
        f"CREATE TABLE twice AS SELECT kind, {hash_sql('id_number')} AS a, {hash_sql('other_id')} AS b "
        f"FROM '{work}/city/truth/doubles.parquet'"
    )
    con.execute(f"CREATE TABLE found AS FROM '{work}/links/doubles.parquet' WHERE decision <> 'different'")
    there = "SELECT * FROM twice WHERE a IN (FROM known) AND b IN (FROM known)"
    hit = f"SELECT DISTINCT a, b FROM ({there}) JOIN found ON (key = a AND person = b) OR (key = b AND person = a)"
    planted, hits, asked, automatic = (
        con.execute(query).fetchall()[0][0]
        for query in (
            f"SELECT count(*) FROM ({there})",
            f"SELECT count(*) FROM ({hit})",
            "SELECT count(*) FROM found",
            "SELECT count(*) FROM found WHERE decision = 'automatic'",
        )
    )
    return {
        "planted": planted,
        "found": hits,
        "recall": round(hits / max(planted, 1), 4),
        "pairs_to_clerks": asked,
        "precision_of_pairs": round(hits / max(asked, 1), 4),
        "automatic": automatic,
    }


def table(found: dict[str, Any]) -> str:
    """Markdown."""
    rows, doubles, run = found["truth"]["rows"], found["truth"]["doubles"], found["run"]
    lines = [
        ("people known", f"{run['rows']['people']:,}"),
        ("rows without a usable id number", f"{rows['rows']:,}"),
        ("linked automatically", f"{rows['automatic']:,}"),
        ("of them wrong", f"{rows['wrong']} (people nobody knows: {rows['strangers_linked']})"),
        ("**precision of automatic links**", f"**{rows['precision']:.5f}**"),
        ("recall, automatic", f"{rows['recall_automatic']:.4f}"),
        ("recall, if clerks choose rightly", f"{rows['recall_with_clerks']:.4f}"),
        ("left to clerks", f"{rows['to_clerks']:,} rows ({rows['share_to_clerks']:.1%})"),
        ("doubles found of those planted", f"{doubles['found']} of {doubles['planted']} ({doubles['recall']:.3f})"),
        ("pairs of people to judge", f"{doubles['pairs_to_clerks']:,} (right: {doubles['precision_of_pairs']:.1%})"),
        ("two valid numbers merged automatically", f"{doubles['automatic']}"),
        ("seconds: linking, doubles", f"{run['rows']['seconds']}, {run['doubles']['seconds']}"),
        ("processor seconds", f"{run['cpu_s']}"),
        ("**peak memory**", f"**{run['peak_mb']:,} MB**"),
    ]
    return "\n".join(["| what | measured |", "| --- | ---: |", *(f"| {what} | {value} |" for what, value in lines)])


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--area", default="511700")
    words.add_argument("--people", type=int, default=1_200_000)
    words.add_argument("--share", type=float, default=0.02)
    words.add_argument("--work", type=Path)
    words.add_argument("--json", type=Path)
    words.add_argument("--only-link", type=Path)
    given = words.parse_args()
    if given.only_link:
        print(json.dumps(link(given.only_link)))
        return
    with tempfile.TemporaryDirectory() as folder:
        work = given.work or Path(folder)
        if not (work / "snapshot").exists():
            prepare(given.area, given.people, given.share, work)
        found = {"run": measured(work), "truth": judge(work)}
    print(table(found))
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
