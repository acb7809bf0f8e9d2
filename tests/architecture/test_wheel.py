"""The wheel is whole: code, policy, types; and works where no checkout is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _run(*command: str, **environment: str) -> str:
    # Not measured: coverage would count the installed copy as a second, hardly used package.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    environment = inherited | environment
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run("-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_every_file_of_policy(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    ours = {f"yiyang/_policy/{path.relative_to(ROOT / 'policy')}" for path in _committed("policy")}
    assert ours - inside == set()
    assert "yiyang/_policy/facts.yaml" in inside


def _committed(folder: str) -> list[Path]:
    """What lies in the folder, without what an editor or Python leaves there and the wheel rightly omits."""
    paths = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    return [path for path in paths if not re.search(r"/(\.|__pycache__)", str(path.relative_to(ROOT)))]


def test_the_wheel_holds_the_code_and_its_data_but_not_the_tests(wheel: Path) -> None:
    inside = zipfile.ZipFile(wheel).namelist()
    ours = {f"yiyang/{path.relative_to(ROOT / 'src/yiyang')}" for path in _committed("src/yiyang")}
    assert {path for path in ours if "/tests/" not in path} - set(inside) == set()
    assert [path for path in inside if "/tests/" in path] == []
    assert "yiyang/py.typed" in inside


def test_the_wheel_carries_licence_and_notice(wheel: Path) -> None:
    inside = "\n".join(zipfile.ZipFile(wheel).namelist())
    assert "/licenses/LICENSE" in inside
    assert "/licenses/NOTICE" in inside


def test_an_installed_wheel_reads_its_own_policy(wheel: Path, tmp_path: Path) -> None:
    _run("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(tmp_path), str(wheel))
    code = "import yiyang; from yiyang.base.paths import policy_dir; print(yiyang.__file__); print(policy_dir())"
    package, policy = _run("-c", code, PYTHONPATH=str(tmp_path)).split()
    assert Path(package).is_relative_to(tmp_path)
    assert Path(policy) == tmp_path / "yiyang" / "_policy"
    assert (Path(policy) / "facts.yaml").is_file()
