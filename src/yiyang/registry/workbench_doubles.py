"""Pages on suspected doubles: the queue, one question side by side, the answers, undoing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from procrastinate.exceptions import AlreadyEnqueued

from yiyang.access.scope import current
from yiyang.accounts.web import page
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.kit.parts import Figure
from yiyang.registry import actions, double_pages, judging
from yiyang.registry.double_pages import Doubles
from yiyang.registry.models import PossibleDouble

TOP = "疑似同一人"
ANSWERS: dict[str, tuple[Any, str]] = {
    # button → action, what is said when it is done
    "same": (judging.same, "已判为同一人。"),
    "different": (judging.different, "已判为不是同一人。"),
    "later": (judging.later, "已放到最后。"),
    "new": (judging.somebody_new, "已另建档案。"),
}


@page("link.judge")
def doubles(request: HttpRequest) -> HttpResponse:
    """The queue."""
    scope = current()
    rows = judging.questions(scope).select_related("person", "other")
    open_ = double_pages.queue(scope)
    first = open_.first()
    if "state" not in request.GET:
        # What is open is what one comes for; the filter bar says so.
        given: Any = request.GET.copy()
        given["state"] = PossibleDouble.State.OPEN.value
        request.GET = given
    figures = [
        Figure("待判定", open_.count(), "对"),
        Figure("自动关联", rows.filter(is_automatic=True, state="same").count(), "行", url="?state=same"),
    ]
    record("search", what="doubles", detail={"open": figures[0].value})
    context = {"table": Doubles(request, rows), "figures": figures, "first": first}
    return render(request, "registry/doubles.html", context | {"may_look": _place(scope) is not None})


def _place(scope: Any) -> int | None:
    """The widest area in which somebody judges, for ordering a search there."""
    from django.utils import timezone

    from yiyang.accounts.offers import areas_for

    widest = areas_for("link.judge", timezone.localdate(), ("city", "county")).first()
    return widest.code if widest else None


@page("link.judge")
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Order a search for people who are registered twice, in the widest area in which I judge."""
    scope = current()
    area = _place(scope)
    if area is None:
        raise Http404
    try:
        actions.order_look(by=scope, area=area)
        messages.success(request, "已开始查找，几分钟后结果列在这里。")
    except AlreadyEnqueued:
        messages.info(request, "已经在查找了。")
    return redirect("registry:doubles")


def _find(pk: int) -> PossibleDouble:
    mine = judging.questions(current()).select_related("person", "other", "delivery")
    found: PossibleDouble = get_object_or_404(mine, pk=pk)
    return found


@page("link.judge")
def double(request: HttpRequest, pk: int) -> HttpResponse:
    """One question, side by side."""
    question, scope = _find(pk), current()
    left, right, lines = double_pages.compared(question)
    for person in (question.person, question.other):
        if person is not None:
            record("read", what=f"double:{pk}", person=person.pk, area=person.area_code)
    before, after = double_pages.neighbours(scope, question)
    stays = request.GET.get("stays", "")
    context = {
        "question": question,
        "title": f"{double_pages.name_of(question)}：是同一人吗？",
        "crumbs": [(TOP, reverse("registry:doubles")), (double_pages.name_of(question), "")],
        "left": left, "right": right, "lines": lines, "before": before, "after": after,
        "left_count": double_pages.queue(scope).count(),
        "others": _candidates(question),
        "outcome": double_pages.outcome(question, int(stays) if stays.isdigit() else None),
        "is_open": question.state == PossibleDouble.State.OPEN,
        "may_undo": question.state in ("same", "different") and not question.is_moot,
    }  # fmt: skip
    return render(request, "registry/double.html", context)


def _candidates(question: PossibleDouble) -> Any:
    """Other people whom the same row may be about."""
    if question.row_key is None:
        return []
    rows = judging.questions(current()).filter(register=question.register, row_key=question.row_key)
    return rows.exclude(pk=question.pk).select_related("person")


@page("link.judge")
@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """An answer; then the next question."""
    question, scope = _find(pk), current()
    _, after = double_pages.neighbours(scope, question)
    words: dict[str, Any] = {"by": scope, "question": question, "reason": request.POST.get("reason", "")}
    answer = request.POST.get("answer", "")
    if answer not in ANSWERS:
        raise Http404
    stays = request.POST.get("stays", "")
    if answer == "same" and stays.isdigit():
        words["stays"] = int(stays)
    try:
        act, said = ANSWERS[answer]
        act(**words)
        messages.success(request, f"{double_pages.name_of(question)}：{said}")
    except YiyangError as problem:
        messages.error(request, problem.zh)
        return redirect("registry:double", pk)
    if after is None:
        first = double_pages.queue(scope).exclude(pk=pk).first()
        after = first.pk if first else None
    return redirect("registry:double", after) if after else redirect("registry:doubles")


@page("link.judge")
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an answer back."""
    try:
        judging.undo(by=current(), question=_find(pk), reason=request.POST.get("reason", ""))
        messages.success(request, "已撤销，恢复为判定之前。")
    except YiyangError as problem:
        messages.error(request, problem.zh)
    return redirect("registry:double", pk)
