"""My visits: who looks in on me, when next, who came. What was found and done about it is not told here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yiyang.audit.record import record
from yiyang.portal.mine_home import shown
from yiyang.portal.web import mine
from yiyang.registry.models import Person
from yiyang.visits.models import Report, Visit

SHOWN = 12
TO_COME = (Visit.State.OWED, Visit.State.PLANNED, Visit.State.NOT_FOUND)


@mine
def visits(request: HttpRequest, person: Person) -> HttpResponse:
    """When somebody comes, and who came."""
    record("read", what="person", person=person.pk, area=person.area_code, detail={"portal": "visits"})
    today = timezone.localdate()
    to_come = Visit.objects.filter(person=person, state__in=TO_COME, last__gte=today).select_related("visitor")
    came = Report.objects.filter(person=person).order_by("-ended_at")[:SHOWN]
    context = {"to_come": to_come.order_by("on", "last")[:SHOWN], "came": came}
    return render(request, "portal/mine/visits.html", shown(request, person, context))
