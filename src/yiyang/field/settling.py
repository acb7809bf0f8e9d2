"""What came in twice or could not be taken: another than who did it decides; nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from yiyang.access.scope import Scope, acting
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.field.kinds import UNKNOWN, Piece, Replacing, kind_of, kinds, settled_by
from yiyang.field.models import Entry
from yiyang.field.taking import Noted, attempt, body_of, doer, write

# How it may be decided; what it means stands on the page.
FIRST, SECOND, BOTH, TAKE = "first", "second", "both", "take"
WORDS = {
    FIRST: "以先到的记录为准，后到的留存",
    SECOND: "以后到的记录为准，先到的留存",
    BOTH: "两份都留存，先到的有效",
    TAKE: "核实后入库",
}
OPEN = (Entry.State.CONFLICT, Entry.State.REFUSED)


def looked_after(scope: Scope, right: str = "") -> QuerySet[Entry]:
    """What came home of the kinds that somebody looks after, where he does; `right`: by this right only."""
    mine = Q(pk__in=[])
    for key, kind in kinds().items():
        by = settled_by(kind)
        if right in ("", by):
            mine |= Q(kind__in=(key, UNKNOWN)) & scope.where(by).q("area_code")
    found: QuerySet[Entry] = Entry.objects.filter(mine)
    return found


def waiting(scope: Scope, right: str = "") -> QuerySet[Entry]:
    """What waits for a decision of somebody."""
    return looked_after(scope, right).filter(state__in=OPEN)


def choices(entry: Entry) -> Iterator[tuple[str, str]]:
    """How an entry may be decided, with words."""
    if entry.state == Entry.State.REFUSED:
        yield TAKE, WORDS[TAKE]
        yield FIRST, "不入库，留存备查"
    elif entry.state == Entry.State.CONFLICT:
        yield FIRST, WORDS[FIRST]
        if isinstance(kind_of(entry.kind), Replacing):
            yield SECOND, WORDS[SECOND]
        yield BOTH, WORDS[BOTH]


def pieces(by: Scope, entry: Entry) -> dict[str, tuple[str, Piece]]:
    """What an entry of unknown kind may have been: the pieces of work that its doer still has, where `by` decides.

    Returns:
        "kind:piece" → kind and piece.
    """
    if entry.kind != UNKNOWN:
        return {}
    of, on = doer(entry), timezone.localdate()
    found: dict[str, tuple[str, Piece]] = {}
    for key, kind in kinds().items():
        with acting(of):
            there = kind.pack(of, on) if of.may(kind.right) else []
        found |= {f"{key}:{each.id}": (key, each) for each in there if by.may(settled_by(kind), each.area)}
    return found


def settle(*, by: Scope, entry: Entry, how: str, words: str, piece: str = "") -> Entry:
    """Decide about an entry.

    Args:
        how: one of `choices`.
        words: why, at most 400 characters.
        piece: of an entry of unknown kind that is taken in, which piece of work it was: a key of `pieces`.

    Raises:
        PermissionDenied: who decides lacks the right there.
        UsageError: decided already, no reason, the doer himself, not said which piece, or it still cannot be taken.
    """
    if not looked_after(by).filter(pk=entry.pk).exists():
        raise PermissionDenied("field.settle")
    if by.user == entry.user_id:
        raise UsageError("本人办理的记录请由他人处理。", "Somebody else than the doer decides.")
    if not words.strip():
        raise UsageError("请说明理由。", "Say why.")
    with transaction.atomic():
        found: Entry = Entry.objects.select_for_update().get(pk=entry.pk)
        if found.state not in OPEN or how not in dict(choices(found)):
            raise UsageError("这条记录已有人处理。", "It has been decided already.")
        said = dict(choices(found))[how]
        if how == TAKE and found.kind == UNKNOWN:
            _name(by, found, piece)
        if how in (SECOND, TAKE):
            _take(found, "instead" if how == SECOND else "take")
        found.state, found.settled_by_name, found.settled_at = Entry.State.SETTLED, by.name[:150], timezone.now()
        found.settled_how = f"{said}：{words.strip()}"[:400]
        found.save(update_fields=("state", "settled_by_name", "settled_at", "settled_how"))
    detail = {"how": how}
    record("write", what=f"field_entry:{entry.pk}", person=entry.person, area=entry.area_code, detail=detail)
    return found


def _name(by: Scope, entry: Entry, piece: str) -> None:
    """Say which piece of work an entry was about. Raises UsageError where that is none of its doer's."""
    there = pieces(by, entry).get(piece)
    if there is None:
        raise UsageError("请选择这条记录办的是哪一件。", "Choose which piece of work it was.")
    kind, what = there
    entry.kind, entry.about, entry.person, entry.area_code = kind, what.id, what.person, what.area
    entry.save(update_fields=("kind", "about", "person", "area_code"))


def _take(entry: Entry, method: str) -> None:
    """Take it in after all, to the credit of whoever did it. Raises UsageError where it still cannot be."""
    by = doer(entry)
    outcome = attempt(by, entry, method=method)
    write([Noted(by, outcome.lines)])
    if outcome.state != Entry.State.TAKEN:
        lines = [(each["zh"], each["en"]) for each in outcome.problems]
        raise UsageError(f"仍然不能入库：{lines[0][0]}", f"It still cannot be taken: {lines[0][1]}", lines[1:])


def mine_of(entry: Entry) -> dict[str, str]:
    """What somebody answered, as his phone showed it to him: question → words. Raises UsageError."""
    body = body_of(str(entry.body))
    said = body.get("said")
    if isinstance(said, list):
        return {str(line[0]): str(line[1]) for line in said if isinstance(line, list) and len(line) == 2}
    answers = body.get("answers")
    return {key: str(each) for key, each in answers.items()} if isinstance(answers, dict) else {}
