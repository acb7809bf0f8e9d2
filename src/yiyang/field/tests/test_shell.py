"""The shell of the phone's app: public, the same for everybody, small, and within its own scope."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yiyang.field import shell
from yiyang.field.tests.phone import Phone

pytestmark = pytest.mark.django_db
MOST = 60_000


def test_it_names_nobody_and_holds_no_script_of_its_own(aihua: Phone) -> None:
    mine, anybodys = aihua.client.get("/field/").content, Client().get("/field/").content
    assert mine == anybodys
    assert not re.search(rb"<script(?![^>]* src=)", mine)
    assert b"style=" not in mine


def test_scripts_and_style_together_stay_small() -> None:
    sizes = {name: len(shell.content(name) or b"") for name in shell.OWN if name.endswith((".js", ".css"))}
    assert sum(sizes.values()) < MOST, sizes


def test_the_worker_keeps_the_shell_and_nothing_that_names_anybody(client: Client) -> None:
    answer = client.get("/field/sw.js")
    assert answer["Content-Type"] == "text/javascript"
    files = json.loads(re.search(r"FILES = (\[.*\]);", answer.content.decode()).group(1))  # type: ignore[union-attr]
    assert files[0] == "/field/"
    assert all(each.startswith("/field/shell/") for each in files[1:])
    assert [client.get(each).status_code for each in files] == [200] * len(files)


def test_a_change_of_any_file_is_another_version(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DEBUG = True
    before = shell.version()
    monkeypatch.setattr(shell, "content", lambda name: b"other")
    assert shell.version() != before


def test_files_of_another_version_and_other_files_are_not_found(client: Client) -> None:
    assert client.get(reverse("field:shell", args=["0" * 16, "field/app.js"])).status_code == 404
    assert client.get(reverse("field:shell", args=[shell.version(), "site/kit.js"])).status_code == 404


def test_it_can_be_installed(client: Client) -> None:
    said = client.get("/field/manifest.webmanifest").json()
    assert (said["scope"], said["display"], said["lang"]) == ("/field/", "standalone", "zh-Hans")
    assert all(client.get(each["src"]).status_code == 200 for each in said["icons"])


def test_it_says_so_without_scripts(client: Client) -> None:
    assert "<noscript>" in client.get("/field/").content.decode()
