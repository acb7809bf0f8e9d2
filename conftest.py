"""What every test shares: optional programs that may be missing, a Chinese screen, reproducible random tests."""

from __future__ import annotations

import ctypes.util
import functools
import gc
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import django
import django.conf
import pytest
from hypothesis import HealthCheck, settings

# Every few hundred objects Python would look for circles among the million that Django and pandas keep for good.
gc.set_threshold(50_000, 20, 50)


def _begin_to_measure() -> Any:
    """`make test` sets YIYANG_MEASURED: each of xdist's workers measures from before it loads anything of ours."""
    found = importlib.util.spec_from_file_location("measuring", Path(__file__).parent / "tools" / "measuring.py")
    assert found
    assert found.loader
    measuring = sys.modules["measuring"] = importlib.util.module_from_spec(found)
    found.loader.exec_module(measuring)
    return measuring.Worker() if os.environ.get("PYTEST_XDIST_WORKER") else measuring.Controller()


_MEASURES = _begin_to_measure() if os.environ.get("YIYANG_MEASURED") else None
if os.environ.get("PYTEST_XDIST_WORKER"):
    # Tests that start pytest themselves start one that does not measure.
    os.environ.pop("YIYANG_MEASURED", None)


def pytest_configure(config: pytest.Config) -> None:
    """Whoever measures hears what happens; a worker begins with this file and a data folder of its own."""
    if _MEASURES:
        config.pluginmanager.register(_MEASURES)
    if getattr(config.option, "numprocesses", None):
        # Inherited, pytest-django would load the settings in a worker before it comes here.
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)


# Before pytest-django loads the settings: tests have a data folder, an embedded server and keys of their own.
os.environ["YIYANG_DATA"] = tempfile.mkdtemp(prefix="yiyang-test-")
for name in ("DATABASE_URL", "YIYANG_APP_DATABASE_URL", "YIYANG_KEYS"):
    os.environ.pop(name, None)
os.environ["DJANGO_SETTINGS_MODULE"] = "yiyang.site.settings"
django.setup()
# Hundreds of accounts are made; that the platform's own hash is a slow one is tested where it is used (test_login).
django.conf.settings.PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    *django.conf.settings.PASSWORD_HASHERS,
]
# Pages are tested without collecting static files first.
_storages: Any = django.conf.settings.STORAGES
_storages["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"

# `ci` is what `make test` uses: the same examples each time, so that a red test is red for everybody.
# HYPOTHESIS_PROFILE=explore hunts for new ones.
_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True, suppress_health_check=_SLOW_IS_FINE)
settings.register_profile(
    "explore", max_examples=1000, deadline=None, print_blob=True, suppress_health_check=_SLOW_IS_FINE
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


pytest_plugins = ["yiyang.site.tests.leftovers"]


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
    """The path of Debian's, Google's or any other Chromium.

    The one without windows comes first: it takes a quarter less time, and the journeys need nothing that it lacks.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


@functools.cache
def lacks_chromium() -> str | None:
    """Why no browser can be driven here, or None."""
    if not find_chromium():
        return "Chromium is not installed (Debian: apt-get install chromium-headless-shell)"
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


_SHARES_ITS_ID = pytest.StashKey[bool]()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked java, chromium or pango where that is missing, and say what to install."""
    if item.stash.get(_SHARES_ITS_ID, False):
        pytest.fail(f"several tests have the id {item.nodeid}: with more than one process, one of them would run")
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


# What takes longest begins first, so that the processes end together: in the order of a whole run, to some 20 seconds.
_LONGEST = (
    "tests/journeys/", "tests/security/test_every_route.py", "tests/api/test_conformance.py", "tests/registry/",
    "src/yiyang/registry/tests/test_judging.py", "src/yiyang/site/tests/test_drill.py",
    "src/yiyang/site/tests/test_backup.py", "tests/portal/test_for_an_eighty_year_old.py",
    "src/yiyang/site/tests/test_upkeep.py", "src/yiyang/site/tests/test_bad_input.py", "tests/generative/",
    "src/yiyang/entitlement/tests/test_next.py", "tests/architecture/test_readme.py",
    "src/yiyang/site/tests/test_postgres.py", "src/yiyang/registry/tests/test_groups.py",
    "src/yiyang/registry/linkage/tests/", "src/yiyang/revisions/tests/", "src/yiyang/site/tests/test_api.py",
    "src/yiyang/synthetic/tests/test_unidentified.py", "src/yiyang/site/tests/test_commands.py",
    "tests/portal/test_same_engine.py", "src/yiyang/visits/tests/test_planning.py", "src/yiyang/reach/tests/",
    "tests/architecture/test_habits.py", "src/yiyang/entitlement/tests/test_simulate.py",
    "tests/security/test_headers.py", "src/yiyang/engine/tests/test_proof_random.py",
    "src/yiyang/registry/tests/test_group_keeping.py", "src/yiyang/simulation/tests/",
)  # fmt: skip
_LAST = len(_LONGEST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; within a rank as they were found."""
    _one_id_one_test(items)
    items.sort(key=lambda item: next((n for n, name in enumerate(_LONGEST) if item.nodeid.startswith(name)), _LAST))


def _one_id_one_test(items: list[pytest.Item]) -> None:
    """Tests that share an id fail: xdist tells tests by their ids, and runs one of those that share one."""
    times = Counter(item.nodeid for item in items)
    for item in items:
        item.stash[_SHARES_ITS_ID] = times[item.nodeid] > 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file's tests stay together, and all journeys and all under fire do: they share one installation."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            scope = str(super()._split_scope(nodeid))
            if scope.endswith("_fire.py"):
                return "tests/registry/under fire"
            return "tests/journeys" if scope.startswith("tests/journeys/") else scope

    return ByFile(config, log)


# In CI everything is installed, so a skip there is a hole in the tests. YIYANG_NO_SKIPS=1 makes it a failure.
def _skips_fail() -> bool:
    return os.environ.get("YIYANG_NO_SKIPS", "") not in ("", "0")


def _fail_the_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and _skips_fail():
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: {why} (YIYANG_NO_SKIPS is set, so a skip is a failure)"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_the_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
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
    from yiyang.base.screen import set_lang

    # A command run in this process may have chosen another language.
    set_lang(None)


# ---- The platform: one embedded server a session, migrated once; every test runs in a transaction that is rolled back.


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Instead of pytest-django's: the tests enter as `yiyang_app`, which owns nothing, as the application does."""
    from django.db import connections

    from yiyang.access import keyring
    from yiyang.site.postgres import NAME, database
    from yiyang.site.start import migrate
    from yiyang.site.tests import leftovers
    from yiyang.site.tests.servers import careless

    data = Path(os.environ["YIYANG_DATA"])
    found = database(data)
    careless(found)
    assert found.cluster, "DATABASE_URL was taken away above"
    _enter(found)
    if not keyring.default_path().exists():
        keyring.create(keyring.default_path(), now=datetime.now(UTC))
    with django_db_blocker.unblock():
        migrate()
        # The superuser sees all rows.
        leftovers.watched[:] = [leftovers.Watch(found.cluster.conninfo(NAME))]
        yield
        connections.close_all()
    leftovers.watched.clear()
    found.close()
    shutil.rmtree(data, ignore_errors=True)


def _enter(found: Any) -> None:
    """Point Django's two connections at a database, without a pool: a test has one connection."""
    from django.db import connections

    from yiyang.site.postgres import django_settings

    for alias, url in (("default", found.prepare_roles()), ("owner", found.owner_url)):
        settings_ = connections[alias].settings_dict
        words = django_settings(url)
        settings_.update({key: words[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})
        settings_["OPTIONS"] = words["OPTIONS"]


@pytest.fixture
def as_platform(db: None) -> Iterator[None]:
    """The platform itself acts, with its audit lines collected: for making things in a test."""
    from yiyang.access.scope import platform
    from yiyang.audit.record import work

    with work(platform("test")):
        yield


# 竹阳街道 and 乌木镇 of 大竹县, and 通川区 beside it; 爱华, 保国 and 春兰 walk through every test of access.
DAZHU, ZHUYANG, WUMU, TONGCHUAN, DAZHOU = 511724000000, 511724001000, 511724101000, 511702000000, 511700000000


@pytest.fixture
def grant(db: None) -> Callable[..., Any]:
    """grant("爱华", "county_officer", DAZHU) makes an account of that name, if need be, and gives it the role there."""
    from yiyang.access.scope import platform
    from yiyang.accounts.models import Grant, User
    from yiyang.areas.models import Area
    from yiyang.audit.record import work

    def give(name: str, role: str, code: int, *, starts: date = date(2020, 1, 1), **fields: Any) -> User:
        with work(platform("test")):
            user = User.objects.filter(username=name).first()
            user = user or User.objects.create_user(
                name, "correct horse battery", name=name, must_change_password=False
            )
            Grant.objects.create(user=user, role=role, area=Area.objects.get(code=code), starts=starts, **fields)
        return user

    return give


@pytest.fixture
def person(db: None) -> Callable[..., Any]:
    """person("春兰", ZHUYANG) makes an elder living (and registered) there; each call another one."""
    from pypinyin import Style, lazy_pinyin

    from yiyang.access.scope import platform
    from yiyang.audit.record import work
    from yiyang.registry.identity import check_character, person_of
    from yiyang.registry.models import Person

    made: list[int] = []

    def make(name: str, code: int, **fields: Any) -> Person:
        made.append(code)
        body = f"51302919400101{len(made):03d}"
        number = body + check_character(body)
        defaults = {
            "id": person_of(number), "id_number": number, "name": name, "area_code": code, "registered_code": code,
            "pinyin": "".join(lazy_pinyin(name)), "initials": "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)),
            "birth_date": 19400101, "sex": 1, "alive": 1, "month": "2026-11",
        }  # fmt: skip
        with work(platform("test")):
            return Person.objects.create(**(defaults | fields))

    return make


@pytest.fixture
def logged_in(client: Any) -> Callable[..., Any]:
    """logged_in(user) is a browser in which that account has logged in, second factor and all."""

    def log_in(user: Any) -> Any:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        # As if the password had just been typed: what is sensitive is not asked for again.
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
        return client

    return log_in
