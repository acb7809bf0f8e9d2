"""A village with a running platform, and phones in Chromium that keep what they keep when they are switched off."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from yiyang.site.tests.ports import free_port

SHOTS = Path(__file__).resolve().parents[4] / "out" / "journeys"
PATIENCE = 300
# What would send the installation elsewhere than to its own folder.
OURS = ("YIYANG_", "DATABASE_URL", "DJANGO_", "PROMETHEUS_", "COVERAGE_")
SIZE = {"width": 390, "height": 844}
PASSWORD, PIN = "correct horse battery", "258036"
# What a cut network makes Chromium say; anything else is trouble.
CUT = "Failed to load resource: net::ERR_INTERNET_DISCONNECTED"
REFUSED = "Failed to load resource: the server responded with a status of 4"


@dataclass
class Village:
    """A running platform: address of its pages, its data folder, what its processes say."""

    address: str
    data: Path
    log: Path

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows, as the owner sees them."""
        from yiyang.site.postgres import database

        with database(self.data) as found, psycopg.connect(found.owner_url) as connection:
            return connection.execute(query, values or None).fetchall()

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Until its pages answer."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.address}/readyz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        raise AssertionError(f"the platform did not start:\n{self.log.read_text(errors='replace')[-4000:]}")


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return kept | {"DJANGO_SETTINGS_MODULE": "yiyang.site.tests.away_settings"}


def _run(*words: str) -> str:
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, env=_environment(), capture_output=True, text=True, check=True).stdout


@contextmanager
def village() -> Iterator[Village]:
    """An installation with two visitors, a clerk and six elders, and the tests' own kind of work."""
    data = Path(tempfile.mkdtemp(prefix="ya-"))
    found = Village(f"http://localhost:{free_port()}", data / "var", data / "log")
    words = ["yiyang", "serve", "--no-demo", "--workers", "1", "--data", str(found.data)]
    with found.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *words, "--port", found.address.rsplit(":", 1)[1]],
            env=_environment(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    try:
        found.wait(process)
        _run("yiyang.site.tests.away_seed", str(found.data))
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        shutil.rmtree(data, ignore_errors=True)


def old_ticket(there: Village, device: str, days: int) -> str:
    """A ticket that was given out so many days ago."""
    return _run("yiyang.site.tests.away_seed", str(there.data), device, str(days))


@dataclass
class Phone:
    """A phone: its storage lies in a folder, so that it can be switched off and on."""

    there: Village
    playwright: Any
    program: str
    folder: Path
    context: Any = None
    page: Any = None
    troubles: list[str] = field(default_factory=list)

    def on(self, *, network: bool = True) -> Phone:
        """Switch it on."""
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder), executable_path=self.program, args=["--no-sandbox", "--disable-gpu"],
            viewport=SIZE, locale="zh-CN", timezone_id="Asia/Shanghai",
        )  # fmt: skip
        self.context.set_default_timeout(60_000)
        self.context.set_offline(not network)
        self.page = self.context.pages[0]
        self.page.on("console", lambda line: self._note(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self._note(str(error)))
        return self

    def _note(self, text: str) -> None:
        if not text.startswith((CUT, REFUSED)):
            self.troubles.append(text)

    def off(self) -> None:
        """Switch it off."""
        self.context.close()

    def log_in(self, name: str) -> None:
        """Log in to the platform, and come to the app."""
        self.page.goto(f"{self.there.address}/accounts/login/?next=/field/")
        self.enter(name)

    def enter(self, name: str) -> None:
        """Fill in the login page, and come to the app."""
        self.page.get_by_label("用户名").fill(name)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.locator("main button[type=submit]").click()
        self.page.wait_for_url("**/field/")

    def open(self) -> None:
        """Open the app."""
        self.page.goto(f"{self.there.address}/field/")

    def enrol(self, name: str) -> Phone:
        """Log in, enter the device, and take the work along."""
        self.log_in(name)
        self.says("登记这台设备")
        self.pins(PIN, "登记")
        self.page.locator("a.piece").first.wait_for()
        # The worker has the shell before the network may go.
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        return self

    def pins(self, pin: str, button: str) -> None:
        """Set a PIN."""
        self.page.fill("#pin", pin)
        self.page.fill("#again", pin)
        self.press(button)

    def unlock(self, pin: str = PIN) -> None:
        """Open the sealed store."""
        self.says("输入本机口令")
        self.page.fill("#pin", pin)
        self.press("打开")

    def press(self, words: str) -> None:
        """A button."""
        self.page.get_by_role("button", name=words, exact=True).click()

    def says(self, words: str) -> None:
        """Wait until it shows some words."""
        self.page.get_by_text(words).first.wait_for()

    def begin(self, elder: str) -> None:
        """Open the form of an elder."""
        self.page.locator("a.piece", has_text=elder).click()
        self.page.get_by_role("link", name="填写").click()
        self.says("见到本人了吗")

    def met(self) -> None:
        """The first page."""
        self.page.get_by_label("见到了").check()
        self.press("下一步")
        self.says("体重")

    def finish(self, weight: str = "55") -> None:
        """The second page, the summary, and into the outbox."""
        self.page.get_by_label("体重").fill(weight)
        self.press("下一步")
        self.press("完成，存入待传")
        self.says("今天的任务")

    def outbox(self, state: str) -> None:
        """Wait until the outbox shows an entry in a state."""
        self.page.locator("#to-outbox").click()
        self.page.locator(f".badge.{state}").first.wait_for()

    def shoot(self, name: str) -> None:
        """Keep what is seen."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        path = SHOTS / f"away-{name}.png"
        self.page.screenshot(path=path, full_page=True, animations="disabled", caret="initial")
