"""The first pages after the login: whom I act for, what stands open, my login."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from yiyang.access import masks
from yiyang.access.scope import current
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.notices.outbox import is_demo
from yiyang.portal import citizens
from yiyang.portal.forms_login import Code, NewPhone
from yiyang.portal.limits import TooOften
from yiyang.portal.models import Mandate
from yiyang.portal.web import keep, kept_for, mine
from yiyang.registry.models import Person

CHANGING = "changing_phone"


@dataclass(frozen=True)
class Mine:
    """Somebody whose file I may open: myself, or an elder who lets me act for him."""

    person: Person
    is_own: bool
    relation: str = ""
    until: object = None

    @property
    def who(self) -> str:
        """父亲 or 母亲 to a son or daughter, 家人 to others."""
        parents: dict[int | None, str] = {0: "父亲", 1: "母亲"}
        return parents.get(self.person.sex, "家人") if self.relation in ("儿子", "女儿") else "家人"

    @property
    def words(self) -> str:
        """How the page calls him: myself by name, another masked."""
        return f"本人 {self.person.name}" if self.is_own else f"{masks.name(self.person.name)}"


def my_people(request: HttpRequest) -> list[Mine]:
    """Myself first, then those who let me act for them."""
    citizen = request.citizen  # type: ignore[attr-defined]
    mandates = {each.person: each for each in Mandate.objects.filter(citizen=citizen, revoked_at=None)}
    people = Person.objects.filter(pk__in=current().persons, merged_into=None)
    found = []
    for person in people:
        mandate = mandates.get(person.pk)
        is_own = person.pk == citizen.person
        found.append(Mine(person, is_own, mandate.relation if mandate else "", mandate.ends if mandate else None))
    return sorted(found, key=lambda each: not each.is_own)


@mine
def people(request: HttpRequest) -> HttpResponse:
    """Whom I act for. One person only: straight to him."""
    found = my_people(request)
    if len(found) == 1 and "all" not in request.GET:
        return redirect("portal:mine_home", key=found[0].person.pk)
    return render(request, "portal/mine/people.html", {"people": found})


@mine
def home(request: HttpRequest, person: Person) -> HttpResponse:
    """One person: what he is entitled to, what is under way, what is new."""
    from yiyang.portal.mine_cases import open_cases
    from yiyang.portal.mine_entitlements import entitled_now
    from yiyang.portal.mine_messages import unread

    record("read", what="person", person=person.pk, area=person.area_code, detail={"portal": "home"})
    cases, yes = open_cases(person), entitled_now(person)
    context = {
        "money": [each for each in yes if each.has_money],
        "services": [each for each in yes if not each.has_money],
        "cases": cases,
        "waiting": [case for case in cases if case.waits_for_me],
        "unread": unread(person),
        "back": ("首页", reverse("portal:home")),
    }
    return render(request, "portal/mine/home.html", shown(request, person, context))


def shown(request: HttpRequest, person: Person, more: Mapping[str, object]) -> dict[str, object]:
    """What every page about one person shows: who it is and whom else I could act for."""
    people = my_people(request)
    return {
        "person": person,
        "me": next(each for each in people if each.person.pk == person.pk),
        "is_own": request.is_own,  # type: ignore[attr-defined]
        "others": [each for each in people if each.person.pk != person.pk],
        "back": ("我的首页", reverse("portal:mine_home", args=[person.pk])),
        **more,
    }


@mine
def account(request: HttpRequest) -> HttpResponse:
    """My login: which telephone, how it was proved, where the way out is."""
    return render(request, "portal/mine/account.html", {"citizen": request.citizen, "people": my_people(request)})  # type: ignore[attr-defined]


@mine
def new_phone(request: HttpRequest) -> HttpResponse:
    """Another telephone: which."""
    form = NewPhone(request.POST or None)
    if request.method == "POST" and form.is_valid():
        phone, citizen = form.cleaned_data["phone"], request.citizen  # type: ignore[attr-defined]
        try:
            code = citizens.ask_code_for_phone(by=current(), citizen=citizen, phone=phone)
        except TooOften as error:
            form.add_error(None, error.zh)
        else:
            keep(request, CHANGING, {"phone": phone, "shown": code})
            return redirect("portal:mine_phone_code")
    return render(request, "portal/mine/phone.html", {"form": form})


@mine
def new_phone_code(request: HttpRequest) -> HttpResponse:
    """Another telephone: the code that it got."""
    waiting = kept_for(request, CHANGING)
    if waiting is None:
        return redirect("portal:mine_phone")
    form, citizen = Code(request.POST or None), request.citizen  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            code = form.cleaned_data["code"]
            changed = citizens.change_phone(by=current(), citizen=citizen, phone=waiting["phone"], code=code)
        except YiyangError as error:
            form.add_error("code", error.zh)
        else:
            del request.session[CHANGING]
            request.session["citizen"] = {"id": changed.pk, "epoch": changed.epoch}
            messages.success(request, "手机号码已更换。下次请用新号码登录。")
            return redirect("portal:mine_account")
    context = {"form": form, "phone": waiting["phone"], "shown": waiting["shown"] if is_demo() else ""}
    return render(request, "portal/mine/code.html", context)
