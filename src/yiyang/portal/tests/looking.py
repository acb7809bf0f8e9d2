"""Every public page of the portal, rendered once and looked at in Chromium: both looks, several widths, all measures.

Pages are rendered by Django first and handed to the browser by a route: the ORM refuses to work beside its loop.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import NoReverseMatch, reverse

from yiyang.access.web import PUBLIC
from yiyang.site.tests.access_routes import routes

HOST = "http://portal.test"
LOOKS = {"normal": {}, "large": {"size": "large"}, "strong": {"contrast": "high"}}
WIDTHS = (1280, 390)
# Twice as large on a desk and on the narrowest phone: what is left of the window then.
ZOOMED = (640, 320)
COUNTY = "511724"
FATHER = "who.other~county.511724~town.511724001~live.here~birth.194403"
ALL = FATHER + "~hardship.low_income~ability.unknown~pension.resident~disability_grade.none~living_arrangement.alone"
# Steps of the questions that come by POST: (name, what is posted).
POSTED = (
    ("question-county", {"so_far": "who.other", "act": "ask:county"}),
    ("question-town", {"so_far": "who.other~county.511724", "act": "ask:town"}),
    ("question-live", {"so_far": "who.other~county.511724~town.511724001", "act": "ask:live"}),
    ("question-birth", {"so_far": FATHER, "act": "ask:birth"}),
    ("question-birth-wrong", {"so_far": FATHER.rsplit("~", 1)[0], "key": "birth", "year": "44"}),
    ("question-fact", {"so_far": FATHER, "act": "ask:hardship"}),
    ("question-none-chosen", {"so_far": FATHER, "key": "hardship"}),
    ("result", {"so_far": ALL, "act": "stop"}),
    ("result-nothing-known", {"so_far": "who.self~county.unknown~live.unknown~birth.unknown", "act": "stop"}),
)
ARGUMENTS: dict[str, dict[str, str]] = {
    "portal:list": {"area": COUNTY},
    "portal:list_versions": {"area": COUNTY},
    "portal:list_item": {"area": COUNTY, "name": "old_age_allowance"},
}


def rendered() -> dict[tuple[str, str], str]:
    """(page, look) → HTML of every public page of the portal."""
    found = {}
    for look, cookies in LOOKS.items():
        client = Client()
        for name, value in cookies.items():
            client.cookies[name] = value
        for name, address in _addresses():
            answer = client.get(address)
            if answer.status_code == 200 and "text/html" in answer["Content-Type"]:
                found[name, look] = answer.content.decode()
        for name, post in POSTED:
            answer = client.post(reverse("portal:entitlements"), post)
            assert answer.status_code == 200, f"{name}: {answer.status_code}"
            found[name, look] = answer.content.decode()
    return found


def _addresses() -> Iterator[tuple[str, str]]:
    for route in routes():
        if PUBLIC in route.rights and route.name.startswith("portal:"):
            try:
                yield route.name, reverse(route.name, kwargs=ARGUMENTS.get(route.name, {}))
            except NoReverseMatch as problem:
                # A file or data, whose address says so; a page must be looked at.
                if not route.name.endswith(("_json", "_csv", "_pdf")):
                    raise AssertionError(f"say in ARGUMENTS how {route.name} is asked for") from problem


@dataclass(frozen=True)
class Seen:
    """One page as somebody sees it, and what was measured."""

    name: str
    look: str
    width: int
    found: dict[str, Any]

    @property
    def where(self) -> str:
        return f"{self.name} {self.look} {self.width}px"


class Browser:
    """Chromium, to which the rendered pages are served with the site's own policy."""

    def __init__(self, chromium: Any, pages: dict[tuple[str, str], str]) -> None:
        self._chromium, self.pages, self.bytes = chromium, pages, 0
        self.troubles: list[str] = []

    @contextmanager
    def opened(
        self, name: str, look: str, width: int, height: int = 800, script: str = "", **more: Any
    ) -> Iterator[Any]:
        """A page in a window of its own; `script` runs before everything."""
        context = self._chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **more)
        page = context.new_page()
        page.on("console", lambda line: self.troubles.append(line.text) if line.type == "error" else None)
        page.route("**/*", lambda route: self._serve(route, self.pages[name, look]))
        if script:
            page.add_init_script(script)
        self.bytes = 0
        page.goto(f"{HOST}/page")
        try:
            yield page
        finally:
            context.close()

    def _serve(self, route: Any, html: str) -> None:
        path, headers = (
            route.request.url.removeprefix(HOST),
            {"Content-Security-Policy": settings.CONTENT_SECURITY_POLICY},
        )
        if not path.startswith(settings.STATIC_URL):
            self.bytes += len(html.encode())
            return route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=headers)
        file = finders.find(path.removeprefix(settings.STATIC_URL).split("#")[0])
        if not file:
            return route.fulfill(status=404)
        body = Path(str(file)).read_bytes()
        self.bytes += len(body)
        route.fulfill(body=body, content_type=mimetypes.guess_type(str(file))[0] or "text/plain")


def look_at(browser: Browser) -> list[Seen]:
    """Every page in every look and width, measured by MEASURE."""
    found = []
    for name, look in browser.pages:
        # High contrast changes colours only.
        for width in (*WIDTHS, *ZOOMED) if look != "strong" else (390,):
            with browser.opened(name, look, width) as page:
                found.append(Seen(name, look, width, {**page.evaluate(MEASURE), "bytes": browser.bytes}))
    return found


MEASURE = Path(__file__).with_name("measure.js").read_text(encoding="utf-8")
