"""A small world for tests of access: somebody and something in each place, and somebody at work in each role.

竹阳街道 is one's own township, 乌木镇 the one beside it, 大竹县 what lies above both; one person has moved to 通川区,
one has no area yet. What an actor may see is computed here from policy/roles.yaml alone, not by the code under test.

Each room puts its things into a place with `put(there)` in the file of its name: keys by which `access_routes` asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

from django.db import connection, transaction

from yiyang.access.scope import platform
from yiyang.audit.record import record, work
from yiyang.registry.models import Person
from yiyang.site.tests.access_world.actors import POLICY, Actor, actors, token_of
from yiyang.site.tests.access_world.things import NAMES, PLACES, VILLAGE, Things, id_number, marks, somewhere

__all__ = [
    "NAMES", "PLACES", "POLICY", "VILLAGE", "Actor", "Things", "World", "build", "finish", "furnish", "id_number",
    "note", "rolled_back", "token_of",
]  # fmt: skip

# From bottom to top, as in docs/map.md: what a room puts there may stand on what those before it did.
ROOMS = (
    "areas", "accounts", "registry", "entitlement", "notices", "cases", "field", "assessment", "visits", "forecast",
    "planning", "reach", "indicators", "simulation", "revisions", "portal",
)  # fmt: skip


@dataclass
class World:
    """Everything of a run of tests."""

    places: dict[str, Things]
    actors: dict[str, Actor]

    def hidden_from(self, actor: Actor) -> list[str]:
        """Marks of the people that he must not see."""
        seen = [name for name, there in self.places.items() if actor.holds("person.read", there.code)]
        mine = marks(1, "own") if actor.own else ()
        found = [mark for name, there in self.places.items() if name not in seen for mark in there.marks]
        return [mark for mark in found if mark not in mine]


@contextmanager
def rolled_back() -> Iterator[None]:
    """Nothing of it stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def build() -> World:
    """Make it all. Call it within `rolled_back`."""
    with work(platform("world")):
        places = {name: furnish(number, name, code) for number, (name, code) in enumerate(PLACES.items(), 1)}
    at_work = actors(places["own"].person)
    # The log and the history of writes are there only after the unit of work.
    with work(platform("world")):
        for there in places.values():
            note(there)
    return World(places, at_work)


def furnish(number: int, place: str, code: int) -> Things:
    """A place with something of each room. Call it within a unit of work."""
    there = somewhere(number, place, code)
    for room in ROOMS:
        there.keys |= import_module(f"{__name__}.{room}").put(there)
    return there


def note(there: Things) -> None:
    """Somebody reads and changes the person of a place, so that the log speaks of him."""
    record("read", what=f"person:{there.person}", person=there.person, area=there.code)
    Person.objects.filter(pk=there.person).update(address=f"{there.name}新家")
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq), 0) FROM audit_line")
        seq = cursor.fetchone()[0]
    # The line is written at the end of the unit of work; its number is the next but those of its neighbours.
    there.keys["seq_after"] = seq


def finish(world: World) -> None:
    """Look up what the units of work have written."""
    with work(platform("world")), connection.cursor() as cursor:
        for there in world.places.values():
            cursor.execute("SELECT max(seq) FROM audit_line WHERE person = %s", [there.person])
            there.keys["seq"] = cursor.fetchone()[0]
