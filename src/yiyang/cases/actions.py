"""The only code that writes cases: applied for, moved, objected to, rated.

The database checks each step against `cases_transition` and notes it; here it is asked who may take it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from yiyang.access.scope import Scope, acting, platform
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.cases import deciding, entitled, objecting, steps
from yiyang.cases.entitled import Entitled
from yiyang.cases.models import CLOSED, Appeal, Case, Decision, Paper, Rating, State, Transition
from yiyang.cases.moving import Moved, move_many
from yiyang.cases.numbers import new_number
from yiyang.notices import actions as notices
from yiyang.registry import documents
from yiyang.registry.models import Person

__all__ = ["Moved", "add_paper", "answer_appeal", "appeal", "apply", "move", "move_many", "rate"]
Json = dict[str, Any]
APPLICATION, AUTOMATIC = "application", "automatic"
RATED_FROM = (State.GRANTED, State.IN_EFFECT, State.SUSPENDED, State.REFUSED, State.ENDED)
PROPOSALS = ("change", "end", "look")
answer_appeal = objecting.answer


def apply(*, by: Scope, person: Person, item: str, channel: str, note: str = "", key: str = "") -> Case:
    """Apply for an item: a case that was found goes on, else one is opened.

    Args:
        channel: how it came, of `Case.Channel`.
        key: what the application is known by where it comes from; the same again gives the same case.

    Raises:
        UsageError: no such item, none that is applied for, or it is under way or received already.
        PermissionDenied: neither the person himself nor staff who may handle his cases.
    """
    with acting(by), transaction.atomic():
        if key and (there := Case.objects.filter(person=person, key=key).first()):
            return there
        _refuse_file(person)
        found = entitled.of(person, item)
        _require_handling(by, person, found.area_code)
        there = Case.objects.select_for_update().filter(person=person, item=item).exclude(state__in=CLOSED).first()
        if there is not None:
            return _go_on(by, there, note, key)
        return _open(by, person, found, channel, note, key)


def _refuse_file(person: Person) -> None:
    if person.alive == 0 or person.merged_into_id is not None:
        raise UsageError(
            "这份档案的老人已去世，或已并入另一份档案，不能申请。",
            "The file is of somebody dead, or was merged into another.",
        )


def _require_handling(by: Scope, person: Person, area: int) -> None:
    if by.citizen is not None and person.pk in by.persons:
        return
    if by.citizen is not None or not by.may("case.handle", area):
        raise PermissionDenied("case.handle")


def _go_on(by: Scope, case: Case, note: str, key: str) -> Case:
    """What applying means on a case that is there."""
    step = "agree" if case.process == AUTOMATIC else "apply"
    if case.state not in (State.FOUND, State.TOLD, State.AGREED) or (step == "agree" and case.state == State.AGREED):
        raise UsageError(
            f"这一项已经在办或在享（受理编号 {case.number}，{State(case.state).label}），不用再申请。",
            f"Case {case.number} of this item is {case.state}; there is nothing to apply for.",
        )
    moved = move(by=by, case=case, step=step, reason=note)
    if key:
        # No step: the person himself may not write it.
        with acting(platform("申请标识", by.request)):
            Case.objects.filter(pk=case.pk).update(key=key[:80])
    return moved


def _open(by: Scope, person: Person, found: Entitled, channel: str, note: str, key: str) -> Case:
    today = timezone.localdate()
    rule = Transition.objects.get(process=APPLICATION, slug="apply", from_state="")
    made = Case(
        number=new_number(found.area_code, today),
        person=person,
        item=found.item,
        list_area=found.list_area,
        process=APPLICATION,
        channel=channel,
        area_code=found.area_code,
        state=State.APPLIED,
        state_since=timezone.now(),
        due=today + timedelta(days=rule.days) if rule.days else None,
        fen=found.fen,
        every=found.every,
        effective_from=today.replace(day=1),
        key=key[:80],
    )
    try:
        with steps.taking("apply", why=note, detail={"channel": channel}):
            made.save(force_insert=True)
    except IntegrityError as error:
        raise UsageError(
            "这一项刚刚已有人申请，请刷新后查看。", "A case of this item was opened at the same moment; look again."
        ) from error
    record("decide", what=f"case:{made.pk}", person=person.pk, area=made.area_code, detail={"step": "apply"})
    return made


def move(
    *,
    by: Scope,
    case: Case,
    step: str,
    reason: str = "",
    expected: str = "",
    detail: Json | None = None,
) -> Case:
    """Take a step on a case.

    Args:
        expected: the state that the page showed.
        detail: what the step needs: `fen` (grant, change), `holds_from` as 2026-11-01 (decisions), `proposal`.

    Returns:
        The case as it stands now.

    Raises:
        UsageError: no such step from here, somebody was quicker, no reason, or he did another part of the case.
        PermissionDenied: he has no right to it there.
    """
    with acting(by), transaction.atomic():
        # Whoever comes second waits here, and then sees where the case stands.
        held = Case.objects.select_for_update().get(pk=case.pk)
        rule = steps.find(held, step, expected)
        steps.authorise(by, held, rule)
        steps.require_reason(rule, reason)
        take(by, held, rule, reason, detail or {})
    return held


def take(by: Scope, held: Case, rule: Transition, reason: str, detail: Json) -> Decision | None:
    """Take a step that was authorised, on a case whose row is locked; returns the decision if it makes one."""
    before, decision = held.fen, None
    holds_from = _apply(held, rule, detail)
    with steps.taking(rule.slug, why=reason, detail=detail):
        held.save()
    held.refresh_from_db()
    if rule.decides:
        decision = deciding.decide(by=by, case=held, rule=rule, holds_from=holds_from, reason=reason, fen_before=before)
    if rule.to_state == State.SUPPLEMENTING:
        _tell_lacking(held, reason)
    said = {"step": rule.slug, "from": rule.from_state, "to": rule.to_state}
    record("decide", what=f"case:{held.pk}", person=held.person_id, area=held.area_code, reason=reason, detail=said)
    return decision


def _apply(case: Case, rule: Transition, detail: Json) -> date:
    """Set what a step changes beside the state; returns the day from which it holds."""
    case.state = rule.to_state
    if rule.slug == "propose":
        _propose(case, detail)
    elif rule.slug == "start":
        _refuse_too_early(case)
    elif rule.decides == Decision.Kind.GRANT:
        case.fen = _fen(detail, case.fen)
        case.effective_from = _day(detail) or case.effective_from or timezone.localdate().replace(day=1)
        return case.effective_from
    elif rule.decides == Decision.Kind.CHANGE:
        case.fen = _fen(detail, case.fen_proposed)
    elif rule.decides == Decision.Kind.END:
        case.ended_on = _day(detail) or case.proposed_from or timezone.localdate()
    elif rule.decides == Decision.Kind.RESUME:
        case.ended_on = None
    holds_from = case.ended_on or _day(detail) or case.proposed_from or timezone.localdate()
    if rule.decides or rule.slug == "keep":
        case.proposal, case.fen_proposed, case.proposed_from = "", None, None
    return holds_from


def _propose(case: Case, detail: Json) -> None:
    proposal = detail.get("proposal", "")
    if proposal not in PROPOSALS:
        raise UsageError("请选择拟办事项：调整、终止或了解情况。", "A proposal is change, end or look.")
    case.proposal = proposal
    case.fen_proposed = _fen(detail, None) if proposal == "change" else None


def _refuse_too_early(case: Case) -> None:
    if case.effective_from and case.effective_from > timezone.localdate():
        raise UsageError(
            f"享受起始日是 {case.effective_from}，到那天自动开始。", f"It begins by itself on {case.effective_from}."
        )


def _fen(detail: Json, otherwise: int | None) -> int:
    found = detail.get("fen", otherwise)
    if not isinstance(found, int) or not 0 <= found < 10**13:
        raise UsageError("请填写标准（金额）。", "The amount is missing, or no amount of fen.")
    return found


def _day(detail: Json) -> date | None:
    said = detail.get("holds_from", "")
    try:
        return date.fromisoformat(said) if said else None
    except (TypeError, ValueError) as error:
        raise UsageError("起始日不是日期。", "holds_from is no day as 2026-11-01.") from error


def _tell_lacking(case: Case, needed: str) -> None:
    data = {"item": case.item, "list_area": case.list_area, "needed": needed[:120]}
    data |= {"until": case.due.isoformat()} if case.due else {}
    about = f"cases_case:{case.pk}:{case.state_since:%Y%m%d%H%M%S}"
    notices.tell(
        by=platform("补正告知"),
        person=case.person_id,
        area=case.area_code,
        template="supplement",
        about=about,
        data=data,
    )


def appeal(*, by: Scope, case: Case, reason: str, channel: str, decision: Decision | None = None) -> Appeal:
    """Object to the case's last decision, or to the one named. Errors as of `objecting.raise_one`."""
    return objecting.raise_one(by=by, case=case, reason=reason, channel=channel, decision=decision)


def rate(*, by: Scope, case: Case, stars: int, words: str = "", channel: str) -> Rating:
    """好差评 of a decided case; said again it replaces what was said.

    Raises:
        UsageError: not one to five, or nothing is decided yet. PermissionDenied: not his case.
    """
    require_near(by, case)
    if stars not in range(1, 6):
        raise UsageError("请选择一到五星。", "A rating has one to five stars.")
    if case.state not in RATED_FROM:
        raise UsageError("办结以后再评价。", "A case is rated when it is decided.")
    with acting(by), transaction.atomic():
        given = {"stars": stars, "words": words.strip()[:400], "channel": channel}
        made, _ = Rating.objects.update_or_create(case=case, defaults=given)
        record("write", what=f"case:{case.pk}", person=case.person_id, area=case.area_code, detail={"stars": stars})
    return made


def answer_rating(*, by: Scope, rating: Rating, words: str) -> None:
    """Answer a rating. Raises UsageError without words, PermissionDenied where he does not handle the case."""
    by.require("case.handle", rating.case.area_code)
    if not words.strip():
        raise UsageError("请填写回复。", "An answer has words.")
    with acting(by), transaction.atomic():
        given = {"answer": words.strip()[:400], "answered_by_name": by.name, "answered_at": timezone.now()}
        Rating.objects.filter(pk=rating.pk).update(**given)
        record("write", what=f"case:{rating.case_id}", area=rating.case.area_code, detail={"act": "answered rating"})


def add_paper(*, by: Scope, case: Case, kind: str, blocks: Iterable[bytes]) -> Paper:
    """Hand in a paper for a case. Errors: as of `documents.keep`; PermissionDenied: not his case."""
    require_near(by, case)
    with acting(by), transaction.atomic():
        person = Person.objects.get(pk=case.person_id)
        document = documents.keep(by=by, person=person, title=kind, blocks=blocks)
        made: Paper = Paper.objects.create(case=case, document=document, kind=kind.strip()[:40])
    return made


def require_near(by: Scope, case: Case) -> None:
    """Raises PermissionDenied for anybody but the person, who acts for him, and staff who meet people there."""
    if case.person_id in by.persons:
        return
    if by.citizen is not None or not (by.may("case.tell", case.area_code) or by.may("case.handle", case.area_code)):
        raise PermissionDenied("case.tell")
