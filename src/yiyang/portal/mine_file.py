"""What is held about one person: facts with “这不对”, whom to call, who looked at it, a copy as PDF."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access.masks import telephone
from yiyang.access.scope import acting, current, platform
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.portal import citizen_actions, mandates, readers
from yiyang.portal.forms_mine import ContactForm, RequestForm
from yiyang.portal.mine_home import shown
from yiyang.portal.models import CorrectionRequest
from yiyang.portal.web import kept, mine
from yiyang.registry import own_file, person_page
from yiyang.registry.forms_people import tell
from yiyang.registry.models import Contact, Person
from yiyang.registry.workbench_people import masked

OF_FILE = citizen_actions.OF_FILE
OWNERS = {"name": "公安部门", "id_number": "公安部门"}
NOTHING = "没有登记"


def held(person: Person) -> list[tuple[str, str, str, str]]:
    """(subject, title, what is held, who answers for it): the file itself masked, then every fact that is known."""
    own = [(name, title, _own(person, name), OWNERS.get(name, "登记部门")) for name, title in OF_FILE.items()]
    facts = [each for each in person_page.facts_of(person) if each.value is not None]
    return own + [(each.name, each.title, each.says, each.owner) for each in facts]


def _own(person: Person, name: str) -> str:
    if name == "name":
        return person.name or NOTHING
    # A telephone that he stated himself stands among the contacts.
    return (telephone(mandates.phone_of(person)) if name == "phone" else masked(person, name)) or NOTHING


@mine
def file(request: HttpRequest, person: Person) -> HttpResponse:
    """Everything that is held, each line with “这不对”."""
    record("read", what="person", person=person.pk, area=person.area_code, detail={"portal": "file"})
    asked = {each.subject: each for each in CorrectionRequest.objects.filter(person=person.pk).order_by("pk")}
    lines = [(*line, asked.get(line[0])) for line in held(person)]
    return render(request, "portal/mine/file.html", shown(request, person, {"lines": lines}))


@mine
def wrong(request: HttpRequest, person: Person, subject: str) -> HttpResponse:
    """“这不对”: how it is."""
    line = next((each for each in held(person) if each[0] == subject), None)
    if line is None:
        raise Http404
    typed = kept(request)
    form = RequestForm(request.POST or None, initial=typed.dict() if typed else None)
    if request.method == "POST" and form.is_valid():
        says = form.cleaned_data["says"]
        try:
            citizen_actions.object_to(by=current(), person=person, subject=subject, held=line[2], says=says)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已提交。工作人员核实以后会答复您，结果在这一页看。")
            return redirect("portal:mine_file", key=person.pk)
    record("read", what="person", person=person.pk, area=person.area_code, detail={"portal": "wrong"})
    context = {"form": form, "fact": line[1], "held": line[2]}
    return render(request, "portal/mine/wrong.html", shown(request, person, context))


@mine
@require_POST
def copy(request: HttpRequest, person: Person) -> HttpResponse:
    """One's own file as PDF."""
    by, reason = current(), "本人查阅" if request.is_own else "代办人查阅"  # type: ignore[attr-defined]
    reference = own_file.number(person, by, timezone.localtime())
    detail = {"number": reference}
    record("reveal", what="person:own_file", person=person.pk, area=person.area_code, reason=reason, detail=detail)
    lines = readers.lines_of(person.pk)
    with acting(platform(by.name, by.request)) as itself:
        body = own_file.pdf(person, itself, reference, lines)
    headers = {"Content-Disposition": f'attachment; filename="{reference}.pdf"'}
    return HttpResponse(body, content_type="application/pdf", headers=headers)


@mine
def looked(request: HttpRequest, person: Person) -> HttpResponse:
    """Who looked at my data."""
    record("read", what="person", person=person.pk, area=person.area_code, detail={"portal": "readers"})
    return render(request, "portal/mine/readers.html", shown(request, person, {"looks": readers.looks(person.pk)}))


@mine
def contacts(request: HttpRequest, person: Person) -> HttpResponse:
    """Whom to call."""
    record("read", what="person", person=person.pk, area=person.area_code, detail={"portal": "contacts"})
    rows = Contact.objects.filter(person=person, ended_at=None)
    return render(request, "portal/mine/contacts.html", shown(request, person, {"contacts": rows}))


@mine
def contact(request: HttpRequest, person: Person, contact: int = 0) -> HttpResponse:
    """Add somebody to call, or change the entry."""
    there = get_object_or_404(Contact, pk=contact, person=person, ended_at=None) if contact else None
    typed = kept(request)
    initial = {name: getattr(there, name) for name in ("kind", "name", "relation")} if there else {}
    form = ContactForm(request.POST or None, initial=typed.dict() if typed else initial)
    if there and there.phone:
        form.fields["phone"].help_text = "已登记，留空就不变。"
    if request.method == "POST" and form.is_valid():
        try:
            citizen_actions.keep_contact(by=current(), person=person, contact=there, **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已保存。")
            return redirect("portal:mine_contacts", key=person.pk)
    return render(request, "portal/mine/contact.html", shown(request, person, {"form": form, "contact": there}))


@mine
@require_POST
def end_contact(request: HttpRequest, person: Person, contact: int) -> HttpResponse:
    """No longer to be called."""
    there = get_object_or_404(Contact, pk=contact, person=person, ended_at=None)
    citizen_actions.end_contact(by=current(), contact=there)
    messages.success(request, "已停用这位联系人。")
    return redirect("portal:mine_contacts", key=person.pk)
