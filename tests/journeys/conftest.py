"""One live installation a session, as `yiyang serve --demo` makes it, and people who walk through it in Chromium.

Screenshots, desktop and phone, are kept in out/journeys/; CI keeps that folder.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from yiyang.site.tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "out" / "journeys"
PASSWORD = "yiyang-demo-2026"
ELDERS = 600
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
# A page that refuses is what some journeys look for; Chromium reports its status as an error. And who goes on while a
# part of the page is being fetched gives that up, which htmx tells by these two.
NO_TROUBLE = (
    "Failed to load resource: the server responded with a status of 4", "htmx:sendAbort, ", "htmx:afterRequest, ",
)  # fmt: skip
PATIENCE = 300  # seconds for a whole county to be made and loaded on a busy machine
SOON = 30.0  # seconds for what a click brings: it returns as soon as the next page begins, not when that page is whole
# What would send the installation elsewhere than to its own folder.
OURS = ("YIYANG_", "DATABASE_URL", "DJANGO_", "PROMETHEUS_", "COVERAGE_")


@dataclass
class Installation:
    """A running platform: gunicorn, worker and PostgreSQL as processes of their own.

    Attributes:
        address: of its pages, without a slash at the end.
        data: its data folder; the second month's registers lie in `data/demo/2026-11`.
        log: what its processes say.
        logins: cookies of accounts that have logged in already.
    """

    address: str
    data: Path
    log: Path
    logins: dict[str, Any] = field(default_factory=dict)

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows, as the owner sees them: to learn keys, never to change anything."""
        from yiyang.site.postgres import database

        # Joins the server that runs; it stays up, because `serve` holds it too.
        with database(self.data) as found, psycopg.connect(found.owner_url) as connection:
            return connection.execute(query, values or None).fetchall()

    def one(self, query: str, *values: Any) -> Any:
        """The first value of the first row."""
        return self.ask(query, *values)[0][0]


@pytest.fixture(scope="session")
def platform_server(needs_chromium: str) -> Iterator[Installation]:
    """大竹县 in small: 600 elders, the demo accounts, the first month delivered, the second one ready.

    YIYANG_JOURNEYS="http://127.0.0.1:8000 /its/data" walks through one that runs already, while writing journeys.
    """
    if there := os.environ.get("YIYANG_JOURNEYS"):
        address, folder = there.split(" ", 1)
        yield Installation(address, Path(folder), Path(folder) / "log")
        return
    # Short: a socket lies in it. Not the tests' own data folder: that is another installation.
    data = Path(tempfile.mkdtemp(prefix="yj-"))
    found = Installation(f"http://127.0.0.1:{free_port()}", data / "var", data / "log")
    with found.log.open("wb") as log:
        process = subprocess.Popen(_command(found), env=_environment(), stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(found, process)
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        shutil.rmtree(data, ignore_errors=True)


def _command(found: Installation) -> list[str]:
    port = found.address.rsplit(":", 1)[1]
    words = ["serve", "--demo", "--elders", str(ELDERS), "--workers", "1", "--port", port, "--data", str(found.data)]
    return [sys.executable, "-m", "yiyang", *words]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def _wait(found: Installation, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{found.address}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"the platform did not start:\n{found.log.read_text(errors='replace')[-4000:]}")


@dataclass
class Walker:
    """Somebody at a browser of his own. What the console says, and what fails to load, is kept in `troubles`."""

    installation: Installation
    page: Any
    journey: str
    troubles: list[str] = field(default_factory=list)
    shots: int = 0

    def __post_init__(self) -> None:
        self.page.on("console", lambda line: self._note(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self._note(str(error)))

    def _note(self, text: str) -> None:
        if not text.startswith(NO_TROUBLE):
            self.troubles.append(text)

    def go(self, path: str) -> Any:
        """Open a page; the response."""
        return self.page.goto(self.installation.address + path)

    def get(self, path: str) -> Any:
        """Ask without opening, with the cookies of this browser."""
        return self.page.request.get(self.installation.address + path)

    def log_in(self, username: str, password: str = PASSWORD) -> None:
        """By the page, as people do; lands on the home page or on what comes first."""
        self.go("/accounts/login/")
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码").fill(password)
        self.page.get_by_role("button", name="登录", exact=True).click()

    def field(self, label: str) -> Any:
        """A field of the page, by the beginning of its label (`必填` may follow); never the search box on top."""
        return self.page.locator("main").get_by_label(re.compile(rf"^\s*{label}"))

    @property
    def heading(self) -> str:
        """The page's only h1."""
        self.page.wait_for_load_state()
        return str(self.page.locator("h1").inner_text())

    @property
    def path(self) -> str:
        """Where one is."""
        return str(self.page.url.removeprefix(self.installation.address))

    @property
    def rail(self) -> list[str]:
        """The rooms that the left rail offers."""
        self.page.wait_for_load_state()
        return [str(text).strip() for text in self.page.locator("#rail a").all_inner_texts()]

    def says(self, text: str) -> bool:
        """Whether the page shows a text, now or in a moment."""
        until = time.monotonic() + SOON
        while text not in self.page.locator("body").inner_text():
            if time.monotonic() > until:
                return False
            self.page.wait_for_timeout(100)
        return True

    def keeps_silent_on(self, text: str) -> bool:
        """Whether the page, once it is whole, does not show a text."""
        self.page.wait_for_load_state()
        return text not in self.page.locator("body").inner_text()

    def shoot(self, name: str) -> None:
        """Keep what is seen, on a desk and on a phone."""
        self.shots += 1
        for size, width in (("desktop", DESKTOP), ("phone", PHONE)):
            self.page.set_viewport_size(width)
            path = SHOTS / f"{self.journey}-{self.shots:02d}-{name}-{size}.png"
            # The caret is hidden by an inline style otherwise, which our policy refuses (and the console tells).
            self.page.screenshot(path=path, full_page=True, animations="disabled", caret="initial")
        self.page.set_viewport_size(DESKTOP)


@pytest.fixture(scope="module")
def chromium(platform_server: Installation, needs_chromium: str) -> Iterator[Any]:
    """One browser a module. Not a session: Django's ORM, which other tests use, refuses to work beside its loop."""
    from playwright.sync_api import sync_playwright

    SHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=needs_chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def walk(chromium: Any, platform_server: Installation, request: Any) -> Iterator[Callable[..., Walker]]:
    """walk("xian") is somebody at a browser, logged in as that demo account; walk() is a stranger."""
    opened: list[Walker] = []
    journey = request.node.name.removeprefix("test_").replace("[", "-").rstrip("]")[:60]

    def begin(username: str = "", **options: Any) -> Walker:
        known = platform_server.logins.get(username)
        context = chromium.new_context(viewport=DESKTOP, locale="zh-CN", storage_state=known, **options)
        context.set_default_timeout(60_000)
        walker = Walker(platform_server, context.new_page(), f"{journey}-{username}" if opened else journey)
        opened.append(walker)
        if username and not known:
            walker.log_in(username)
            assert walker.path == "/", walker.page.locator("main").inner_text()
            platform_server.logins[username] = context.storage_state()
        return walker

    yield begin
    troubles = [line for walker in opened for line in walker.troubles]
    for walker in opened:
        walker.page.context.close()
    assert troubles == []


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say where the screenshots are."""
    if SHOTS.is_dir():
        terminalreporter.write_line(f"screenshots of the journeys: {SHOTS} ({len(list(SHOTS.glob('*.png')))} files)")
