"""What is written into a person's file by hand: corrections, contacts, papers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.catalog.facts import load_facts
from yiyang.registry import contacts, corrections, documents, person_page
from yiyang.registry.forms_people import ContactForm, CorrectionForm, PaperForm, tell
from yiyang.registry.models import Contact, Correction, Document, Person
from yiyang.registry.reach import require
from yiyang.registry.workbench_people import first_day, head

RIGHT = "person.correct"


def _person(key: int) -> Person:
    """A file in scope that the user may write in; 404 or 403 otherwise."""
    found: Person = get_object_or_404(Person, pk=key)
    require(current(), RIGHT, found)
    return found


def _shown(request: HttpRequest, template: str, found: Person, tab: str, context: dict[str, Any]) -> HttpResponse:
    """A form of somebody's file shows who he is and what is known of him: reading it is noted too."""
    record("read", what="person", person=found.pk, area=found.area_code, detail={"form": tab})
    return render(request, template, head(found, tab) | context)


def _back(person: Person, tab: str) -> HttpResponse:
    return redirect(f"{reverse('registry:person', args=[person.pk])}?tab={tab}")


@page(RIGHT)
def choose_fact(request: HttpRequest, key: int) -> HttpResponse:
    """Which fact is wrong: each with what it says now and who answers for it."""
    found = _person(key)
    return _shown(request, "registry/choose_fact.html", found, "corrections", {"facts": person_page.facts_of(found)})


@page(RIGHT)
def correct(request: HttpRequest, key: int, fact: str) -> HttpResponse:
    """State one fact against the registers."""
    found, known = _person(key), load_facts().facts.get(fact)
    if known is None:
        return HttpResponse(status=404)
    form = CorrectionForm(known, first_day(found), request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            _correct(found, form)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, f"已更正“{known.zh}”，立即生效，并记入沿革。")
            # Whoever moved somebody out of his area no longer sees him.
            return (
                _back(found, "corrections") if Person.objects.filter(pk=key).exists() else redirect("registry:people")
            )
    line = next(each for each in person_page.facts_of(found) if each.name == fact)
    history = next((each for each in person_page.history_of(found) if each.fact.name == fact), None)
    context = {"form": form, "fact": line, "history": history}
    return _shown(request, "registry/correct.html", found, "corrections", context)


def _correct(found: Person, form: CorrectionForm) -> None:
    data, by = form.cleaned_data, current()
    made = corrections.correct(
        by=by,
        person=found,
        fact=form.fact.name,
        value=form.value,
        valid_from=data["valid_from"],
        reason=data["reason"],
    )
    if data["paper"]:
        title = f"更正附件：{form.fact.zh}"
        corrections.attach(by=by, correction=made, title=title, blocks=data["paper"].chunks())


@page(RIGHT)
@require_POST
def withdraw(request: HttpRequest, key: int, correction: int) -> HttpResponse:
    """The registers speak again."""
    found = _person(key)
    made = get_object_or_404(Correction, pk=correction, person=found)
    return _act(
        request,
        found,
        "corrections",
        "已撤销更正。",
        lambda: corrections.withdraw(by=current(), correction=made, reason=request.POST.get("reason", "")),
    )


@page(RIGHT)
def contact(request: HttpRequest, key: int, contact: int = 0) -> HttpResponse:
    """Add somebody to call, or change the entry."""
    found = _person(key)
    there = get_object_or_404(Contact, pk=contact, person=found) if contact else None
    initial = {name: getattr(there, name) for name in ("kind", "name", "relation", "note")} if there else {}
    form = ContactForm(request.POST or None, initial=initial)
    if there and there.phone:
        form.fields["phone"].help_text = "已登记，留空则不变"
    if request.method == "POST" and form.is_valid():
        try:
            if there:
                contacts.change(by=current(), contact=there, **form.cleaned_data)
            else:
                contacts.add(by=current(), person=found, **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "联系人已保存。")
            return _back(found, "contacts")
    context = {"form": form, "contact": there, "back": f"{reverse('registry:person', args=[key])}?tab=contacts"}
    return _shown(request, "registry/contact.html", found, "contacts", context)


@page(RIGHT)
@require_POST
def end_contact(request: HttpRequest, key: int, contact: int) -> HttpResponse:
    """No longer to be called."""
    found = _person(key)
    there = get_object_or_404(Contact, pk=contact, person=found)
    return _act(request, found, "contacts", "联系人已停用。", lambda: contacts.end(by=current(), contact=there))


@page(RIGHT)
def add_paper(request: HttpRequest, key: int) -> HttpResponse:
    """Add a paper to the file."""
    found = _person(key)
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            documents.add(by=current(), person=found, title=data["title"], blocks=data["paper"].chunks())
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "材料已加密保存。")
            return _back(found, "documents")
    context = {"form": form, "back": f"{reverse('registry:person', args=[key])}?tab=documents"}
    return _shown(request, "registry/paper.html", found, "documents", context)


@page("person.read")
def paper(request: HttpRequest, key: int, document: int) -> Any:
    """Download a paper; noted in the log."""
    found = get_object_or_404(Person, pk=key)
    there = get_object_or_404(Document, pk=document, person=found)
    blocks = documents.content(by=current(), document=there)
    suffix = documents.SUFFIXES.get(there.media_type, "")
    headers = {
        "Content-Disposition": f'attachment; filename="document-{there.pk}{suffix}"',
        "Cache-Control": "no-store",
    }
    return StreamingHttpResponse(blocks, content_type=there.media_type, headers=headers)


def _act(request: HttpRequest, found: Person, tab: str, done: str, action: Any) -> HttpResponse:
    try:
        action()
    except YiyangError as error:
        messages.error(request, error.zh)
    else:
        messages.success(request, done)
    return _back(found, tab)
