"""The room over the API: ordered, followed, read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import DAZHU
from yiyang.audit.record import work
from yiyang.reach.models import Reckoning
from yiyang.reach.tests.town import answered, circle, scope

pytestmark = pytest.mark.django_db
BASE = "/api/v1/reach"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    """Files of this test lie in a folder of its own."""
    settings.DATA = tmp_path
    settings.SECOND_FACTOR = False


@pytest.fixture
def user(grant: Callable[..., Any]) -> Any:
    """爱华 answers for the county."""
    return grant("爱华", "county_officer", DAZHU)


def test_siting_is_ordered_followed_and_answered_with_its_bound(user: Any, logged_in: Callable[..., Any]) -> None:
    browser = logged_in(user)
    asked = {"area": DAZHU, "kind": "day_care", "count": 4, "seconds": 30}
    ordered = browser.post(f"{BASE}/sitings", asked, content_type="application/json")
    assert ordered.status_code == 202, ordered.content
    key = ordered.json()["id"]
    assert browser.get(f"{BASE}/sitings/{key}").json()["sites"] == []
    with work(scope(user)):
        found = Reckoning.objects.get(pk=key)
    answered(found)
    said = browser.get(f"{BASE}/sitings/{key}").json()
    assert (said["state"], said["status"], len(said["sites"])) == ("ready", "optimal", 4)
    assert said["objective"] == said["bound"] == sum(site["adds"] for site in said["sites"])
    again = browser.post(f"{BASE}/sitings", asked, content_type="application/json").json()
    assert again["id"] == key


def test_what_cannot_be_asked_is_refused_with_words(user: Any, logged_in: Callable[..., Any]) -> None:
    browser = logged_in(user)
    wrong = browser.post(f"{BASE}/sitings", {"area": DAZHU, "kind": "day_care"}, content_type="application/json")
    assert wrong.status_code == 422
    assert "多少处" in wrong.content.decode()
    none = browser.post(f"{BASE}/circles", {"area": DAZHU, "kind": "castle"}, content_type="application/json")
    assert none.status_code == 422


def test_gaps_are_read_page_by_page(user: Any, logged_in: Callable[..., Any]) -> None:
    found = circle(scope(user))
    browser = logged_in(user)
    assert [row["id"] for row in browser.get(f"{BASE}/circles").json()["items"]] == [found.pk]
    first = browser.get(f"{BASE}/circles/{found.pk}/points?only_gaps=true&limit=5").json()
    assert len(first["items"]) == 5
    assert not any(row["is_covered"] for row in first["items"])
    assert first["next"]
