"""What every test shares: optional programs that may be missing, a Chinese screen, reproducible random tests."""

from __future__ import annotations

import ctypes.util
import functools
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# `ci` is what `make test` uses: the same examples each time, so that a red test is red for everybody.
# HYPOTHESIS_PROFILE=explore hunts for new ones.
_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True, suppress_health_check=_SLOW_IS_FINE)
settings.register_profile(
    "explore", max_examples=1000, deadline=None, print_blob=True, suppress_health_check=_SLOW_IS_FINE
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def _lacks_module(*names: str) -> str | None:
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    return f"Python package not installed: {', '.join(missing)}" if missing else None


@functools.cache
def lacks_java() -> str | None:
    """Why Spark cannot run here, or None."""
    java = (
        shutil.which("java") if not os.environ.get("JAVA_HOME") else os.path.join(os.environ["JAVA_HOME"], "bin/java")
    )
    if not java or not os.path.exists(java):
        return "Java is not installed (Debian: apt-get install openjdk-17-jre-headless)"
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    if not found or int(found.group(1)) < 17:
        return f"Java 17 or newer is needed; found: {said.splitlines()[0] if said else 'nothing'}"
    return _lacks_module("pyspark")


def find_chromium() -> str | None:
    """The path of Debian's, Google's or any other Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


@functools.cache
def lacks_chromium() -> str | None:
    """Why no browser can be driven here, or None."""
    if not find_chromium():
        return "Chromium is not installed (Debian: apt-get install chromium)"
    return _lacks_module("playwright") or _lacks_chinese_font()


@functools.cache
def lacks_pango() -> str | None:
    """Why no PDF can be made here, or None."""
    for library in ("pango-1.0", "pangoft2-1.0"):
        if not ctypes.util.find_library(library):
            return f"{library} is not installed (Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0)"
    return _lacks_module("weasyprint") or _lacks_chinese_font()


@functools.cache
def _lacks_chinese_font() -> str | None:
    if not shutil.which("fc-list"):
        return "fontconfig is not installed (Debian: apt-get install fontconfig)"
    fonts = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, text=True, check=False).stdout
    return None if fonts.strip() else "no Chinese font is installed (Debian: apt-get install fonts-noto-cjk)"


POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")


@functools.cache
def lacks_postgres_15() -> str | None:
    """Why the oldest PostgreSQL that is supported cannot be tried here, or None."""
    if not (POSTGRES_15 / "initdb").exists():
        return "PostgreSQL 15 is not installed (Debian: apt-get install postgresql-15)"
    return None


_NEEDS: dict[str, Callable[[], str | None]] = {"java": lacks_java, "chromium": lacks_chromium, "pango": lacks_pango}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked java, chromium or pango where that is missing, and say what to install."""
    for mark, lacks in _NEEDS.items():
        if item.get_closest_marker(mark) and (reason := lacks()):
            pytest.skip(reason)


def _skip_where(reason: str | None) -> None:
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def needs_java() -> None:
    """For fixtures, which cannot carry marks: the same as the mark `java`."""
    _skip_where(lacks_java())


@pytest.fixture(scope="session")
def needs_chromium() -> str:
    """The path of Chromium; the same as the mark `chromium`."""
    _skip_where(lacks_chromium())
    return find_chromium() or ""


@pytest.fixture(scope="session")
def needs_pdf() -> None:
    """The same as the mark `pango`."""
    _skip_where(lacks_pango())


@pytest.fixture(scope="session")
def needs_postgres_15() -> Path:
    """The folder of Debian's PostgreSQL 15 programs."""
    _skip_where(lacks_postgres_15())
    return POSTGRES_15


# In CI everything is installed, so a skip there is a hole in the tests. YIYANG_NO_SKIPS=1 makes it a failure.
def _skips_fail() -> bool:
    return os.environ.get("YIYANG_NO_SKIPS", "") not in ("", "0")


def _fail_the_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and _skips_fail():
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: {why} (YIYANG_NO_SKIPS is set, so a skip is a failure)"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    report = yield
    _fail_the_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    report = yield
    _fail_the_skip(report)
    return report


@pytest.fixture(autouse=True)
def chinese_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests read the same screen on every machine: Chinese, wide, without colour. A test may set LANG itself."""
    for name in ("YIYANG_LANG", "LC_ALL", "LC_MESSAGES", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("NO_COLOR", "1")
