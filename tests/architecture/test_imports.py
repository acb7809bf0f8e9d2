"""A plain import is light, the core runs without the extras, and pure modules are pure."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("duckdb", "pyarrow", "pyspark", "z3", "weasyprint", "numpy", "pydantic", "typer", "rich")
EXTRAS = ("pyspark", "z3", "weasyprint", "playwright", "openfisca_core", "hypothesis", "pytest")
IMPURE = {"random", "secrets", "time", "socket", "urllib", "http", "requests", "subprocess", "django"}


def _python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_a_plain_import_loads_nothing_heavy() -> None:
    said = _python(f"import sys, yiyang; print([name for name in {HEAVY} if name in sys.modules])")
    assert (said.stdout.strip(), said.stderr) == ("[]", "")


def test_every_public_name_exists_and_an_unknown_one_says_what_there_is() -> None:
    said = _python(
        "import yiyang; [getattr(yiyang, name) for name in yiyang._PUBLIC]; print(dir(yiyang)); yiyang.nonsense"
    )
    assert "__version__" in said.stdout
    assert "has no attribute 'nonsense'; it has:" in said.stderr


def test_the_command_line_starts_with_the_core_alone() -> None:
    # None in sys.modules makes an import fail, as it does where only the core is installed.
    block = f"import sys; sys.modules.update(dict.fromkeys({EXTRAS})); sys.argv = ['yiyang', '--help']; "
    said = _python(block + "from yiyang.site.cli import main; main()")
    assert said.returncode == 0, said.stderr


PURE = sorted(path for name in ("logic", "tables") for path in (ROOT / "src/yiyang").rglob(f"{name}.py"))


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT / "src/yiyang")))
def test_a_pure_module_has_no_clock_network_or_randomness_of_its_own(path: Path) -> None:
    assert not _imported(path) & IMPURE


def _imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {(node.module or "").split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
