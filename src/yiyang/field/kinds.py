"""What may be done without network: the contract between this room and those whose work it carries.

A kind of work is a class named in `settings.FIELD_KINDS`. It packs the pieces of work that somebody takes along, and
takes in what he did. The platform calls it with the scope of **who did it**, on the day on which he did it.

**The form on the phone** (`Piece.form`) is JSON; `field/static/field/form.js` renders it, whatever the kind:

    {"version": "2026.1",
     "sections": [{"title": "生活", "help": "", "questions": [
        {"id": "eats",                # unique in the form; the key of its answer
         "text": "今天吃饭了吗？",       # one short plain sentence
         "help": "看灶台、问本人",       # optional
         "kind": "one",               # one | many | number | text | time | photo | voice | sign
         "options": [{"value": "yes", "text": "吃了"}, {"value": "no", "text": "没有", "alarm": true, "help": ""}],
         "required": true,            # default true, photo and voice: default false; asked only while it is shown
         "min": 0, "max": 200, "unit": "cm",   # number
         "longest": 400,              # text: characters; voice: seconds (at most 120)
         "most": 3,                   # photo: how many (at most 6)
         "shown_if": {"question": "met", "in": ["yes"]}   # or a list of such: all must hold; of `many` one is enough
        }]}]}

**Answers** come back as `body`:

    {"answers": {"eats": "no", "meals": ["a", "b"], "height": 160, "words": "…", "since": "08:30"},
     "files": {"picture": [{"media_type": "image/jpeg", "data": "<base64>"}]},    # photo, voice, sign (image/png)
     "began_at": "2026-11-23T02:00:00+00:00", "ended_at": "…",   # set right by what the device's clock was off
     "place": {"latitude": 30.7, "longitude": 107.2, "accuracy": 20.0} | null,    # only while `data.place` is true
     "version": "<Piece.version>",
     "said": [["今天吃饭了吗？", "没有"]]}      # as the phone showed it: for people to read, never to reckon with

Questions that were not shown have no answer. The answers are the phone's word: the kind checks them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from django.conf import settings
from django.utils.module_loading import import_string

from yiyang.access.scope import Scope
from yiyang.base.errors import UsageError, YiyangError

if TYPE_CHECKING:
    from yiyang.field.models import Entry


class Conflict(YiyangError):
    """Somebody else has done this piece of work meanwhile: both are kept, a person decides.

    Args:
        zh, en: what happened, in a sentence.
        theirs: what stands, to be shown beside mine: heading → words, in the order shown. Kept sealed.
    """

    def __init__(self, zh: str, en: str, *, theirs: dict[str, str] | None = None) -> None:
        super().__init__(zh, en)
        self.theirs = theirs or {}


@dataclass(frozen=True)
class Piece:
    """One piece of work that is taken along.

    Attributes:
        id: the kind's own id of it, at most 40 characters; comes back as `Entry.about`.
        version: changes whenever what is known here changes; comes back in the body, so that `take` can tell.
        person: key of the person whom it is about.
        area: 12-digit code of the area where his data lies.
        title: whom it is about, in large type (name).
        lines: two to five short lines below it (age, address, what to mind).
        form: the generic form (see above); None = nothing is filled in, only read.
        data: what the phone may use, all optional: `phone` (call button), `on` (ISO day it is due), `at` (minutes since
            midnight, shown and sorted by), `turn` (sorted by first), `directions` (text), `answers` (filled in
            beforehand), `place` (true: ask where the phone is when the form is finished), `urgent` (true), and the
            kind's own.
    """

    id: str
    version: str
    person: int
    area: int
    title: str
    lines: list[str] = field(default_factory=list)
    form: dict[str, Any] | None = None
    data: dict[str, Any] = field(default_factory=dict)


@runtime_checkable
class Kind(Protocol):
    """A kind of work. Made anew for each use, without arguments.

    Attributes:
        right: the right of policy/roles.yaml that is needed where the person lives, both to pack and to take.
        title: what it is called on the phone.
    """

    right: ClassVar[str]
    title: ClassVar[str]

    def pack(self, scope: Scope, on: date) -> list[Piece]:
        """The pieces of work that whoever has the scope takes along on a day. Few (< 200), only his own."""

    def take(self, scope: Scope, entry: Entry, body: dict[str, Any]) -> None:
        """Take in what was done; the scope is the doer's. Runs in a savepoint: all of it or nothing.

        Raises:
            Conflict: somebody else was first.
            UsageError: it cannot be taken; `problems` says why, for the doer to mend.
            PermissionDenied: the doer may not.
        """


@runtime_checkable
class Replacing(Protocol):
    """A kind whose conflicts may also be settled by taking the second in the place of the first."""

    def instead(self, scope: Scope, entry: Entry, body: dict[str, Any]) -> None:
        """Put the entry in the place of what stands (which stays known); the scope is the doer's, as in `take`."""


# Of what came home under a pass that says nothing: nobody knows what kind of work it was.
UNKNOWN = "unknown"
# Who decides about conflicts of a kind: the right that looks after those who have the kind's own.
SETTLES = {"visit.do": "visit.plan", "assessment.do": "assessment.plan"}


def settled_by(kind: Kind) -> str:
    """The right needed to decide about what came in twice or could not be taken."""
    return SETTLES.get(kind.right, kind.right)


def kinds() -> dict[str, Kind]:
    """The kinds of this installation, by their keys in `settings.FIELD_KINDS`."""
    return {key: import_string(path)() for key, path in settings.FIELD_KINDS.items()}


def kind_of(key: str) -> Kind:
    """A kind by its key. Raises UsageError for an unknown one."""
    path = settings.FIELD_KINDS.get(key)
    if path is None:
        raise UsageError(
            "本平台没有这种外出业务，请更新应用。", f"This installation knows no such kind of work: {key}."
        )
    made: Kind = import_string(path)()
    return made
