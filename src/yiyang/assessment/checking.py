"""The quality check: somebody who had no part in it looks at a signed form, passes it or sends it back."""

from __future__ import annotations

from yiyang.access.scope import Scope
from yiyang.assessment import issuing, objecting, quality, steps
from yiyang.assessment.models import Check, Form, Request
from yiyang.base.errors import UsageError

RIGHT = "assessment.check"
State = Request.State


class NotTwice(UsageError):
    """Whoever assessed does not check."""


def check(*, by: Scope, form: Form, passed: bool, words: str = "") -> Check:
    """Say whether a signed form is good. Passed, the result is issued in the same breath, or nothing happens at all.

    Args:
        words: needed where it is sent back, or passed in spite of a grave finding.

    Raises:
        UsageError: no words where they are needed, or the registry is busy. MovedOn: it is not waiting for a check.
        NotTwice: he is one of the two who assessed, or made or passed what is assessed again.
        PermissionDenied: he may not check there.
    """
    by.require(RIGHT, form.request.area_code)
    with steps.elevated(by):
        request = steps.held(form.request, State.SIGNED)
        there = Form.objects.get(pk=form.pk)
        if not there.is_current:
            raise steps.MovedOn("这份表已被替换，请看最新的一份。", "The form was replaced.")
        _refuse_twice(by, request)
        found = quality.findings(there)
        _require_words(passed, words, found)
        made: Check = Check.objects.create(
            form=there,
            passed=passed,
            findings=[each.as_json() for each in found],
            words=words.strip()[:400],
            by=by.user or 0,
            by_name=by.name[:150],
        )
        if passed:
            issuing.issue(by=by, request=request, form=there)
        else:
            steps.move(request, State.RETURNED, words)
    return made


def _refuse_twice(by: Scope, request: Request) -> None:
    part = {each.user_id for each in (request.lead, request.second) if each}
    if by.user in part:
        raise NotTwice("参加评估的人员不能质控同一次评估。", "Whoever assessed does not check.")
    first = request.contested.request if request.contested else None
    if first is not None and by.user in objecting.part_in(first):
        raise NotTwice(
            "作出原结果的评估人员和质控人员不能质控复评。",
            "Whoever made or passed a result does not check its second assessment.",
        )


def _require_words(passed: bool, words: str, found: list[quality.Found]) -> None:
    if words.strip():
        return
    if not passed:
        raise UsageError("退回的请写明哪里要重做。", "Say what is to be done again.")
    if any(each.is_grave for each in found):
        raise UsageError(
            "平台发现了问题，仍要通过的请写明理由。", "There are grave findings: say why it is passed all the same."
        )
