"""A clerk's answers to what linkage asks: the same person, another one, somebody new, later; and undoing them.

Each answer is one transaction and one line of the log. Of two clerks who answer at once the second is told.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import Scope
from yiyang.access.secrets import unseal
from yiyang.audit.record import record
from yiyang.engine.facts import as_int
from yiyang.registry import refresh, store, unidentified
from yiyang.registry.fields import OPEN
from yiyang.registry.linking import ROW_LABEL
from yiyang.registry.merging import CannotMerge, elevated, hold_registry, merge, resolve, unmerge, which_stays
from yiyang.registry.models import Delivery, LinkedRow, Person, PossibleDouble, QuarantineLine, Statement

State = PossibleDouble.State


def questions(scope: Scope) -> QuerySet[PossibleDouble]:
    """The questions somebody may answer: he must be able to see both sides."""
    where = scope.where("link.judge")
    seen = Person.objects.filter(where.q("area_code", "registered_code"))
    # Exists, not IN: few questions are looked up among a million people, not the other way round.
    mine = Q(Exists(seen.filter(pk=OuterRef("person_id"))))
    pair = Q(other__isnull=False) & Q(Exists(seen.filter(pk=OuterRef("other_id"))))
    row = Q(other__isnull=True, row_key__isnull=False) & where.q("other_area_code")
    return PossibleDouble.objects.filter(mine & (pair | row))


def words_of(question: PossibleDouble) -> dict[str, Any]:
    """What a row without an id number tells of the person, opened: id_number, phone, address (plain, for masking)."""
    sealed = question.row.get("sealed")
    opened: dict[str, Any] = json.loads(unseal(bytes.fromhex(sealed), ROW_LABEL)) if sealed else {}
    return opened


def same(*, by: Scope, question: PossibleDouble, reason: str = "", stays: int | None = None) -> None:
    """It is the same person: two files become one, or the row is this person's from now on.

    Args:
        stays: of two files the one whose id number and key remain; None = `merging.which_stays`.

    Raises:
        CannotMerge: somebody answered already, a file is part of another one, a delivery is going in.
        PermissionDenied: one side lies beyond his area.
    """
    _require(by, question)
    with transaction.atomic(), elevated(by):
        hold_registry()
        _answer(by, question, State.SAME, reason)
        if question.row_key is not None:
            undo = _take_row(question)
        else:
            assert question.person is not None
            assert question.other is not None
            kept = question.other if stays == question.other_id else question.person
            kept = kept if stays else which_stays(question.person, question.other)
            gone = question.other if kept.pk == question.person_id else question.person
            undo = merge(by=by, stays=kept, goes=gone)
        PossibleDouble.objects.filter(pk=question.pk).update(undo=undo)
    question.refresh_from_db()


def different(*, by: Scope, question: PossibleDouble, reason: str = "") -> None:
    """They are two persons. It is not asked again."""
    _require(by, question)
    with transaction.atomic(), elevated(by):
        _answer(by, question, State.DIFFERENT, reason)


def later(*, by: Scope, question: PossibleDouble, reason: str = "") -> None:
    """Put it off: it goes to the end of the queue."""
    _require(by, question)
    with elevated(by):
        moved = PossibleDouble.objects.filter(pk=question.pk, state=State.OPEN).update(
            judged_at=timezone.now(), judged_by_name=by.name, reason=reason.strip()[:400]
        )
    _told(moved, question)
    _record(by, question, "later", reason)


def somebody_new(*, by: Scope, question: PossibleDouble, reason: str = "") -> Person:
    """The row is about somebody whom no file is about: opens one without an id number, its key made of the row's.

    Raises:
        CannotMerge: it is no row, or somebody answered already.
    """
    _require(by, question)
    if question.row_key is None:
        raise CannotMerge("只有无证件号的行才能新建档案。", "Only a row without an id number opens a file.")
    with transaction.atomic(), elevated(by):
        hold_registry()
        _answer(by, question, State.DIFFERENT, reason or "另建档案")
        person = _open_file(question)
        link = PossibleDouble.objects.create(
            person=person, register=question.register, row_key=question.row_key, row=question.row,
            delivery_id=question.delivery_id, area_code=person.area_code, other_area_code=question.other_area_code,
            probability=1.0, state=State.SAME, judged_by_name=by.name, judged_at=timezone.now(), reason="另建档案",
        )  # fmt: skip
        undo = _take_row(link)
        PossibleDouble.objects.filter(pk=link.pk).update(undo={**undo, "opened": person.pk})
    return person


def _open_file(question: PossibleDouble) -> Person:
    assert question.row_key is not None
    row, key = question.row, unidentified.person_of_row(question.row_key)
    pinyin, initials = refresh.spelled(row["name"])
    area = question.other_area_code
    person, _ = Person.objects.get_or_create(
        pk=key,
        defaults={
            "name": row["name"], "pinyin": pinyin, "initials": initials, "sex": row.get("sex"),
            "birth_date": row.get("birth"), "alive": 1, "area_code": area, "registered_code": NO_AREA, "month": "",
            "phone": words_of(question).get("phone"), "address": words_of(question).get("address"),
        },
    )  # fmt: skip
    return person


def undo(*, by: Scope, question: PossibleDouble, reason: str) -> None:
    """Take an answer back: the files are two again, or the row is nobody's; what rested on the answer goes with it.

    Raises:
        CannotMerge: there is nothing to undo, or no reason.
    """
    _require(by, question)
    if not reason.strip():
        raise CannotMerge("撤销须写明理由。", "Undoing needs a reason.")
    with transaction.atomic(), elevated(by):
        hold_registry()
        question = PossibleDouble.objects.select_for_update().get(pk=question.pk)
        if question.state not in (State.SAME, State.DIFFERENT) or question.is_moot:
            raise CannotMerge("没有可以撤销的判定。", "There is nothing to undo.")
        was, kept = question.state, question.undo
        # An automatic link that was wrong is never made again; a clerk's own answer is asked anew.
        question.state = State.UNDONE if question.is_automatic else State.OPEN
        question.undo, question.judged_at, question.judged_by_name, question.reason = {}, None, "", ""
        question.save()
        if was == State.SAME and question.row_key is not None:
            _give_row_back(question, kept)
        elif was == State.SAME:
            unmerge(kept)
        _record(by, question, "undo", reason)


def _require(by: Scope, question: PossibleDouble) -> None:
    """He must see both sides: whoever sees one only would learn of the other."""
    codes = [question.area_code, question.other_area_code]
    if not by.is_self and not questions(by).filter(pk=question.pk).exists():
        for code in codes:
            by.require("link.judge", code)
        by.require("link.judge", NO_AREA)


def _answer(by: Scope, question: PossibleDouble, state: str, reason: str) -> None:
    """Compare and swap."""
    moved = PossibleDouble.objects.filter(pk=question.pk, state=State.OPEN).update(
        state=state, judged_by_name=by.name, judged_at=timezone.now(), reason=reason.strip()[:400]
    )
    _told(moved, question)
    question.refresh_from_db()
    _record(by, question, state, reason)


def _told(moved: int, question: PossibleDouble) -> None:
    if not moved:
        now = PossibleDouble.objects.get(pk=question.pk)
        raise CannotMerge(
            f"{now.judged_by_name or '系统'}已判定为“{now.get_state_display()}”。",
            f"{now.judged_by_name or 'the platform'} has answered: {now.state}.",
        )


def _record(by: Scope, question: PossibleDouble, answer: str, reason: str) -> None:
    record(
        "decide", what=f"double:{question.pk}", person=question.person_id, area=question.area_code, reason=reason,
        detail={"answer": answer, "automatic": question.is_automatic, "other": question.other_id},
    )  # fmt: skip


def _take_row(question: PossibleDouble) -> dict[str, Any]:
    """The row's statements become the person's, if its delivery is the newest; the other candidates are not he."""
    rest = PossibleDouble.objects.filter(register=question.register, row_key=question.row_key, state=State.OPEN)
    others = list(rest.exclude(pk=question.pk).values_list("pk", flat=True))
    rest.filter(pk__in=others).update(
        state=State.DIFFERENT, judged_by_name=question.judged_by_name, judged_at=timezone.now(), reason="已判定为另一人"
    )
    lines = _mended_lines(question)
    if question.row.get("states") and _is_newest(question.delivery):
        _state(question)
        resolve(_holder(question.person))
    return {"others": others, "lines": lines}


def _holder(person: Person | None) -> Person:
    assert person is not None
    return person.merged_into or person


def _mended_lines(question: PossibleDouble) -> list[dict[str, Any]]:
    """The row's fault is no longer one; kept, should the answer be taken back."""
    found = QuarantineLine.objects.filter(delivery=question.delivery, source_row=question.row.get("source_row"))
    lines: list[Any] = list(found.values("delivery_id", "source_row", "field", "value", "reason", "remedy"))
    found.delete()
    return lines


def _is_newest(delivery: Delivery | None) -> bool:
    """Whether what a delivery stated is what its register states now."""
    if delivery is None or delivery.state != Delivery.State.ACCEPTED:
        return False
    series = Delivery.objects.filter(register=delivery.register, area_code=delivery.area_code)
    return not series.filter(order__gt=delivery.order or 0, state=Delivery.State.ACCEPTED).exists()


def _state(question: Any) -> None:
    today = max(as_int(timezone.localdate()), as_int(question.delivery.known))
    for stated in question.row["states"]:
        values = {name: value for name, value in stated["values"].items() if value is not None}
        Statement.objects.create(
            register=question.register, person=question.person_id, valid_from=stated["valid_from"],
            valid_to=stated["valid_to"], known_from=today, known_to=OPEN, source_file=question.row["source_file"],
            source_row=stated["source_row"], row_hash=stated["row_hash"], state=0, values=values,
            opened=question.delivery,
        )  # fmt: skip
        LinkedRow.objects.create(
            delivery=question.delivery, register=question.register, row_key=question.row_key,
            source_row=stated["source_row"],
        )  # fmt: skip


def _give_row_back(question: PossibleDouble, kept: dict[str, Any]) -> None:
    """End belief in every statement that came in through the answer, in this delivery and later ones."""
    today = as_int(timezone.localdate())
    store.execute(END, [today, question.person_id, question.register, question.row_key])
    LinkedRow.objects.filter(register=question.register, row_key=question.row_key or 0).delete()
    candidates = PossibleDouble.objects.filter(pk__in=kept.get("others", []), state=State.DIFFERENT)
    candidates.update(state=State.OPEN, judged_by_name="", judged_at=None, reason="")
    QuarantineLine.objects.bulk_create([QuarantineLine(**line) for line in kept.get("lines", [])])
    resolve(_holder(question.person))


# A statement is known by its delivery's file and row; ended ones carry those of the row they end.
END = f"""
UPDATE registry_statement AS s SET known_to = greatest(s.known_from, %s)
WHERE s.person = %s AND s.register = %s AND s.known_to = {OPEN} AND EXISTS (
    SELECT 1 FROM registry_linkedrow AS l JOIN registry_delivery AS d ON d.id = l.delivery_id
    WHERE l.register = s.register AND l.row_key = %s AND l.source_row = s.source_row
      AND s.source_file = d.month || '/' || split_part(d.file, '/', -1))
"""
