"""What the browser is told to keep out, and that the checks for production are clean."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

DAZHU = 511724000000
ADDRESSES = ["/accounts/login/", "/api/v1/openapi.json", "/api/v1/docs", "/api/v1/me", "/nowhere", "/"]
# W008: the proxy in front redirects to https, and reaches /healthz on the loopback without it. W021: preloading HSTS is
# for the owner of the domain to decide; W005: subdomains belong to other offices.
MEANT = ("security.W005", "security.W008", "security.W021")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_keeps_foreign_scripts_and_frames_out(client: Client, address: str) -> None:
    answer = client.get(address)
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; img-src 'self' data:")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Request-ID"]


@pytest.mark.django_db
def test_no_page_has_scripts_or_styles_of_its_own(client: Client) -> None:
    body = client.get("/api/v1/docs").content.decode()
    assert "<style" not in body
    assert " style=" not in body
    assert "<script>" not in body
    assert "onclick" not in body


@pytest.mark.django_db
def test_cookies_are_out_of_reach_of_scripts_and_other_sites(
    grant: Callable[..., Any], logged_in: Callable[..., Any], settings: Any
) -> None:
    settings.SECOND_FACTOR = False
    browser = logged_in(grant("爱华", "county_officer", DAZHU))
    answer = browser.get("/")
    session = browser.cookies["sessionid"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert "no-store" in answer["Cache-Control"]


def _run(tmp_path: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("YIYANG_", "DATABASE"))}
    environment |= {"YIYANG_HTTPS": "1", "YIYANG_HOSTS": "testserver", "YIYANG_DATA": str(tmp_path)}
    environment |= {"DJANGO_SETTINGS_MODULE": "yiyang.site.settings", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
    )


def test_the_checks_for_production_are_clean(tmp_path: Path) -> None:
    said = _run(tmp_path, "-m", "django", "check", "--deploy", "--fail-level", "WARNING")
    shown = [line for line in said.stderr.splitlines() if "security." in line]
    assert [line for line in shown if not any(number in line for number in MEANT)] == []


HTTPS = """
import django; django.setup()
from django.conf import settings as s
print(s.SECURE_HSTS_SECONDS, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_PROXY_SSL_HEADER)
"""


def test_behind_https_cookies_stay_there_for_a_year(tmp_path: Path) -> None:
    said = _run(tmp_path, "-c", HTTPS)
    assert said.stdout.split()[:3] == ["31536000", "True", "True"], said.stderr[-500:]
