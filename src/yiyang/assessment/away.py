"""Assessments without network: what an assessor takes along, and what he brings home (`field.kinds`).

A piece is either a form to fill in (its id is the request's) or one to sign (`<request>-sign-<form>`): the second
assessor signs by an entry of his own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone

from yiyang.access.scope import Scope, acting
from yiyang.areas import logic as areas
from yiyang.assessment import asking, filling, in_words, scales, steps
from yiyang.assessment.filling import FilledAlready
from yiyang.assessment.instrument import Instrument
from yiyang.assessment.models import Form, Request, Signature
from yiyang.base.errors import UsageError
from yiyang.field.kinds import Conflict, Piece
from yiyang.field.models import Entry
from yiyang.registry.people_list import age

State = Request.State
MOST = 190
# The last question of a form: his signature under it. No item of a scale has such a code.
SIGNED = "signed_here"
YES, NO = "yes", "no"


@dataclass(frozen=True)
class About:
    """What a piece is about: a request, and the form to sign if it is not to fill in."""

    request: int
    form: int | None

    @classmethod
    def of(cls, text: str) -> About:
        """From a piece's id. Raises UsageError."""
        request, _, form = text.partition("-sign-")
        if not request.isdigit() or not (form.isdigit() or not form) or len(text) > 40:
            raise UsageError("认不出这是哪一件评估。", "It does not say which assessment.")
        return cls(int(request), int(form) if form else None)


class Assessing:
    """Assessments as work away from the desk."""

    right: ClassVar[str] = "assessment.do"
    title: ClassVar[str] = "能力评估"

    def pack(self, scope: Scope, on: date) -> list[Piece]:
        """His own of a day, what he still owes from before, and what waits for his signature."""
        with acting(scope):
            mine = Request.objects.filter(Q(lead__user=scope.user) | Q(second__user=scope.user))
            to_fill = Q(state__in=(State.PLANNED, State.RETURNED), appointed__date__lte=on)
            rows = mine.filter(to_fill | Q(state=State.FILLED)).select_related("person", "lead__user", "second__user")
            found = [self._piece(row, scope) for row in rows.order_by("appointed", "pk")[:MOST]]
        return [piece for piece in found if piece is not None]

    def _piece(self, request: Request, scope: Scope) -> Piece | None:
        if request.state != State.FILLED:
            empty = asking.form_of(scales.current(request.instrument, timezone.localdate()))
            whole = empty | {"sections": [*empty["sections"], _signing()]}
            return _made(request, str(request.pk), f"{empty['version']}.{request.state_since:%Y%m%d%H%M%S}", whole)
        form = Form.objects.select_related("request").get(request=request, is_current=True)
        if Signature.objects.filter(form=form, assessor__user=scope.user).exists():
            return None
        return _made(request, f"{request.pk}-sign-{form.pk}", form.sha256[:16], _to_sign(form))

    def take(self, scope: Scope, entry: Entry, body: dict[str, Any]) -> None:
        """Keep the form and the doer's signature, or his signature under the other's form.

        Raises:
            Conflict: it was given to others meanwhile, called off, or filled in by another; theirs beside it.
            UsageError: items are missing or impossible, each named.
        """
        about = About.of(entry.about)
        request = _request(about)
        try:
            if about.form is None:
                _fill(scope, request, entry, body)
            else:
                _sign(scope, request, about.form, body)
        except PermissionDenied as error:
            if {scope.user} & {each.user_id for each in (request.lead, request.second) if each}:
                raise
            raise Conflict(
                "这次评估已经改由别人办理。",
                "Others were charged with it meanwhile.",
                theirs=_theirs(request, None, {}),
            ) from error
        except FilledAlready as error:
            _raise_unless_same(scope, request, error, body)
        except steps.MovedOn as error:
            raise Conflict(error.zh, error.en, theirs=_theirs(request, None, {})) from error

    def instead(self, scope: Scope, entry: Entry, body: dict[str, Any]) -> None:
        """Put his form in the place of the one that stands, which stays known and is no longer the current one.

        Raises:
            UsageError: a result was issued already: there is objecting to it.
        """
        request = _request(About.of(entry.about))
        with steps.elevated(scope):
            there = steps.held(request, State.PLANNED, State.FILLED, State.SIGNED, State.RETURNED)
            if there.state in (State.FILLED, State.SIGNED):
                steps.move(there, State.RETURNED, "外出记录有冲突，以另一份为准")
        _fill(scope, request, entry, body)


def _request(about: About) -> Request:
    found: Request | None = (
        Request.objects.filter(pk=about.request).select_related("person", "lead__user", "second__user").first()
    )
    if found is None:
        raise UsageError("这次评估不在您的范围内。", "The assessment is not within your scope.")
    return found


def _fill(scope: Scope, request: Request, entry: Entry, body: Mapping[str, Any]) -> None:
    answers = dict(_answers(body))
    signs = answers.pop(SIGNED, NO) == YES
    made = filling.file_form(
        by=scope,
        request=request,
        answers=answers,
        began_at=_moment(body, "began_at"),
        ended_at=_moment(body, "ended_at"),
        entry=entry.pk,
    )
    if signs:
        filling.sign(by=scope, form=made, at=_moment(body, "ended_at"))


def _sign(scope: Scope, request: Request, form: int, body: Mapping[str, Any]) -> None:
    there = Form.objects.select_related("request").filter(pk=form, request=request).first()
    if there is None:
        raise UsageError("没有这份评估表。", "There is no such form.")
    if _answers(body).get(SIGNED) == YES:
        filling.sign(by=scope, form=there, at=_moment(body, "ended_at"))
        return
    filling.withdraw(by=scope, form=there, reason=str(_answers(body).get("why", "")))


def _raise_unless_same(scope: Scope, request: Request, error: FilledAlready, body: Mapping[str, Any]) -> None:
    """Two who filled in the very same are of one mind: the second one's form is his signature."""
    mine, there = dict(_answers(body)), error.form
    signs = mine.pop(SIGNED, NO) == YES
    scale = scales.version_of(request.instrument, there.version) if there else None
    if there is not None and scale is not None:
        tidy = scales.tidy(scale, mine)
        if tidy == filling.answers_of(there) and signs:
            filling.sign(by=scope, form=there, at=_moment(body, "ended_at"))
            return
        mine = tidy
    raise Conflict(error.zh, error.en, theirs=_theirs(request, there, mine, scale)) from error


def _theirs(
    request: Request, form: Form | None, mine: Mapping[str, str], scale: Instrument | None = None
) -> dict[str, str]:
    """What stands, beside mine: who, when, and the items on which the two forms differ."""
    request.refresh_from_db()
    pair = "、".join(each.user.name for each in (request.lead, request.second) if each)
    found = {"现在的状态": request.get_state_display(), "评估人员": pair or "还没有安排"}
    if form is None or scale is None:
        return found
    found |= {"填写人": form.filled_by.user.name, "完成时间": f"{timezone.localtime(form.ended_at):%Y-%m-%d %H:%M}"}
    said = filling.answers_of(form)
    differs = [code for code in scale.items if said.get(code) != mine.get(code)]
    return found | {scale.items[code].name: scale.items[code].by_value[said[code]].text for code in differs}


def _answers(body: Mapping[str, Any]) -> Mapping[str, Any]:
    found = body.get("answers")
    if not isinstance(found, Mapping):
        raise UsageError("没有评估内容。", "There are no answers.")
    return found


def _moment(body: Mapping[str, Any], name: str) -> datetime:
    try:
        found = datetime.fromisoformat(str(body.get(name)))
    except ValueError as error:
        raise UsageError("记录的时间无法辨认。", f"{name} is no time.") from error
    return found if found.tzinfo else timezone.make_aware(found)


def _made(request: Request, key: str, version: str, form: dict[str, Any]) -> Piece:
    person, other = request.person, [each.user.name for each in (request.lead, request.second) if each]
    at = timezone.localtime(request.appointed) if request.appointed else None
    years = age(person)
    lines = [
        f"{years} 周岁" if years is not None else "年龄不详",
        areas.full_name(request.area_code) if request.area_code > 0 else "未落区划",
        f"{in_words.standard(request.instrument)} · {request.get_kind_display()}",
        f"评估人员：{'、'.join(other)}",
    ]
    if request.with_check:
        lines.append("与健康体检同一天")
    data: dict[str, Any] = {"phone": "".join(person.phone)} if person.phone else {}
    data |= {"on": at.date().isoformat(), "at": at.hour * 60 + at.minute} if at else {}
    # Nobody is found by the name of a village alone.
    where = request.place or "".join(person.address or "")
    data |= {"directions": where} if where else {}
    return Piece(key, version, person.pk, request.area_code, person.name or "姓名不详", lines, form, data)


def _signing() -> dict[str, Any]:
    options = [{"value": YES, "text": "是，签字"}, {"value": NO, "text": "先不签，回去再签"}]
    asks = "上面是我们当面评估的，内容属实，现在签字吗？"
    return {"title": "签字", "questions": [{"id": SIGNED, "text": asks, "kind": "one", "options": options}]}


def _to_sign(form: Form) -> dict[str, Any]:
    """The form as the other filled it in, part by part, and the question whether he signs it."""
    scale = scales.version_of(form.request.instrument, form.version)
    read = in_words.sections(scale, filling.answers_of(form))
    said = "\n".join(
        f"【{part.title}】" + "；".join(f"{line.name}：{line.says}" for line in part.lines) for part in read
    )
    who = form.filled_by.user.name
    question = {
        "id": SIGNED,
        "text": f"{who}填的内容与我们当面评估的一致，签字吗？",
        "help": said,
        "kind": "one",
        "options": [{"value": YES, "text": "一致，签字"}, {"value": NO, "text": "不一致，退回重填"}],
    }
    why = {
        "id": "why", "text": "哪里不一致？", "kind": "text", "longest": 200,
        "shown_if": {"question": SIGNED, "in": [NO]},
    }  # fmt: skip
    return {"version": form.version, "sections": [{"title": "核对并签字", "questions": [question, why]}]}
