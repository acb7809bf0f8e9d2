"""爱华 lives in 竹阳街道's first village, 保国 in 乌木镇's, 春兰 in 乌木镇 without a village; a city officer acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from yiyang.access.scope import Scope, platform
from yiyang.accounts.scopes import scope_of
from yiyang.areas.tests.places import DAZHOU, TODAY, WUMU, ZHUYANG, villages
from yiyang.audit.record import work


@pytest.fixture
def officer(grant: Callable[..., Any]) -> Iterator[Scope]:
    """An officer of 达州市, at work."""
    with work(scope_of(grant("王主任", "city_officer", DAZHOU), TODAY)) as scope:
        yield scope


@pytest.fixture
def three(person: Callable[..., Any]) -> dict[str, Any]:
    """The three, by name."""
    with work(platform("test")):
        first = {town: villages(town)[0].code for town in (ZHUYANG, WUMU)}
    return {
        "爱华": person("爱华", first[ZHUYANG] or 0, registered_code=first[WUMU]),
        "保国": person("保国", first[WUMU] or 0),
        "春兰": person("春兰", WUMU),
    }
