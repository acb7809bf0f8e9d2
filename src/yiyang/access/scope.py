"""Who acts, and where he may look: what the first lock asks and the second one is told.

A `Scope` is made once a request, job or command (`accounts.scopes`), is current while `acting(scope)` or `work(scope)`
lasts, and reaches PostgreSQL at the beginning of every transaction (`access.backend`). Without one nothing is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from django.core.exceptions import PermissionDenied
from django.db import connections

from yiyang.access.ranges import ALL, NOWHERE, Ranges


@dataclass(frozen=True)
class Scope:
    """What somebody may do, and where.

    Attributes:
        user: id of the account; None for the platform itself and for visitors.
        name: how the audit log calls the actor.
        rights: right → where it holds.
        registers: registers whose deliveries he may see; None = all.
        request: id of the request, job or command.
        address: where the request came from.
        is_self: the platform's own work, which may append to what nobody edits (a delivery, a migration of areas).
        citizen: id of the citizen who is logged in to the portal; he has no rights, only people.
        persons: keys of the people whose own files he may see: himself, and those who let him act for them.
    """

    user: int | None
    name: str
    rights: Mapping[str, Ranges] = field(default_factory=dict)
    registers: frozenset[str] | None = None
    request: str = ""
    address: str = ""
    is_self: bool = False
    citizen: int | None = None
    persons: frozenset[int] = frozenset()

    def where(self, right: str) -> Ranges:
        """Where a right holds; the platform itself may everything."""
        return ALL if self.is_self else self.rights.get(right, NOWHERE)

    def may(self, right: str, code: int | None = None) -> bool:
        """Whether a right holds in an area, or anywhere when none is named."""
        ranges = self.where(right)
        return bool(ranges) if code is None else code in ranges

    def require(self, right: str, code: int | None = None) -> None:
        """Raises PermissionDenied when the right does not hold there."""
        if not self.may(right, code):
            raise PermissionDenied(right)

    @property
    def people(self) -> Ranges:
        """Where people may be seen."""
        return self.where("person.read")

    @property
    def work(self) -> Ranges:
        """Where anything may be seen at all."""
        everything = ALL if self.is_self else NOWHERE
        for ranges in self.rights.values():
            everything |= ranges
        return everything

    def narrowed(self, to: Ranges) -> Scope:
        """The same within an area in force."""
        return replace(self, rights={right: ranges & to for right, ranges in self.rights.items()})

    def settings(self) -> dict[str, str]:
        """What the second lock reads in every transaction."""
        return {
            "yiyang.people": self.people.multirange(),
            "yiyang.work": self.work.multirange(),
            "yiyang.audit": self.where("audit.read").multirange(),
            "yiyang.user": "" if self.user is None else str(self.user),
            "yiyang.actor": self.name,
            "yiyang.request": self.request,
            "yiyang.registers": "*" if self.registers is None else ",".join(sorted(self.registers)),
            "yiyang.self": "on" if self.is_self else "",
            "yiyang.citizen": "" if self.citizen is None else str(self.citizen),
            "yiyang.persons": Ranges.of((key, key + 1) for key in self.persons).multirange(),
        }


NOBODY = Scope(None, "")
SETTINGS = tuple(NOBODY.settings())
_current: ContextVar[Scope] = ContextVar("scope", default=NOBODY)


def platform(name: str, request: str = "") -> Scope:
    """The platform's own scope, for its jobs and commands: everywhere, under a name that says what it does."""
    return Scope(None, name, request=request, is_self=True)


def current() -> Scope:
    """The scope in force; NOBODY if there is none."""
    return _current.get()


@contextmanager
def acting(scope: Scope) -> Iterator[Scope]:
    """The scope is in force while this lasts, in open transactions too."""
    token = _current.set(scope)
    try:
        _tell_open_transactions()
        yield scope
    finally:
        _current.reset(token)
        _tell_open_transactions()


def _tell_open_transactions() -> None:
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block and not connection.needs_rollback and hasattr(connection, "tell_scope"):
            connection.tell_scope()
