"""Pages of cases: work lists, one case, its steps, objections, papers and letters."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.cases import actions, case_page, letters, worklists
from yiyang.cases.forms import AnswerForm, AppealForm, PaperForm, StepForm
from yiyang.cases.models import Appeal, Case, Decision, Rating
from yiyang.cases.of_person import cases_of
from yiyang.notices.words import item_name
from yiyang.registry.forms_people import tell
from yiyang.registry.models import Person
from yiyang.registry.workbench_people import head

RIGHT = "case.read"
ACTING = ("case.handle", "case.review", "case.approve")
NEAR = ("case.handle",)


@page(RIGHT)
def work(request: HttpRequest) -> HttpResponse:
    """The work lists."""
    scope = current()
    if "tab" not in request.GET:
        return redirect(f"{reverse('cases:work')}?tab={worklists.first_of(scope).slug}")
    table = worklists.work_table(request)
    if scope.may("person.export"):
        table.export_url = reverse("registry:order_export")
    record("search", what="cases:list", detail={key: value for key, value in table.values.items() if key != "number"})
    context = {
        "table": table,
        "work": table.work,
        "tabs": worklists.tabs(table.work.slug),
        "steps": worklists.open_steps(table.work),
        "may_print": scope.may("case.tell"),
        "may_counter": scope.may("case.tell") or scope.may("case.handle"),
        "may_figures": scope.may("figure.read"),
    }
    return render(request, "cases/work.html", context)


def _case(key: int) -> Case:
    found: Case = get_object_or_404(Case.objects.select_related("person", "ground", "run"), pk=key)
    return found


@page(RIGHT)
def case(request: HttpRequest, key: int) -> HttpResponse:
    """One case."""
    found = _case(key)
    record("read", what=f"case:{found.pk}", person=found.person_id, area=found.area_code)
    return render(request, "cases/case.html", case_page.context(current(), found))


@page("case.tell", also=ACTING)
def step(request: HttpRequest, key: int, step: str) -> HttpResponse:
    """Take one step: what it needs is asked once, and whoever comes second is told."""
    found, by = _case(key), current()
    button = next((each for each in case_page.buttons(by, found) if each.rule.slug == step), None)
    if button is None and request.method != "POST":
        messages.error(request, "现在不能这样办理，请看过再办。")
        return redirect("cases:case", key)
    form = StepForm(step, button.asks if button else (), found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.move(by=by, case=found, step=step, expected=request.POST.get("expected", ""), **form.words())
        except YiyangError as error:
            messages.error(request, error.zh)
        else:
            messages.success(request, f"已办理：{button.rule.zh if button else step}。")
        return redirect("cases:case", key)
    record("read", what=f"case:{found.pk}", person=found.person_id, area=found.area_code, detail={"form": step})
    context = {"case": found, "form": form, "button": button, "item_name": item_name(found.item, found.list_area)}
    return render(request, "cases/step.html", context | _crumbs(found, button.rule.zh if button else step))


def _crumbs(found: Case, title: str) -> dict[str, Any]:
    way = [("个案", reverse("cases:work")), (found.number, reverse("cases:case", args=[found.pk])), (title, "")]
    return {"crumbs": way, "title": title}


@page(RIGHT)
@require_POST
def letter(request: HttpRequest, key: int, decision: int) -> HttpResponse:
    """The letter of a decision as PDF; noted."""
    found = _case(key)
    made = get_object_or_404(Decision.objects.select_related("case", "ground"), pk=decision, case=found)
    body = letters.decision_pdf(made, found.person)
    record("reveal", what=f"decision:{made.pk}", person=found.person_id, area=found.area_code, reason="决定书")
    return pdf_answer(body, made.number)


def pdf_answer(body: bytes, name: str) -> HttpResponse:
    """A PDF to be kept, never cached."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(body, content_type="application/pdf", headers=headers)


@page("case.tell", also=NEAR)
@require_POST
def form(request: HttpRequest, key: int) -> HttpResponse:
    """The application form of a case, filled in as far as known, with its bar code; noted."""
    found = _case(key)
    actions.require_near(current(), found)
    body = letters.form_pdf(found.person, found.item, found.list_area, found.number)
    record("reveal", what=f"case:{found.pk}", person=found.person_id, area=found.area_code, reason="打印申请表")
    return pdf_answer(body, f"form-{found.number}")


@page("case.tell", also=NEAR)
def add_paper(request: HttpRequest, key: int) -> HttpResponse:
    """Hand in a paper for a case."""
    found = _case(key)
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            actions.add_paper(by=current(), case=found, kind=data["kind"], blocks=data["paper"].chunks())
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "材料已加密保存。")
            return redirect("cases:case", key)
    record("read", what=f"case:{found.pk}", person=found.person_id, area=found.area_code, detail={"form": "paper"})
    context = {"case": found, "form": form, "submit": "上传"} | _crumbs(found, "上传材料")
    return render(request, "cases/form.html", context)


@page("case.tell", also=NEAR)
def appeal(request: HttpRequest, key: int) -> HttpResponse:
    """Write down an objection for somebody."""
    found = _case(key)
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.appeal(by=current(), case=found, **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "异议已登记，将由没有经手的人员复核并书面答复。")
            return redirect("cases:case", key)
    record("read", what=f"case:{found.pk}", person=found.person_id, area=found.area_code, detail={"form": "appeal"})
    context = {"case": found, "form": form, "submit": "登记异议"} | _crumbs(found, "登记异议")
    return render(request, "cases/form.html", context)


@page("case.appeal")
def answer(request: HttpRequest, key: int, appeal: int) -> HttpResponse:
    """Answer an objection."""
    found = _case(key)
    raised = get_object_or_404(Appeal.objects.select_related("decision"), pk=appeal, case=found)
    form = AnswerForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_appeal(by=current(), appeal=raised, **form.words())
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已答复，并告知本人。")
            return redirect("cases:case", key)
    record("read", what=f"case:{found.pk}", person=found.person_id, area=found.area_code, detail={"form": "answer"})
    context = {"case": found, "form": form, "appeal": raised} | _crumbs(found, "答复异议")
    return render(request, "cases/answer.html", context)


@page("case.handle")
@require_POST
def answer_rating(request: HttpRequest, key: int) -> HttpResponse:
    """Answer what somebody said of the service."""
    found = _case(key)
    rating = get_object_or_404(Rating, case=found)
    try:
        actions.answer_rating(by=current(), rating=rating, words=request.POST.get("words", ""))
    except YiyangError as error:
        messages.error(request, error.zh)
    else:
        messages.success(request, "已回复。")
    return redirect("cases:case", key)


@page(RIGHT)
def person(request: HttpRequest, key: int) -> HttpResponse:
    """The cases of a person, on his page."""
    found: Person = get_object_or_404(Person, pk=key)
    record("read", what="person", person=found.pk, area=found.area_code, detail={"tab": "cases"})
    by = current()
    rows = [(each, item_name(each.item, each.list_area)) for each in cases_of([found.pk])]
    may_counter = by.may("case.tell") or by.may("case.handle")
    context = {"cases": rows, "may_counter": may_counter}
    return render(request, "cases/person.html", head(found, "cases") | context)
