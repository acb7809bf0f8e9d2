"""The whole city, from raw files to the report: two months, differences, arrears. Each command a process of its own.

    python -m benchmarks.city [--area 511700] [--elders N] [--work DIR] [--json FILE]

Making the synthetic city is timed too but not counted: a real city has its files.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

MONTHS = ("2026-10", "2026-11")


@dataclass(frozen=True)
class Timed:
    """One command: wall and CPU seconds, peak resident memory in MB."""

    step: str
    counts: bool
    wall_s: float
    cpu_s: float
    peak_mb: float


def timed(step: str, words: list[str], *, counts: bool = True) -> Timed:
    """Run a `yiyang` command and measure the process as the operating system accounts for it."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "yiyang", *words], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(words)}: exit {process.returncode}")
    peak = usage.ru_maxrss / 1024
    return Timed(
        step, counts, round(time.perf_counter() - began, 2), round(usage.ru_utime + usage.ru_stime, 2), round(peak)
    )


def chain(area: str, elders: int | None, work: Path) -> list[Timed]:
    """The commands of the demo, in order."""
    first, second = MONTHS
    city, snap, run = work / "city", work / "snapshot", work / "run"
    few = ["--elders", str(elders)] if elders else []
    return [
        timed("city make", ["city", "make", "--area", area, "--seed", "1", "--out", str(city), *few], counts=False),
        timed(
            f"registry build {first}",
            ["registry", "build", str(city / first), "--known", f"{first}-01", "--out", f"{snap}-{first}"],
        ),
        timed(
            f"registry build {second}",
            [
                "registry",
                "build",
                str(city / second),
                "--known",
                f"{second}-01",
                "--out",
                f"{snap}-{second}",
                "--previous",
                f"{snap}-{first}",
            ],
        ),
        timed(f"run {first}", ["run", "--snapshot", f"{snap}-{first}", "--month", first, "--out", f"{run}-{first}"]),
        timed(
            f"run {second}, differences, report",
            [
                "run",
                "--snapshot",
                f"{snap}-{second}",
                "--month",
                second,
                "--out",
                f"{run}-{second}",
                "--previous",
                f"{run}-{first}",
            ],
        ),
        timed(
            f"run {first} as known in {second}",
            ["run", "--snapshot", f"{snap}-{second}", "--month", first, "--out", f"{run}-then"],
            counts=False,
        ),
        timed("arrears", ["arrears", f"{run}-{first}", f"{run}-then", "--out", str(work / "arrears")], counts=False),
        timed("simulate", ["simulate", f"{run}-{second}", "--set", "old_age_allowance.eighties=80"], counts=False),
        timed("next", ["next", f"{run}-{second}", "--out", str(work / "next")], counts=False),
    ]


def table(steps: list[Timed]) -> str:
    """Markdown."""
    rows = [
        f"| {s.step} | {'yes' if s.counts else ''} | {s.wall_s:.1f} | {s.cpu_s:.1f} | {s.peak_mb:,.0f} |" for s in steps
    ]
    counted = [s for s in steps if s.counts]
    wall, cpu = sum(s.wall_s for s in counted), sum(s.cpu_s for s in counted)
    total = f"| **raw files → report** | | **{wall:.1f}** | {cpu:.1f} | **{max(s.peak_mb for s in counted):,.0f}** |"
    return "\n".join(["| step | counted | wall s | CPU s | peak MB |", "| --- | --- | --- | --- | --- |", *rows, total])


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--area", default="511700")
    words.add_argument("--elders", type=int)
    words.add_argument("--work", type=Path)
    words.add_argument("--json", type=Path)
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        steps = chain(given.area, given.elders, given.work or Path(folder))
    print(table(steps))
    if given.json:
        given.json.write_text(
            json.dumps({"area": given.area, "elders": given.elders, "steps": [asdict(s) for s in steps]}, indent=1)
            + "\n"
        )


if __name__ == "__main__":
    main()
