"""How every address is asked for in the tests of access: one file a room.

Whoever adds a page or an operation adds a line to `EXAMPLES` in the file of its room. A new file is found by itself.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from yiyang.site.tests.access_routes.asking import Example, Route, routes

__all__ = ["EXAMPLES", "Example", "Route", "routes"]


def _gathered() -> dict[str, Example]:
    """The examples of all rooms. An address stands in one file only."""
    found: dict[str, Example] = {}
    for each in iter_modules(__path__):
        of_room = getattr(import_module(f"{__name__}.{each.name}"), "EXAMPLES", {})
        twice = sorted(set(found) & set(of_room))
        assert not twice, f"{twice} have an example in {each.name}.py and elsewhere"
        found |= of_room
    return found


EXAMPLES = _gathered()
