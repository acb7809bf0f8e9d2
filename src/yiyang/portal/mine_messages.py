"""Messages to one person: the list, one of them, and by which ways he wants to be told."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.audit.record import record
from yiyang.notices import actions, words
from yiyang.notices.logic import Said
from yiyang.notices.models import Notice, OptOut
from yiyang.portal.mine_home import shown
from yiyang.portal.web import mine
from yiyang.registry.models import Person

State, Channel = Notice.State, Notice.Channel
# Letters of decision are due by law; what can be declined is being told by other ways.
MAY_DECLINE = (Channel.SMS, Channel.LETTER)
SHOWN = 100


def of_person(person: Person) -> QuerySet[Notice]:
    """His messages in the portal, the latest first."""
    return Notice.objects.filter(person=person.pk, channel=Channel.IN_APP).order_by("-id")


def unread(person: Person) -> int:
    """How many he has not read."""
    return int(of_person(person).exclude(state=State.READ).count())


@mine
def messages_of(request: HttpRequest, person: Person) -> HttpResponse:
    """All messages."""
    record("read", what="person", person=person.pk, area=person.area_code, detail={"portal": "messages"})
    declined = set(OptOut.objects.filter(person=person.pk).values_list("channel", flat=True))
    ways = [(each.value, each.label, each.value in declined) for each in MAY_DECLINE]
    context = {"messages_of": worded(list(of_person(person)[:SHOWN])), "ways": ways}
    return render(request, "portal/mine/messages.html", shown(request, person, context))


@mine
def message(request: HttpRequest, person: Person, notice: int) -> HttpResponse:
    """One message; opening it marks it as read."""
    found = get_object_or_404(of_person(person), pk=notice)
    record("read", what=f"notices_notice:{found.pk}", person=person.pk, area=person.area_code)
    actions.read(by=current(), notices=[found.pk])
    return render(request, "portal/mine/message.html", shown(request, person, {"message": worded([found])[0]}))


@mine
@require_POST
def channels(request: HttpRequest, person: Person) -> HttpResponse:
    """By which ways he wants to be told from now on."""
    wanted = set(request.POST.getlist("way"))
    for way in MAY_DECLINE:
        change = actions.opt_in if way.value in wanted else actions.opt_out
        change(by=current(), person=person, channel=way.value)
    messages.success(request, "已保存。")
    return redirect("portal:mine_messages", key=person.pk)


@dataclass(frozen=True)
class Message:
    """A notice (`row`) in the words in which it was sent."""

    row: Notice
    said: Said


def worded(notices: list[Notice]) -> list[Message]:
    """The messages in words."""
    reader = words.Reader(notices)
    return [Message(each, reader.said(each)) for each in notices]
