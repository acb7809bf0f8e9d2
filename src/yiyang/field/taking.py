"""Handing an entry to its kind, to the credit of whoever did it: all of it or nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from yiyang.access.scope import Scope, acting, platform
from yiyang.accounts.models import User
from yiyang.accounts.scopes import scope_of
from yiyang.audit.models import AuditLine
from yiyang.audit.record import collecting, flush
from yiyang.base.errors import UsageError, YiyangError
from yiyang.field import clock, files
from yiyang.field.kinds import Conflict, kind_of
from yiyang.field.models import Entry

log = structlog.get_logger("yiyang.field")
Problems = list[dict[str, str]]


@dataclass(frozen=True)
class Noted:
    """Audit lines of what somebody did, who is not who is logged in."""

    by: Scope
    lines: list[AuditLine]


def write(notes: list[Noted]) -> None:
    """Write lines under the name of whoever did it. At the end of all: the log admits one transaction at a time."""
    for each in notes:
        with acting(each.by), collecting() as collected:
            collected.lines += each.lines
            flush()


def told(error: Exception) -> Problems:
    """A problem in the words of the phone, all its lines."""
    if isinstance(error, YiyangError):
        return [{"zh": zh, "en": en} for zh, en in ((error.zh, error.en), *error.problems)]
    if isinstance(error, PermissionDenied):
        return [{"zh": "办理人没有这项权限，或老年人不在其负责的区域。", "en": "The doer may not do this there."}]
    return [{"zh": "记录编号无法辨认。", "en": "The entry's number cannot be read."}]


def doer(entry: Entry) -> Scope:
    """The scope of whoever did it, on the day on which he did it."""
    with acting(platform("外出办理回传")):
        user = User.objects.get(pk=entry.user_id)
        return scope_of(user, timezone.localtime(entry.done_at).date(), request=f"field:{entry.pk}")


@dataclass(frozen=True)
class Outcome:
    """What became of an entry; `theirs`: of a conflict, what stands; `lines`: what its kind noted, for `write`."""

    state: Entry.State
    problems: Problems = field(default_factory=list)
    theirs: dict[str, str] = field(default_factory=dict)
    lines: list[AuditLine] = field(default_factory=list)


def attempt(by: Scope, entry: Entry, *, method: str = "take") -> Outcome:
    """Hand an entry to its kind, all or nothing. Once taken, its files lie with the person's papers and only there.

    Args:
        by: the doer's scope.
        method: `take`, or `instead` of what stands.
    """
    try:
        kind, body = kind_of(entry.kind), body_of(str(entry.body))
        with acting(by), collecting() as collected, transaction.atomic():
            by.require(kind.right, entry.area_code)
            getattr(kind, method)(by, entry, clock.corrected(body, _right(entry)))
            entry.body = json.dumps(files.without_contents(body), ensure_ascii=False)
            entry.save(update_fields=("body",))
    except Conflict as conflict:
        return Outcome(Entry.State.CONFLICT, told(conflict), conflict.theirs)
    except (YiyangError, PermissionDenied) as error:
        return Outcome(Entry.State.REFUSED, told(error))
    except Exception:
        # A fault of ours must not hold up what else the phone brings, nor lose this: it is kept and can be tried again.
        log.exception("field entry failed", entry=str(entry.pk), kind=entry.kind)
        problem = {"zh": "平台处理出错，记录已留存，请联系主管。", "en": "The platform failed; the entry is kept."}
        return Outcome(Entry.State.REFUSED, [problem])
    return Outcome(Entry.State.TAKEN, lines=collected.lines)


def _right(entry: Entry) -> clock.Right:
    """Sets a time in an entry's body right."""
    off = timedelta(seconds=entry.clock_off)
    return lambda when: clock.within(when + off, entry.taken_out_at, entry.received_at)


def body_of(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise UsageError("内容无法辨认。", "The content is no JSON.") from error
    if not isinstance(found, dict):
        raise UsageError("内容无法辨认。", "The content is no JSON object.")
    return found
