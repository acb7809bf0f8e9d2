"""Figures as Markdown tables, put between their marks in README.md."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

README = Path(__file__).parent / "README.md"
Result = dict[str, Any]


def machine() -> dict[str, str | int]:
    """What it was measured on."""
    found: dict[str, str | int] = {"cores": os.cpu_count() or 1, "processor": _processor(), "memory_gb": _memory_gb()}
    for package in ("numpy", "duckdb", "openfisca-core", "pyspark"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found | {"python": platform.python_version()}


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in text.splitlines() if line.startswith("model name")), "")


def _memory_gb() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def said(made: dict[str, str | int]) -> str:
    parts = [f"{made['cores']} cores ({made['processor']}), {made['memory_gb']} GB, Python {made['python']}"]
    parts += [f"{name} {made[name]}" for name in ("numpy", "duckdb", "openfisca-core", "pyspark") if name in made]
    return ", ".join(parts)


def markdown(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] + ["---:"] * (len(heads) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def seconds(value: float) -> str:
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s"


def against_openfisca(result: Result) -> str:
    """The table of `python -m benchmarks`."""
    heads = ["people", "engine", "answers", "peak", "reform", "next month", "processor time: answers", "reform", "next"]
    rows = [
        [
            f"{row['people']:,}",
            row["engine"],
            seconds(row["answers_s"]),
            f"{row['answers_peak_mb']:.0f} MB",
            *(seconds(row[f"{step}_s"]) for step in ("reform", "next")),
            *(seconds(row[f"{step}_cpu_s"]) for step in ("answers", "reform", "next")),
        ]
        for row in result["rows"]
    ]
    aims = [[bar["aim"], f"{bar['people']:,}", f"{bar['ratio']:g} ×", *_verdict(bar)] for bar in result["bars"]]
    same = "All engines said the same of **every person**, in both months, and of the reform."
    return "\n\n".join(
        [
            markdown(heads, rows),
            markdown(["aim", "people", "measured", "asked", "held"], aims),
            same if result["equal"] else "**The engines disagree.**",
            f"Medians of {_runs(result)} processes each. {said(result['machine'])}.",
        ]
    )


def _verdict(bar: Result) -> list[str]:
    if bar["least"] is None:
        return ["", ""]
    return [f"≥ {bar['least']:g} ×", "yes" if bar["held"] else "**no**"]


def _runs(result: Result) -> str:
    counts = sorted({row["runs"] for row in result["rows"]})
    return " or ".join(map(str, counts))


def put(mark: str, text: str) -> None:
    """Replace what stands between a pair of marks in README.md."""
    block = f"<!-- {mark} -->\n{text}\n<!-- /{mark} -->"
    before = README.read_text()
    after, count = re.subn(rf"<!-- {mark} -->.*?<!-- /{mark} -->", lambda _: block, before, flags=re.DOTALL)
    if not count:
        raise SystemExit(f"{README} has no marks for {mark}")
    README.write_text(after)
