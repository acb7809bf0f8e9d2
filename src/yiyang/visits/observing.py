"""What a visit found out beside: facts that are otherwise, facts that were unknown, and what somebody wishes.

A visitor says what he saw; a clerk confirms it, and then the registry knows it (unless policy says `direct`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from yiyang.access.scope import Scope, acting, platform
from yiyang.assessment import actions as assessments
from yiyang.assessment.models import Request
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.catalog.facts import load_facts
from yiyang.entitlement import months, unknown_actions
from yiyang.entitlement.models import Unknown
from yiyang.registry import corrections, stating
from yiyang.registry.models import Person
from yiyang.registry.reach import reaches, require
from yiyang.visits import form
from yiyang.visits.models import Observation, Report, Wish
from yiyang.visits.policy import load_visits

REGISTER = "visit_observations"
SAME = "same"
ASSESSMENT, INSTRUMENT = "assessment", "gbt_42195_2022"
State = Observation.State


def unknowns_of(people: Iterable[int]) -> dict[int, list[str]]:
    """Facts that a visitor may ask of each person, because an entitlement hangs on them; what is worth most first."""
    asked = Unknown.objects.filter(
        person__in=list(people), fact__in=load_visits().asks.facts, state=Unknown.State.OPEN
    ).order_by("-year_fen", "-items")
    found: defaultdict[int, list[str]] = defaultdict(list)
    for person, fact in months.current(asked).values_list("person", "fact"):
        found[person].append(fact)
    return dict(found)


def note(by: Scope, report: Report, person: Person, answers: Mapping[str, Any]) -> None:
    """Keep what a report says beside; in the caller's transaction and under his scope."""
    policy, book = load_visits(), load_facts()
    for name in policy.observed:
        question = policy.questions.get(name)
        said = answers.get(name) if question and question.fact == name else None
        if said is not None and said != SAME:
            _observe(by, report, person, name, form.stored(book[name], said))
    for name in policy.asks.facts:
        said = answers.get(name)
        value = form.stored(book[name], said) if said not in (None, SAME, form.NOT_SAID) else None
        if value is not None:
            _answer_unknown(by, person, name, value)
    for each in form.followed(policy, answers):
        if each.option.wish:
            _wish(by, report, person, each.option.wish, each.option.text)


def _observe(by: Scope, report: Report, person: Person, fact: str, value: int | None) -> None:
    stated = corrections.person_value(person, load_facts()[fact])
    if value is None or value == stated:
        return
    waiting = {"person": person, "fact": fact, "state": State.WAITING}
    Observation.objects.filter(**waiting).update(
        state=State.REFUSED, words="后来的探访另有所见", decided_at=timezone.now()
    )
    made = Observation.objects.create(
        report=report, person=person, area_code=person.area_code, fact=fact, stated=stated, value=value,
        seen_on=timezone.localdate(report.ended_at),
    )  # fmt: skip
    if load_visits().observed[fact] == "direct":
        _state(platform("探访所见"), made, "按规定直接入库")


def _answer_unknown(by: Scope, person: Person, fact: str, value: int) -> None:
    rows = months.current(Unknown.objects.filter(person=person.pk, fact=fact, state=Unknown.State.OPEN))
    unknown = rows.first() if reaches(by, "case.tell", person) else None
    if unknown is not None:
        unknown_actions.note_answer(by=by, unknown=unknown, person=person, value=value, note="探访时问到")


def _wish(by: Scope, report: Report, person: Person, kind: str, words: str) -> None:
    """One open wish of a kind; said again it is the same one. An assessment is asked for at once."""
    with transaction.atomic():
        given = {"report": report, "area_code": person.area_code, "words": words[:100]}
        wish, is_new = Wish.objects.get_or_create(person=person, kind=kind, state=Wish.State.OPEN, defaults=given)
    if is_new and kind == ASSESSMENT and by.may("assessment.request", person.area_code):
        _ask(by, wish, person)


def _ask(by: Scope, wish: Wish, person: Person) -> None:
    """Where none can be asked for (a result is valid, one is on its way) the wish says why and waits for a clerk."""
    try:
        with transaction.atomic():
            made = assessments.ask(
                by=by, person=person, instrument=INSTRUMENT, channel=Request.Channel.TOWNSHIP, reason="探访时提出"
            )
    except UsageError as problem:
        Wish.objects.filter(pk=wish.pk).update(outcome=problem.zh[:400])
        return
    done = {"state": Wish.State.DONE, "outcome": f"评估申请 {made.number}", "done_by_name": by.name}
    Wish.objects.filter(pk=wish.pk).update(**done, done_at=timezone.now())


def confirm(*, by: Scope, observation: Observation, words: str = "") -> Observation:
    """A clerk takes what a visitor saw: the registry states it at once.

    Where a register says otherwise, it is the clerk's correction, which goes before every register; where nothing was
    known, it is stated in the visits' own register.

    Raises:
        UsageError: settled already, or as of the registry. PermissionDenied.
    """
    require(by, "person.correct", observation.person)
    return _state(by, observation, words)


def _state(by: Scope, observation: Observation, words: str) -> Observation:
    person, reason = observation.person, words.strip() or f"{observation.seen_on} 探访所见"
    with transaction.atomic():
        _settle(by, observation, State.CONFIRMED, words)
        fact = load_facts()[observation.fact]
        if corrections.person_value(person, fact) is None or by.is_self:
            made = stating.state(
                by=by, register=REGISTER, person=person, facts={fact.name: observation.value},
                valid_from=observation.seen_on, title=f"探访记录 {observation.report_id}", reason=reason,
            )  # fmt: skip
            observation.delivery = made.pk
            Observation.objects.filter(pk=observation.pk).update(delivery=made.pk)
        else:
            corrections.correct(
                by=by, person=person, fact=fact.name, value=observation.value, valid_from=observation.seen_on,
                reason=reason,
            )  # fmt: skip
        with acting(platform(by.name[:150], by.request)):
            known = Unknown.objects.filter(person=person.pk, fact=fact.name).exclude(state=Unknown.State.SETTLED)
            known.update(state=Unknown.State.SETTLED, settled_by_name=by.name, settled_at=timezone.now())
    observation.refresh_from_db()
    return observation


def refuse(*, by: Scope, observation: Observation, words: str) -> Observation:
    """A clerk does not take it, and says why. Raises UsageError, PermissionDenied."""
    require(by, "person.correct", observation.person)
    if not words.strip():
        raise UsageError("不采用须写明理由。", "Refusing needs a reason.")
    with transaction.atomic():
        _settle(by, observation, State.REFUSED, words)
    observation.refresh_from_db()
    return observation


def _settle(by: Scope, observation: Observation, state: str, words: str) -> None:
    given = {"decided_by_name": by.name, "decided_at": timezone.now(), "words": words.strip()[:400]}
    with acting(by):
        if not Observation.objects.filter(pk=observation.pk, state=State.WAITING).update(state=state, **given):
            raise UsageError("这一条已经处理。", "It has been settled already.")
    person = observation.person
    detail = {"fact": observation.fact, "state": str(state)}
    record("decide", what=f"observation:{observation.pk}", person=person.pk, area=person.area_code, detail=detail)


def settle_wish(*, by: Scope, wish: Wish, outcome: str) -> None:
    """Note what became of a wish. Raises UsageError without words or where it is done; PermissionDenied."""
    if not (by.may("case.handle", wish.area_code) or by.may("visit.plan", wish.area_code)):
        raise PermissionDenied("case.handle")
    if not outcome.strip():
        raise UsageError("请写明怎样办的。", "Say what was done.")
    with acting(by), transaction.atomic():
        given = {"state": Wish.State.DONE, "outcome": outcome.strip()[:400], "done_by_name": by.name}
        if not Wish.objects.filter(pk=wish.pk, state=Wish.State.OPEN).update(**given, done_at=timezone.now()):
            raise UsageError("这一条已经办过。", "It is done already.")
        record("write", what=f"wish:{wish.pk}", person=wish.person_id, area=wish.area_code, detail={"act": "done"})
