"""Time and memory against OpenFisca, in one run: `make bench`, or `python -m benchmarks [--quick] [--people …]`.

Every measurement has a process of its own; the engines take turns, so that a busy machine is busy for all of them. The
medians, the check that all say the same of everybody, and the bars go to the screen, to a JSON file and to README.md.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import table
from benchmarks.measure import ENGINES

Row = dict[str, Any]
DOCUMENTED, TUNED, OURS = ENGINES
HERE = Path(__file__).parent
SIZES = (100_000, 1_000_000, 5_000_000)
SAME = ("answers_digest", "answers_sums", "next_digest", "next_sums", "budget", "winners", "losers")


def main() -> int:
    options = _options()
    rows = [row for count in options.people for row in medians(count, options.repeat or (3 if count > 10**6 else 7))]
    result = {"machine": table.machine(), "rows": rows, "equal": all_equal(rows), "bars": bars(rows)}
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")
    print(table.against_openfisca(result))
    if not options.quick:
        table.put("openfisca", table.against_openfisca(result))
    return 0 if result["equal"] else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="100,000 people, three times; README.md stays as it is")
    parser.add_argument("--people", type=_counts, default=None, help="for example 100000,1000000,5000000")
    parser.add_argument(
        "--repeat", type=int, default=None, help="processes an engine; 7 up to a million people, else 3"
    )
    parser.add_argument("--json", type=Path, default=None, help="where the figures go")
    options = parser.parse_args()
    options.people = options.people or (SIZES[:1] if options.quick else SIZES)
    options.repeat = options.repeat or (3 if options.quick else None)
    options.json = options.json or (None if options.quick else HERE / "results" / "openfisca.json")
    return options


def _counts(text: str) -> tuple[int, ...]:
    return tuple(int(part.replace("_", "")) for part in text.split(","))


def medians(count: int, repeat: int) -> list[Row]:
    """One row an engine, the engines measured in turn."""
    runs: dict[str, list[Row]] = {engine: [] for engine in ENGINES}
    for turn in range(repeat):
        for engine in ENGINES:
            print(f"{count:>10,} people, {turn + 1} of {repeat}: {engine}", file=sys.stderr, flush=True)
            runs[engine].append(measured(engine, count))
    return [_median(found) for found in runs.values()]


def measured(engine: str, count: int) -> Row:
    command = [sys.executable, "-m", "benchmarks.measure", engine, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parent)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return dict(json.loads(done.stdout))


def _median(runs: list[Row]) -> Row:
    row = dict(runs[0]) | {"runs": len(runs)}
    for name, value in row.items():
        if name.endswith(("_s", "_mb")):
            row[name] = round(statistics.median(run[name] for run in runs), 5 if isinstance(value, float) else 0)
    return row


def all_equal(rows: list[Row]) -> bool:
    """Whether all engines said the same of every single person, in both months, and of the reform."""
    for count in {row["people"] for row in rows}:
        said = [[row[name] for name in SAME] for row in rows if row["people"] == count]
        if any(other != said[0] for other in said):
            print(f"the engines disagree on {count} people: {said}", file=sys.stderr)
            return False
    return True


def bars(rows: list[Row]) -> list[Row]:
    """Each aim: what was measured, what was asked, whether it is held."""
    found = {(row["engine"], row["people"]): row for row in rows}
    aims = []
    for count in sorted({row["people"] for row in rows}):
        ours, tuned, documented = (found[engine, count] for engine in (OURS, TUNED, DOCUMENTED))
        aims += [
            ("answers with reasons, times faster than OpenFisca tuned", tuned, "answers", ours, 1, count == 10**6),
            ("answers with reasons, times faster than documented", documented, "answers", ours, 10, count == 10**6),
            ("a reform, times faster than OpenFisca tuned", tuned, "reform", ours, 20, count >= 10**6),
        ]
        if count >= 5 * 10**6:
            aims[-1] = (*aims[-1][:4], 100, True)
        aims.append(("the next month, times faster than a full run", ours, "again next", ours, 5, count >= 10**6))
    return [_bar(*aim) for aim in aims]


def _bar(name: str, theirs: Row, steps: str, ours: Row, least: float, is_asked: bool) -> Row:
    before, after = steps.split()[0], steps.split()[-1]
    ratio = theirs[f"{before}_s"] / ours[f"{after}_s"]
    return {
        "aim": name,
        "people": ours["people"],
        "ratio": round(ratio, 1),
        "cpu_ratio": round(theirs[f"{before}_cpu_s"] / ours[f"{after}_cpu_s"], 1),
        "least": least if is_asked else None,
        "held": ratio >= least if is_asked else None,
    }


if __name__ == "__main__":
    sys.exit(main())
