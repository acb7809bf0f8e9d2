"""The tour of the README is run as a newcomer would run it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")


def _tour(readme: str) -> list[str]:
    """The lines of the longest shell block, without comments and without what sets the shell up."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL)
    lines = [re.sub(r"\s+# .*|^#.*", "", line) for line in max(blocks, key=len).splitlines()]
    return [line for line in lines if line and not line.startswith((". .venv", "export YIYANG_LANG"))]


def test_both_languages_make_the_same_tour() -> None:
    assert _tour(READMES[0]) == _tour(READMES[1])


@pytest.mark.slow
def test_every_command_of_the_tour_works(tmp_path: Path) -> None:
    script = "\n".join(["set -euo pipefail", *_tour(READMES[0])]).replace("--elders 20000", "--elders 3000")
    # Exit code 4 is an answer here: the county's list is below the city's somewhere.
    script = re.sub(r"^yiyang list compare .*", r"\g<0> || [ $? = 4 ]", script, flags=re.MULTILINE)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    said = subprocess.run(
        ["bash", "-x", "-c", script],
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr[-2000:]
    assert (tmp_path / "out/r11/report.html").is_file()
