"""Every public page of the portal, rendered once and looked at in Chromium: both looks, several widths, all measures.

Pages are rendered by Django first and handed to the browser by a route: the ORM refuses to work beside its loop.
"""

from __future__ import annotations

import mimetypes
import re
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
    # Nothing stands behind it: looked at where there is a result (the journey of assessments).
    "portal:certificate": {"token": "none"},
    # Nothing is published here: looked at where something is (the room of indicators).
    "portal:statistic": {"number": "511724-elders_60_sex-2026-10-v1"},
    "portal:statistic_json": {"number": "511724-elders_60_sex-2026-10-v1"},
    "portal:statistic_csv": {"number": "511724-elders_60_sex-2026-10-v1"},
    "portal:statistic_sdmx_csv": {"number": "511724-elders_60_sex-2026-10-v1"},
    "portal:statistics_dataset": {"name": "511724-elders_60_sex"},
    "portal:statistics_latest": {"name": "511724-elders_60_sex", "suffix": ".csv"},
    "portal:statistic_csvw": {"number": "511724-elders_60_sex-2026-10-v1"},
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
        self._chromium, self.pages = chromium, pages
        self.troubles: list[str] = []

    @contextmanager
    def window(self, width: int, height: int = 800, script: str = "", **more: Any) -> Iterator[Any]:
        """A window of its own; `script` runs before everything on its pages."""
        context = self._chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **more)
        page = context.new_page()
        page.on("console", lambda line: self.troubles.append(line.text) if line.type == "error" else None)
        page.route("**/*", self._serve)
        if script:
            page.add_init_script(script)
        try:
            yield page
        finally:
            context.close()

    @contextmanager
    def opened(self, name: str, look: str, width: int, **more: Any) -> Iterator[Any]:
        """One page in a window of its own."""
        with self.window(width, **more) as page:
            self.go(page, name, look)
            yield page

    def go(self, page: Any, name: str, look: str) -> None:
        """Open a rendered page."""
        page.goto(f"{HOST}/{look}/{name}")

    def of(self, *looks: str) -> list[tuple[str, str]]:
        """(name, look) of every page in some looks."""
        return [key for key in self.pages if key[1] in looks]

    def _serve(self, route: Any) -> None:
        path = route.request.url.removeprefix(HOST).split("#")[0]
        if not path.startswith(settings.STATIC_URL):
            look, name = path.strip("/").split("/", 1)
            policy = {"Content-Security-Policy": settings.CONTENT_SECURITY_POLICY}
            return route.fulfill(body=self.pages[name, look], content_type="text/html; charset=utf-8", headers=policy)
        file = _static(path)
        if file is None:
            return route.fulfill(status=404)
        route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "text/plain")


def _static(path: str) -> Path | None:
    found = finders.find(path.removeprefix(settings.STATIC_URL))
    return Path(str(found)) if found else None


def weight(html: str) -> int:
    """Bytes of a first visit: the page and everything that it names, and what its style names, nothing compressed."""
    named = set(re.findall(rf'(?:href|src)="({settings.STATIC_URL}[^"#]+)', html))
    named |= {f"{settings.STATIC_URL}portal/{name}" for name in ("pointer.svg", "hand.svg")}
    return len(html.encode()) + sum(len(file.read_bytes()) for path in named if (file := _static(path)))


def look_at(browser: Browser) -> list[Seen]:
    """Every page in every look and width, measured by MEASURE."""
    found = []
    with browser.window(WIDTHS[0]) as page:
        for name, look in browser.pages:
            browser.go(page, name, look)
            # High contrast changes colours only.
            for width in (*WIDTHS, *ZOOMED) if look != "strong" else (390,):
                page.set_viewport_size({"width": width, "height": 800})
                found.append(Seen(name, look, width, page.evaluate(MEASURE)))
    return found


MEASURE = Path(__file__).with_name("portal_measure.js").read_text(encoding="utf-8")
