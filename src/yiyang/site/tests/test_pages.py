"""Error pages say what to do; what a first visit fetches is light; vendored files are the ones listed."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

import yiyang.site
from yiyang.site import errors

STATIC = Path(yiyang.site.__file__).parent / "static" / "site"
HANDLERS = {
    400: errors.bad_request,
    403: errors.forbidden,
    404: errors.not_found,
    429: errors.too_many,
    500: errors.server_error,
}


@pytest.fixture(autouse=True)
def plain_static(settings: Any) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def request(path: str = "/somewhere") -> Any:
    asked = RequestFactory().get(path)
    asked.request_id = "abc-123-def"  # type: ignore[attr-defined]
    return asked


@pytest.mark.parametrize("status", HANDLERS)
def test_error_pages_need_no_database_and_name_the_request(status: int) -> None:
    answer = HANDLERS[status](request())
    page = answer.content.decode()
    assert answer.status_code == status
    assert 'lang="zh-Hans"' in page
    assert "abc-123-def" in page
    assert "回到工作台" in page


@pytest.mark.parametrize("status", HANDLERS)
def test_the_api_answers_errors_as_data(status: int) -> None:
    answer = HANDLERS[status](request("/api/v1/people"))
    assert answer["Content-Type"].startswith("application/json")
    assert "abc-123-def" in answer.content.decode()


def test_an_old_form_is_told_so() -> None:
    assert "刷新后重新提交" in errors.csrf_failure(request()).content.decode()


def test_a_first_visit_fetches_less_than_a_third_of_what_is_allowed() -> None:
    files = (
        "vendor/bootstrap.min.css",
        "vendor/htmx.min.js",
        "vendor/icons.svg",
        "tokens.css",
        "kit.css",
        "kit.js",
        "mark.svg",
    )
    assert sum(len(gzip.compress((STATIC / file).read_bytes())) for file in files) < 100_000


def test_vendored_files_are_those_that_are_listed() -> None:
    listed = re.findall(r"\| `([\w.]+)` \|.*`([0-9a-f]{64})` \|", (STATIC / "vendor" / "README.md").read_text())
    assert len(listed) == 3
    for file, digest in listed:
        assert hashlib.sha256((STATIC / "vendor" / file).read_bytes()).hexdigest() == digest


def test_no_page_asks_for_anything_from_elsewhere() -> None:
    for file in (*STATIC.glob("*.css"), *STATIC.glob("*.js"), *STATIC.glob("vendor/*.min.*")):
        text = file.read_text(encoding="utf-8")
        assert "sourceMappingURL" not in text
        assert not re.search(r"@import|url\(['\"]?https?:", text)


def test_every_icon_that_a_page_names_is_in_the_sprite() -> None:
    from yiyang.kit.states import LOOKS
    from yiyang.workbench.menu import MENU

    there = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "vendor" / "icons.svg").read_text()))
    source = Path(yiyang.site.__file__).parent.parent
    named = {
        name
        for page in source.glob("*/templates/**/*.html")
        for name in re.findall(r'{% icon "([\w-]+)"', page.read_text())
    }
    named |= {entry.icon for entry in MENU} | {look.icon for look in LOOKS.values()}
    assert named <= there


def test_no_template_carries_script_or_style_of_its_own() -> None:
    source = Path(yiyang.site.__file__).parent.parent
    # The stand-alone report of `run` is a file of its own, not a page under the policy.
    pages = [
        page
        for page in source.glob("*/templates/**/*.html")
        if "entitlement" not in page.parts and "catalog" not in page.parts
    ]
    for page in pages:
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page.read_text()), page
