"""What a phone brings home: each entry is taken, in conflict or refused by itself, and kept whatever becomes of it.

Credited to whom its ticket names, with the rights that he had on the day on which he did it and still has not lost:
grants that ended since count, revoked ones do not. Who was logged in when it came is only noted. The same entry twice
is one, so a phone may send again whatever it was not told about.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import Scope, acting, platform
from yiyang.accounts.models import Grant, User
from yiyang.audit.record import collecting, record
from yiyang.base.errors import UsageError
from yiyang.field import clock
from yiyang.field.devices import find
from yiyang.field.kinds import UNKNOWN
from yiyang.field.models import Device, Entry
from yiyang.field.taking import Noted, Outcome, Problems, attempt, doer, told, write
from yiyang.field.tickets import Pass, Ticket, claim_of, pass_of, ticket_of
from yiyang.registry.models import Person


@dataclass(frozen=True)
class Answer:
    """What the phone is told about one entry.

    Attributes:
        state: a state of `Entry`.
        sha256: of what is kept here; the phone deletes nothing before it equals its own.
        is_kept: whether the platform has it; if not, the phone must keep it.
        theirs: of a conflict, what stands: heading → words.
    """

    id: str
    state: str
    sha256: str = ""
    is_kept: bool = True
    problems: Problems = field(default_factory=list)
    theirs: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For the phone."""
        return {
            "id": self.id,
            "state": self.state,
            "sha256": self.sha256,
            "kept": self.is_kept,
            "problems": self.problems,
            "theirs": self.theirs,
        }


def receive(*, by: Scope, batch: dict[str, Any], now: datetime) -> list[Answer]:
    """Take in a batch, in the order in which it was done; every entry has its own answer.

    Args:
        by: who is logged in; for the note of who sent it.
        batch: `clock` (what time the device thinks it is), `entries`, and `asks` (how do these stand now?).

    Raises:
        UsageError: the batch as a whole cannot be read.
    """
    entries = batch.get("entries")
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise UsageError("上传的内容无法辨认。", "The batch cannot be read.")
    off = clock.setting_right(batch.get("clock"), now)
    notes: list[Noted] = []
    ordered = sorted(entries, key=lambda each: str(each.get("done_at", "")))
    answers = [_one(by, each, off, now, notes) for each in ordered]
    write(notes)
    return answers + _how_they_stand(batch.get("asks"))


def _how_they_stand(asks: Any) -> list[Answer]:
    """Entries that are here already, asked for by their number, fingerprint and ticket: somebody may have decided."""
    found: list[Entry] = []
    for each in asks if isinstance(asks, list) else []:
        try:
            number, ticket = uuid.UUID(str(each["id"])), ticket_of(str(each["ticket"]))
            digest = str(each["sha256"])
        except (UsageError, ValueError, TypeError, KeyError) as error:
            raise UsageError("上传的内容无法辨认。", "What is asked cannot be read.") from error
        with acting(platform("外出办理回传")):
            found += Entry.objects.filter(pk=number, user=ticket.user, sha256=digest)
    return [answer_of(each) for each in found]


def _one(by: Scope, given: dict[str, Any], off: timedelta, now: datetime, notes: list[Noted]) -> Answer:
    """One entry. What has neither number nor ticket cannot be kept here: the phone keeps it, and shows why."""
    key = str(given.get("id", ""))[:64]
    try:
        number, ticket, text = uuid.UUID(key), ticket_of(str(given.get("ticket", ""))), _text(given)
    except (UsageError, ValueError) as error:
        return Answer(key, Entry.State.REFUSED, is_kept=False, problems=told(error))
    with acting(platform("外出办理回传")):
        known = Entry.objects.filter(pk=number).first() or _made(by, number, ticket, given, text, off, now)
    if isinstance(known, _New):
        return _tried(known.entry, known.problems, notes)
    return _again(known, ticket, text)


def _text(given: dict[str, Any]) -> str:
    """The body as the phone sealed it: exactly what its fingerprint is of. Raises UsageError."""
    text = given.get("body")
    if not isinstance(text, str) or _digest(text) != given.get("sha256"):
        raise UsageError("内容在传送中受损，请再传一次。", "The content was damaged on its way; send it again.")
    return text


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _again(known: Entry, ticket: Ticket, text: str) -> Answer:
    """What is here already is answered as it stands; the same number for something else is nobody's."""
    if known.user_id != ticket.user or known.sha256 != _digest(text):
        problem = {"zh": "同一编号下已有不同的记录，请重新办理。", "en": "Another entry has this number."}
        return Answer(str(known.pk), Entry.State.REFUSED, is_kept=False, problems=[problem])
    return answer_of(known)


def answer_of(entry: Entry) -> Answer:
    """How an entry stands, for the phone from which it came."""
    theirs = json.loads(str(entry.theirs)) if entry.theirs else {}
    return Answer(str(entry.pk), entry.state, entry.sha256, problems=entry.problems, theirs=theirs)


@dataclass(frozen=True)
class _New:
    """An entry just kept, and what speaks against taking it in already."""

    entry: Entry
    problems: Problems


def _made(
    by: Scope, number: uuid.UUID, ticket: Ticket, given: dict[str, Any], text: str, off: timedelta, now: datetime
) -> Entry | _New:
    """Keep an entry, refused until it is taken; or the one that another connection has just kept."""
    problems: Problems = []
    passed = _passed(given, ticket, problems)
    device, person = find(ticket.device_key), Person.objects.filter(pk=passed.person).first()
    problems += _against(ticket, device, text, now)
    done = _done(given, ticket, off, now, problems)
    try:
        with transaction.atomic():
            made = Entry.objects.create(
                pk=number,
                device=device,
                user_id=ticket.user,
                kind=passed.kind,
                about=passed.about,
                person=person and person.pk,
                area_code=person.area_code if person else passed.area,
                taken_out_at=ticket.issued,
                clock_off=round(off.total_seconds()),
                done_at=done,
                sent_by_name=by.name[:150],
                body=text,
                sha256=_digest(text),
                state=Entry.State.REFUSED,
                problems=problems,
            )
    except IntegrityError:
        twin: Entry = Entry.objects.get(pk=number)
        return twin
    if device:
        Device.objects.filter(pk=device.pk).update(seen_at=now)
    return _New(made, problems)


def _passed(given: dict[str, Any], ticket: Ticket, problems: Problems) -> Pass:
    """What it is about; under a pass that is not ours what it claims, for somebody to look at.

    Where it claims nothing that there is, it lies where whoever did it belongs: there somebody looks after him.
    """
    text = str(given.get("pass", ""))
    try:
        return pass_of(text)
    except UsageError as error:
        problems += told(error)
    claimed = claim_of(text)
    if claimed and claimed.kind in settings.FIELD_KINDS and Person.objects.filter(pk=claimed.person).exists():
        return claimed
    return Pass(UNKNOWN, "", 0, _home_of(ticket.user))


def _home_of(user: int) -> int:
    """Where an account belongs: by itself, or by the newest of its roles."""
    found = User.objects.filter(pk=user).values_list("area__code", flat=True).first()
    newest = Grant.objects.filter(user=user, revoked_at=None).order_by("-pk").values_list("area__code", flat=True)
    return int(found or newest.first() or NO_AREA)


def _against(ticket: Ticket, device: Device | None, text: str, now: datetime) -> Problems:
    """What speaks against taking an entry in without a look, whatever its content."""
    found = []
    if device is None or device.user_id != ticket.user:
        found.append({"zh": "设备未登记。", "en": "The device is not registered."})
    elif device.revoked_at:
        found.append({"zh": "设备已停用，记录已留存，请主管核实后入库。", "en": "The device was revoked."})
    if ticket.is_too_old(now):
        days = settings.FIELD_TICKET_DAYS
        found.append(
            {"zh": f"带出任务已超过 {days} 天，请主管核实后入库。", "en": f"Taken out more than {days} days ago."}
        )
    if len(text) > settings.FIELD_ENTRY_BYTES:
        most = settings.FIELD_ENTRY_BYTES >> 20
        found.append({"zh": f"记录超过 {most} MB，请减少照片。", "en": f"An entry may have up to {most} MB."})
    return found


def _done(given: dict[str, Any], ticket: Ticket, off: timedelta, now: datetime, problems: Problems) -> datetime:
    try:
        return clock.within(clock.moment(given.get("done_at")) + off, ticket.issued, now)
    except UsageError as error:
        problems += told(error)
        return now


def _tried(entry: Entry, problems: Problems, notes: list[Noted]) -> Answer:
    """Take an entry in if nothing speaks against it, and note what became of it."""
    by = doer(entry)
    outcome = Outcome(Entry.State.REFUSED, problems) if problems else attempt(by, entry)
    with acting(platform("外出办理回传")):
        entry.state, entry.problems = outcome.state, outcome.problems
        entry.theirs = json.dumps(outcome.theirs, ensure_ascii=False) if outcome.theirs else None
        entry.save(update_fields=("state", "problems", "theirs"))
    with acting(by), collecting() as collected:
        detail = {"kind": entry.kind, "state": str(outcome.state), "sent_by": entry.sent_by_name}
        record("write", what=f"field_entry:{entry.pk}", person=entry.person, area=entry.area_code, detail=detail)
    notes.append(Noted(by, outcome.lines + collected.lines))
    return answer_of(entry)
