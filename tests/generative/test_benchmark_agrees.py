"""The benchmark compares like with like: OpenFisca, in both styles, and this engine say the same of everybody."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SAME = ("answers_digest", "answers_sums", "next_digest", "next_sums", "budget", "winners", "losers")


def measured(engine: str) -> dict[str, Any]:
    pytest.importorskip("openfisca_core")
    command = [sys.executable, "-m", "benchmarks.measure", engine, "20000"]
    return dict(json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout))


def test_all_engines_say_the_same_of_everybody_in_both_months_and_of_a_reform() -> None:
    ours = measured("yiyang")
    for engine in ("openfisca documented", "openfisca tuned"):
        theirs = measured(engine)
        assert {name: theirs[name] for name in SAME} == {name: ours[name] for name in SAME}
    assert ours["winners"] > ours["losers"] > 0
    assert all(ours["answers_sums"].values())
