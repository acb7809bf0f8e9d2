"""What an answer stands on counts as it is, whoever may see it; what two do at once is done once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import DAZHOU, DAZHU
from yiyang.access.scope import Scope, platform
from yiyang.audit.record import work
from yiyang.planning.models import Project
from yiyang.reach import asking, files
from yiyang.reach.models import Reckoning, Site
from yiyang.reach.tests.test_reckoning import HOMES
from yiyang.reach.tests.town import circle, scope, siting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    """Files of this test lie in a folder of its own."""
    settings.DATA = tmp_path


@pytest.fixture
def officer(grant: Callable[..., Any]) -> Scope:
    """爱华 answers for the county."""
    return scope(grant("爱华", "county_officer", DAZHU))


def test_a_county_reckons_anew_when_the_city_gave_a_new_file(officer: Scope, grant: Callable[..., Any]) -> None:
    city = scope(grant("保国", "city_officer", DAZHOU))
    first = circle(officer)
    with work(city):
        files.give(by=city, area_code=DAZHOU, kind="facilities", name="f.csv", blocks=[HOMES.encode()])
    with work(officer):
        second, is_new = asking.order_circle(by=officer, area_code=DAZHU)
    assert (second.pk != first.pk, is_new) == (True, True)


def test_the_same_question_asked_twice_at_the_same_moment_is_one(
    officer: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    with work(officer):
        first, _ = asking.order_circle(by=officer, area_code=DAZHU)
    seen = iter([None, first])
    monkeypatch.setattr(asking, "_there", lambda *given: next(seen))
    with work(officer):
        assert asking.order_circle(by=officer, area_code=DAZHU) == (first, False)
        assert Reckoning.objects.count() == 1


def test_villages_of_the_same_name_in_two_towns_both_become_projects(officer: Scope) -> None:
    found = siting(officer)
    with work(officer):
        one, two = Site.objects.filter(reckoning=found).exclude(code=None).order_by("number")[:2]
    assert one.code is not None
    assert two.code is not None
    assert one.code // 1000 != two.code // 1000
    with work(platform("test")):
        Site.objects.filter(pk__in=[one.pk, two.pk]).update(name="新华村")
    with work(officer):
        made = [asking.make_project(by=officer, site=Site.objects.get(pk=each.pk)) for each in (one, two)]
        assert Project.objects.count() == 2
    assert all(each.title.endswith("新华村日间照料中心") for each in made)
