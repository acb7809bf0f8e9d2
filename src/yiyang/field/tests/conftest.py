"""爱华 visits in one village and 保国 in the next, 春兰 is the clerk of the township; 德明 is the elder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conftest import WUMU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.field.models import Entry
from yiyang.field.tests.phone import Phone

VILLAGE = ZHUYANG + 1


@pytest.fixture(autouse=True)
def plain(settings: Any, tmp_path: Any) -> None:
    settings.SECOND_FACTOR = False
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    settings.DATA = tmp_path
    settings.FIELD_KINDS = {"trial": "yiyang.field.tests.trial.Trial"}
    settings.FIELD_DAYS_AHEAD = 1


@pytest.fixture
def elder(person: Callable[..., Any]) -> Any:
    return person("德明", VILLAGE)


@pytest.fixture
def aihua(elder: Any, grant: Callable[..., Any]) -> Phone:
    return Phone(grant("爱华", "village_visitor", VILLAGE)).begin()


@pytest.fixture
def second(elder: Any, grant: Callable[..., Any]) -> Phone:
    """秋菊, who visits in the same village."""
    return Phone(grant("秋菊", "village_visitor", VILLAGE)).begin()


@pytest.fixture
def elsewhere(grant: Callable[..., Any]) -> Any:
    return grant("保国", "village_visitor", WUMU + 1)


@pytest.fixture
def clerk(grant: Callable[..., Any]) -> Any:
    return grant("春兰", "township_clerk", ZHUYANG)


def kept(entry: dict[str, Any]) -> Entry:
    """An entry as the platform keeps it."""
    with work(platform("test")):
        found: Entry = Entry.objects.select_related("user").get(pk=entry["id"])
    return found
