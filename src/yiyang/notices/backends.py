"""How notices leave the house: one back end a channel, named in `settings.NOTICE_BACKENDS`.

A back end gets the notices of a batch and yields a file. Whoever connects another gateway writes a class of this shape
and names it there; the in-app channel needs none, its notices are there when they are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from yiyang.base.errors import UsageError
from yiyang.notices.models import Notice
from yiyang.registry.models import Person


@dataclass(frozen=True)
class Addressed:
    """A notice and the person it goes to; nobody where his file is not to be seen any more."""

    notice: Notice
    person: Person | None


@dataclass
class Handed:
    """What a back end made of a batch. `failed`: key of a notice → why it could not go."""

    failed: dict[int, str] = field(default_factory=dict)


class Backend(Protocol):
    """One way out of the house.

    Attributes:
        most: how many notices one batch may have.
        suffix, media_type: of the file.
        handed: the state of a notice that is in the file.
    """

    most: int
    suffix: str
    media_type: str
    handed: str

    def make(
        self, notices: Sequence[Addressed], reference: str, told: Callable[[int], None], handed: Handed
    ) -> Iterable[bytes]:
        """The file's content, as blocks. `told`: how many notices are done; what cannot go is put into `handed`."""


@cache
def backend_of(channel: str) -> Backend:
    """The back end of a channel. Raises UsageError where it has none."""
    name = settings.NOTICE_BACKENDS.get(channel)
    if name is None:
        raise UsageError("这种方式不用成批发送。", f"{channel} needs no batches")
    found: Backend = import_string(name)()
    return found


def portions(rows: Sequence[Addressed], size: int) -> Iterator[Sequence[Addressed]]:
    """A batch in pieces."""
    yield from (rows[start : start + size] for start in range(0, len(rows), size))
