"""The kit in a real browser under the real policy: accessible, usable by keyboard, on a phone and in 长辈版."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings

pytestmark = [pytest.mark.chromium, pytest.mark.django_db]
STATIC = Path(apps.get_app_config("yiyang_site").path) / "static"
DAZHU, ZHUYANG = 511724000000, 511724001000


class Handler(http.server.SimpleHTTPRequestHandler):
    """A page as it was rendered, and the static files, under the policy of the settings."""

    page = b""

    def do_GET(self) -> None:
        # A part that is asked for every second is not the page: swapped in, it would hold all of it once more.
        if "HX-Request" in self.headers:
            self.send_response(204)
            self.end_headers()
            return
        if self.path.startswith("/static/"):
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.page)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", django_settings.CONTENT_SECURITY_POLICY)
        super().end_headers()

    def translate_path(self, path: str) -> str:
        return super().translate_path(path.removeprefix("/static"))

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture
def plain_settings(settings: Any) -> None:
    settings.SECOND_FACTOR = False
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def served(plain_settings: None, grant: Any, person: Any, logged_in: Any) -> Iterator[Any]:
    """served(path, large) renders a page for 爱华, an officer of 大竹县, and gives its address."""
    person("春兰", ZHUYANG, is_current=True, groups=["living_alone"])
    client = logged_in(grant("爱华", "county_officer", DAZHU))
    handler = type("Page", (Handler,), {})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(STATIC)))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def serve(path: str, large: bool = False) -> str:
        client.cookies["size"] = "large" if large else "normal"
        handler.page = client.get(path).content  # type: ignore[attr-defined]
        return f"http://127.0.0.1:{server.server_address[1]}{path}"

    yield serve
    server.shutdown()
    server.server_close()


@pytest.fixture
def browser(needs_chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    def opened(address: str, width: int = 1280) -> Any:
        return _open(started[0], address, width)

    started: list[Any] = []
    manager = sync_playwright()
    # Started by the test after the page was rendered: Django's ORM refuses to work while Playwright's loop runs.
    opened.start = lambda: started.append(  # type: ignore[attr-defined]
        manager.start().chromium.launch(executable_path=needs_chromium, args=["--no-sandbox", "--disable-gpu"])
    )
    yield opened
    if started:
        started[0].close()
        manager._playwright.stop()


def _open(chromium: Any, address: str, width: int) -> Any:
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.said = []
    page.on("console", lambda line: page.said.append(line.text) if "Content Security Policy" in line.text else None)
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(address)
    return page


@pytest.mark.parametrize(("path", "large"), [("/", False), ("/", True), ("/styleguide", False), ("/styleguide", True)])
def test_pages_are_accessible_and_fit_at_every_width(served: Any, browser: Any, path: str, large: bool) -> None:
    from axe_playwright_python.sync_playwright import Axe

    address = served(path, large)
    browser.start()
    for width in (1280, 390):
        page = browser(address, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert Axe().run(page).response["violations"] == []
        assert page.said == []


def test_a_form_with_errors_takes_the_focus_to_its_summary(served: Any, browser: Any) -> None:
    address = served("/styleguide")
    browser.start()
    page = browser(address)
    page.wait_for_function("document.activeElement.hasAttribute('data-error-summary')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_name"


def test_the_keyboard_reaches_search_and_closes_dialogs(served: Any, browser: Any) -> None:
    address = served("/styleguide")
    browser.start()
    page = browser(address)
    page.wait_for_function("document.activeElement.hasAttribute('data-error-summary')")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.focus("[data-open=ask]")
    page.keyboard.press("Enter")
    assert page.locator("#ask").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#ask").is_visible()
    assert page.evaluate("document.activeElement.dataset.open") == "ask"


def test_selected_rows_are_counted_and_bring_what_can_be_done(served: Any, browser: Any) -> None:
    address = served("/styleguide")
    browser.start()
    page = browser(address)
    assert not page.locator(".bulk").is_visible()
    page.locator("[data-select-all]").check()
    assert page.locator(".bulk").is_visible()
    assert page.locator("[data-selected]").inner_text() == "8"
