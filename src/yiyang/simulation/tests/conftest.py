"""A run in force of 1,500 made-up elders of 大竹县, and whoever simulates on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from psycopg.types.range import Range

from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.entitlement.models import MonthRun, span_of
from yiyang.entitlement.tests.conftest import City, city, world
from yiyang.simulation import bases
from yiyang.simulation.bases import Base

__all__ = ("city", "world")
DAZHU = 511724000000


@pytest.fixture
def base(city: City) -> Base:
    """The county's run, opened without a database."""
    folder = city.run("2026-11")
    run = MonthRun(month="2026-11", known=date(2026, 11, 30), list_hash=folder.manifest["list_hash"])
    return Base(run, "511724", folder)


@pytest.fixture
def in_force(db: None, city: City) -> Callable[[int], MonthRun]:
    """Put the run in force for an area."""

    def put(area: int = DAZHU) -> MonthRun:
        folder = city.run("2026-11")
        with work(platform("test")):
            return MonthRun.objects.create(
                area_code=area,
                month="2026-11",
                known=date(2026, 11, 30),
                state="in_force",
                span=Range(*span_of(area, "2026-11")),
                folder=str(folder.path),
                list_hash=folder.manifest["list_hash"],
                ordered_by_name="爱华",
            )

    return put


@pytest.fixture(autouse=True)
def forget() -> Any:
    """No base of another test's database."""
    bases._bases.clear()
    yield
    bases._bases.clear()
