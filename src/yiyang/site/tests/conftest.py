"""The worlds of the runs' tests, for the command line's."""

from __future__ import annotations

from yiyang.entitlement.tests.conftest import city, world

__all__ = ["city", "world"]
