"""Of `reach`, nothing lies in a place yet."""

from __future__ import annotations

from typing import Any

from yiyang.site.tests.access_world.things import Place


def put(there: Place) -> dict[str, Any]:
    """What `reach` holds for a place: keys of one row of each kind."""
    return {}
