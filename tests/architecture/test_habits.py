"""The Makefile, .ci/run and conftest.py do what they promise."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    if not shutil.which("make"):
        pytest.skip("make is not installed")
    # Without MAKEFLAGS: `make test` may be what runs us.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--no-print-directory", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A checkout without an environment."""
    for name in (
        "Makefile",
        "pyproject.toml",
        *(f"requirements-{part}.lock" for part in ("core", "web", "test", "bench")),
    ):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def _fake_python(folder: Path, version: str) -> Path:
    path = folder / "python-of-old"
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "Python {version}" && exit 0\nexit 1\n')
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("word", ["demo", "serve", "test", "check", "fix", "bench", "lock"])
def test_an_old_python_is_told_so_and_nothing_is_made(fresh: Path, word: str) -> None:
    said = _make(fresh, word, f"PYTHON={_fake_python(fresh, '3.9.2')}")
    assert said.returncode != 0
    assert "Python 3.11 or newer is needed" in said.stdout
    assert "Python 3.9.2" in said.stdout
    assert not (fresh / ".venv").exists()


def test_a_missing_python_is_told_so(fresh: Path) -> None:
    said = _make(fresh, "demo", "PYTHON=python-nowhere")
    assert said.returncode != 0
    assert "python-nowhere is not there" in said.stdout


def test_clean_says_what_it_removes_and_keeps_the_environment(fresh: Path) -> None:
    for name in ("out", ".venv", ".pytest_cache", "src/a/__pycache__"):
        (fresh / name).mkdir(parents=True)
    said = _make(fresh, "clean").stdout.split("\n")
    assert {"remove out", "remove .pytest_cache", "remove ./src/a/__pycache__"} <= set(said)
    assert (fresh / ".venv").exists()
    assert not (fresh / "out").exists()


def test_every_word_is_explained(fresh: Path) -> None:
    said = _make(fresh, "help").stdout
    for word in ("demo", "serve", "test", "check", "fix", "bench", "clean", "lock", "help"):
        assert f"make {word}" in said


def test_ci_calls_the_same_words_and_forbids_skips() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert re.search(r"^make test", script, re.MULTILINE)
    assert re.search(r"^make check", script, re.MULTILINE)
    assert "YIYANG_NO_SKIPS=1" in script
    assert os.access(ROOT / ".ci/run", os.X_OK)


SKIPPING = """
import pytest
def test_that_skips():
    pytest.skip("no Java here")
@pytest.mark.skipif(True, reason="no browser here")
def test_that_is_marked():
    pass
@pytest.mark.xfail(strict=True)
def test_that_is_known_to_fail():
    assert False
"""
SKIPPING_FILE = "import pytest\npytest.skip('no module here', allow_module_level=True)\n"


def _pytest(folder: Path, no_skips: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "conftest.py", folder)
    command = [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", f"--rootdir={folder}", str(folder)]
    environment = os.environ | {"YIYANG_NO_SKIPS": no_skips}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_skip_is_a_skip_on_a_developers_machine(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(SKIPPING)
    (tmp_path / "test_b.py").write_text(SKIPPING_FILE)
    said = _pytest(tmp_path, no_skips="")
    assert said.returncode == 0
    assert "3 skipped, 1 xfailed" in said.stdout


def test_a_skipped_test_is_a_failure_where_everything_is_installed(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(SKIPPING)
    said = _pytest(tmp_path, no_skips="1")
    assert said.returncode == 1
    assert "1 failed, 1 xfailed, 1 error in" in said.stdout
    assert "no Java here" in said.stdout
    assert "no browser here" in said.stdout


def test_a_skipped_file_is_a_failure_where_everything_is_installed(tmp_path: Path) -> None:
    (tmp_path / "test_b.py").write_text(SKIPPING_FILE)
    said = _pytest(tmp_path, no_skips="1")
    assert said.returncode not in (0, 5)
    assert "no module here (YIYANG_NO_SKIPS is set" in said.stdout


NEEDING = """
import pytest
@pytest.mark.java
def test_marked_java(): pass
@pytest.mark.chromium
def test_marked_chromium(): pass
@pytest.mark.pango
def test_marked_pango(): pass
def test_java(needs_java): pass
def test_chromium(needs_chromium): assert needs_chromium
def test_pdf(needs_pdf): pass
"""


def test_what_is_missing_is_named_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "test_a.py").write_text(NEEDING)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    said = _pytest(tmp_path, no_skips="")
    assert "6 skipped" in said.stdout
    for package in ("openjdk-17-jre-headless", "chromium-headless-shell"):
        assert f"apt-get install {package}" in said.stdout
