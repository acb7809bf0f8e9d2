"""What the editor asks while somebody types a condition."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from yiyang.accounts.web import page
from yiyang.base.errors import ConditionError, PolicyError
from yiyang.revisions import conditions, desk, items, reach
from yiyang.revisions.shown import READ, find


@page(READ)
@require_POST
def condition(request: HttpRequest, pk: int) -> JsonResponse:
    """A condition as it is typed: the sentence or what is wrong, and what may stand at the cursor."""
    found, post = find(pk), request.POST
    raw = items.raw_of(found.files.get(f"{post.get('item', '')}.yaml", ""))
    policy, text = desk.policy_on(found.starts), post.get("text", "")[:4000]
    cursor = int(post["cursor"]) if post.get("cursor", "").isdigit() else len(text)
    area = f"{found.area_code:012d}"[:6]
    judged = conditions.judge(text, items.figures_in_force(raw), policy)
    start, offered = conditions.complete(text, min(cursor, len(text)), items.figure_names(raw), area, policy)
    options = [{"text": one.text, "says": one.says, "kind": one.kind} for one in offered]
    return JsonResponse({"sentence": judged.sentence, "error": judged.error, "start": start, "options": options})


@page(READ)
@require_POST
def reached(request: HttpRequest, pk: int) -> JsonResponse:
    """How many people of the month in force a condition would reach."""
    found, post = find(pk), request.POST
    raw = items.raw_of(found.files.get(f"{post.get('item', '')}.yaml", ""))
    basis = "resident" if post.get("basis") == "resident" else "registered"
    policy, figures = desk.policy_on(found.starts), items.figures_in_force(raw)
    try:
        who = reach.reach(found.area_code, post.get("text", "")[:4000], basis, figures, policy)
    except (ConditionError, PolicyError):
        return JsonResponse({"says": ""})
    if who is None:
        return JsonResponse({"says": "本地还没有启用的月度运行，暂不能测算人数。"})
    says = f"按 {who.month} 的运行，符合条件的有 {who.people:,} 人"
    return JsonResponse(
        {"says": says + (f"，另有 {who.undecided:,} 人因情况不明不能判定。" if who.undecided else "。")}
    )
