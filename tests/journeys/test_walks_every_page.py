"""Every page that a role can reach: accessible, quiet, light, with one heading, and no wider than a phone.

Pages that differ by their text alone are looked at once. Named to come last: it makes rows that no journey should meet.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import NoReverseMatch, reverse

from yiyang.access.web import LOGGED_IN, PUBLIC
from yiyang.accounts.demo import CAST
from yiyang.accounts.roles import load_roles
from yiyang.site.tests import axe
from yiyang.site.tests.access_routes import EXAMPLES, Route, routes
from yiyang.site.tests.access_world import VILLAGE, Things

pytestmark = [pytest.mark.chromium, pytest.mark.slow]
ROLES = {username: role for username, _, role, _, note in CAST if not load_roles().roles[role].api_only}
# Reaches each page in the name of the first of them who may, and the pages that greet everybody in the name of all.
FIRST = ("shi", "shenji", "guanli", "cun")
FOR_ALL = ("workbench:home", "accounts:me", "areas:areas", "registry:people", "registry:person", "registry:groups")
DEMO = {"xin", "xiang2"}
WIDTHS = (1280, 390)
PARTS = 3  # so that none comes near the time that a test may take
LIGHT = 300_000  # bytes that a first visit may fetch
# A row of each kind in the installation, made by the tests of access; the export is handed to the city officer.
FURNISH = f"""
import json, sys
from pathlib import Path
from yiyang.site import start
found = start.start(Path(sys.argv[1]))
from yiyang.access.scope import platform
from yiyang.accounts.models import User
from yiyang.audit.record import work
from yiyang.registry.models import Export
from yiyang.site.tests import access_world
world = access_world.World({{}}, {{}})
with work(platform("walk")):
    there = access_world.furnish(1, "own", {VILLAGE})
    Export.objects.filter(pk=there.export).update(ordered_by=User.objects.get(username="shi").pk)
    world.places["own"] = there
with work(platform("walk")):
    access_world.note(there)
access_world.finish(world)
print("KEYS", json.dumps(there.keys, default=str))
found.close()
"""
ELEMENT = re.compile(r"<(\w+)((?:\s[^<>]*)?)>")
LOOK = re.compile(r"\s(?:class|type|role)=\"[^\"]*\"")
FACTS = """() => ({
  headings: document.querySelectorAll("h1").length, lang: document.documentElement.lang,
  title: document.title, width: document.documentElement.scrollWidth, mains: document.querySelectorAll("main").length
})"""


@pytest.fixture(scope="module")
def there(platform_server: Any) -> Things:
    """The keys of one row of each kind."""
    kept = platform_server.data / "walked.json"
    if not kept.exists():
        command = [sys.executable, "-c", FURNISH, str(platform_server.data)]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        line = next((line for line in said.stdout.splitlines() if line.startswith("KEYS ")), "")
        assert line, said.stderr[-3000:]
        kept.write_text(line.removeprefix("KEYS "))
    return Things(VILLAGE, (), json.loads(kept.read_text()))


def _may(route: Route, username: str) -> bool:
    rights = load_roles().roles[ROLES[username]].rights
    return not route.needs or any(right in rights for right in route.needs)


def _who(route: Route) -> list[str]:
    able = [username for username in (*FIRST, *ROLES) if _may(route, username) and username not in DEMO]
    return [username for username in ROLES if username in able] if route.name in FOR_ALL else able[:1]


def _asked(there: Things) -> Iterator[tuple[str, str, str]]:
    """(name, account, address) of every page that is read."""
    for route in routes():
        example = EXAMPLES.get(route.name)
        if route.is_api or example is None or "get" not in example.methods:
            continue
        address = reverse(route.name, args=example.of(there) if example.of else [])
        for username in _who(route):
            yield route.name, username, address
    for tab in ("history", "corrections", "contacts", "documents", "readers"):
        yield tab, "shi", reverse("registry:person", args=[there.person]) + f"?tab={tab}"
    yield from (("forbidden", "xian", "/audit/"), ("missing", "xian", "/nowhere"))


def _public() -> Iterator[tuple[str, str, str]]:
    """What a stranger may open."""
    for route in routes():
        if PUBLIC in route.rights and LOGGED_IN not in route.rights:
            try:
                yield route.name, "", reverse(route.name)
            except (
                NoReverseMatch
            ):  # Addresses with arguments are steps of single sign-on, which is not configured here.
                continue


def _elements(page: str) -> frozenset[tuple[str, ...]]:
    """What kinds of elements a page is made of, whatever they say and however many there are."""
    return frozenset((tag, *LOOK.findall(rest)) for tag, rest in ELEMENT.findall(page))


def _kinds(walk: Callable[..., Any], there: Things) -> list[tuple[str, str]]:
    """(account, address): each address once, and again for each role whose page is made of something else."""
    browsers: dict[str, Any] = {}
    kinds: dict[tuple[str, frozenset[tuple[str, ...]]], tuple[str, str]] = {}
    for name, username, address in (*_public(), *_asked(there)):
        if username not in browsers:
            browsers[username] = walk(username)
        answer = browsers[username].get(address)
        assert answer.status in (200, 302, 403, 404, 405), f"{username} {address}: {answer.status}"
        # Parts for htmx are seen on the pages that hold them.
        if answer.status != 405 and (page := answer.text() if _is_html(answer) else "").startswith("<!DOCTYPE"):
            kinds.setdefault((name, _elements(page)), (username, address))
    return list(kinds.values())


def _is_html(answer: Any) -> bool:
    return "text/html" in answer.headers.get("content-type", "")


def _faults(walker: Any, address: str) -> Iterator[str]:
    """What is wrong with a page, on a desk and then, without loading it again, on a phone."""
    walker.go(address)
    for width in WIDTHS:
        walker.page.set_viewport_size({"width": width, "height": 844})
        told = walker.page.evaluate(FACTS)
        if told["width"] > width:
            yield f"{width}: {told['width']} px wide"
        if (told["headings"], told["mains"], told["lang"]) != (1, 1, "zh-Hans") or not told["title"].strip():
            yield f"{width}: {told}"
        yield from (f"{width}: {each}" for each in _violations(walker.page))
    yield from walker.troubles
    walker.troubles.clear()


def _violations(page: Any) -> Iterator[str]:
    for each in axe.violations(page):
        nodes = "; ".join(str(node["html"])[:160] for node in each["nodes"][:3])
        yield f"{each['id']}: {nodes}"


@pytest.fixture(scope="module")
def kinds() -> list[tuple[str, str]]:
    """Filled by the first that asks: which page of each kind is to be looked at."""
    return []


def test_a_page_with_barriers_would_be_told(chromium: Any) -> None:
    page = chromium.new_page()
    page.set_content("<button></button><p style='color: #eee; background: #fff'>看不清</p>")
    assert {"button-name", "color-contrast", "html-has-lang"} <= {each["id"] for each in axe.violations(page)}
    page.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_accessible_quiet_and_fits_a_phone(
    walk: Callable[..., Any], there: Things, kinds: list[tuple[str, str]], part: int
) -> None:
    if not kinds:
        kinds += sorted(_kinds(walk, there))
    assert len(kinds) > 40
    walkers: dict[str, Any] = {}
    faults = []
    for username, address in kinds[part::PARTS]:
        walkers[username] = walkers.get(username) or walk(username)
        faults += [f"{username} {address} {fault}" for fault in _faults(walkers[username], address)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("username", ["", "shi", "xian", "xiang", "cun", "shenji", "guanli"])
def test_a_first_visit_is_light(walk: Callable[..., Any], username: str) -> None:
    walker = walk(username)
    sizes: list[int] = []
    walker.page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    walker.page.goto(walker.installation.address + "/", wait_until="networkidle")
    assert 0 < sum(sizes) <= LIGHT, sizes
