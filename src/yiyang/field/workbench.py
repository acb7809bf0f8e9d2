"""Staff pages: devices, and what came in twice or could not be taken."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yiyang.access.scope import acting, current, platform
from yiyang.access.web import LOGGED_IN, page
from yiyang.accounts.middleware import today
from yiyang.accounts.visible import accounts
from yiyang.audit.record import record
from yiyang.base.errors import UsageError, YiyangError
from yiyang.field import devices, settling
from yiyang.field.files import Brought, brought
from yiyang.field.forms import Settling
from yiyang.field.kinds import UNKNOWN, kinds
from yiyang.field.models import Device, Entry
from yiyang.field.taking import body_of
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Definition, Empty, Tab
from yiyang.registry.models import Document, Person

SUPPORT = "account.support"
# The rights with which kinds of work are looked after (kinds.SETTLES).
LOOKS_AFTER, OR = "visit.plan", ("assessment.plan",)


class Devices(Table):
    """Devices."""

    name, title, order = "field_devices", "外出设备", "-made_at"
    columns = (
        Column("name", "设备", is_link=True),
        Column("user", "账户", value=lambda row: row.user.name or row.user.username),
        Column("made_at", "登记时间", kind="when", sort="made_at"),
        Column("seen_at", "最近同步", kind="when"),
        Column("revoked_at", "停用时间", kind="when"),
    )
    empty = Empty("还没有外出设备", "在手机上打开“外出办理”并登记后，列在这里。")

    def row_url(self, row: Any) -> str:
        return reverse("field:device", args=[row.pk])


def _visible() -> list[uuid.UUID]:
    """Keys of one's own devices, and of those of the accounts that one looks after."""
    scope = current()
    users = {scope.user}
    if scope.may(SUPPORT):
        users |= set(accounts(SUPPORT, today()).values_list("pk", flat=True))
    # The second lock shows everybody his own only; here the accounts that he sees are what narrows.
    with acting(platform(scope.name)):
        return list(Device.objects.filter(user__in=users).values_list("pk", flat=True)[:5000])


@page(LOGGED_IN)
def device_list(request: HttpRequest) -> HttpResponse:
    """Devices: one's own, and for whoever looks after accounts those of theirs."""
    keys, scope = _visible(), current()
    may_settle = any(scope.may(right) for right in (LOOKS_AFTER, *OR))
    may_work = any(scope.may(kind.right) for kind in kinds().values())
    with acting(platform(scope.name)):
        table = Devices(request, Device.objects.filter(pk__in=keys).select_related("user"))
        context = {"table": table, "may_settle": may_settle, "may_work": may_work}
        return render(request, "field/devices.html", context)


def _device(key: uuid.UUID) -> Device:
    found = devices.find(key) if key in _visible() else None
    if found is None:
        raise Http404("device")
    return found


@page(LOGGED_IN)
def device(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One device."""
    found = _device(key)
    lines = [
        Definition("账户", found.user.name or found.user.username),
        Definition("登记时间", found.made_at, kind="when"),
        Definition("最近同步", found.seen_at, kind="when"),
        Definition("停用时间", found.revoked_at, kind="when"),
        Definition("停用人", found.revoked_by_name),
    ]
    way = [("外出办理", reverse("field:devices")), (found.name, "")]
    return render(request, "field/device.html", {"device": found, "lines": lines, "crumbs": way})


@page(LOGGED_IN)
@require_POST
def revoke(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """End the use of a device."""
    found = _device(key)
    devices.revoke(by=current(), device=found)
    messages.success(request, f"已停用：{found.name}。它带回的记录会先留存，核实后入库。")
    return redirect("field:devices")


class Entries(Table):
    """What came home."""

    name, title, order = "field_entries", "外出记录", "-received_at"
    columns = (
        Column("name", "老年人", is_link=True, value=lambda row: row.person_name or "（未知）"),
        Column("kind", "业务", value=lambda row: _title(row.kind)),
        Column("state", "状态", kind="state"),
        Column("user", "办理人", value=lambda row: row.user.name or row.user.username),
        Column("done_at", "办理时间", kind="when"),
        Column("received_at", "收到时间", kind="when", sort="received_at"),
        Column("sent_by_name", "上传时登录人", is_hidden=True),
        Column("area_code", "居住地", kind="area"),
    )
    empty = Empty("没有要处理的外出记录", "同一事项两人都办了，或带回的记录不能入库时，列在这里。")

    def row_url(self, row: Any) -> str:
        return reverse("field:entry", args=[row.pk])


class AllEntries(Entries):
    """Everything that came home, of whatever state."""

    name = "field_all_entries"
    filters = (Filter("state", "状态", choices=Entry.State.choices),)
    empty = Empty("还没有外出记录", "手机带回的记录列在这里。")

    def _query(self, **changes: str) -> str:
        # Sorting and turning pages stay on this tab.
        return f"tab=all&{super()._query(**changes)}"


def _title(kind: str) -> str:
    if kind == UNKNOWN:
        return "认不出的业务"
    found = kinds().get(kind)
    return found.title if found else kind


def _named(rows: QuerySet[Entry]) -> QuerySet[Any]:
    name = Person.objects.filter(pk=OuterRef("person")).values("name")[:1]
    return rows.select_related("user").annotate(person_name=Subquery(name))


@page(LOOKS_AFTER, also=OR)
def conflicts(request: HttpRequest) -> HttpResponse:
    """What waits for a decision; on the other tab everything that came home."""
    # The filter bar stands on the tab of all only.
    is_open, scope = request.GET.get("tab") != "all" and "state" not in request.GET, current()
    rows = _named(settling.waiting(scope) if is_open else settling.looked_after(scope))
    table = (Entries if is_open else AllEntries)(request, rows)
    here = reverse("field:conflicts")
    record("search", what="field:entries", detail={"tab": "open" if is_open else "all"})
    tabs = [Tab("待处理", here, is_open), Tab("全部外出记录", f"{here}?tab=all", not is_open)]
    way = [("外出办理", reverse("field:devices")), ("外出记录", "")]
    context = {"table": table, "tabs": tabs, "crumbs": way}
    return render(request, "field/entries.html", context)


@page(LOOKS_AFTER, also=OR)
def entry(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One entry: what stands beside what came second, and how it is decided."""
    scope = current()
    found: Entry = get_object_or_404(_named(settling.looked_after(scope)), pk=key)
    is_open = found.state in settling.OPEN and found.user_id != scope.user
    form = Settling(scope, found, request.POST or None) if is_open else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            settling.settle(by=scope, entry=found, **form.cleaned_data)
        except YiyangError as error:
            messages.error(request, error.zh)
        else:
            messages.success(request, "已处理。两份记录都留存。")
        return redirect("field:entry", key)
    record("read", what=f"field_entry:{found.pk}", person=found.person, area=found.area_code)
    return render(request, "field/entry.html", {"entry": found, "form": form, **_beside(found)})


@page(LOOKS_AFTER, also=OR)
def entry_file(request: HttpRequest, key: uuid.UUID, number: int) -> HttpResponse:
    """A photo, voice note or signature of an entry that is not taken in; noted."""
    found: Entry = get_object_or_404(settling.looked_after(current()), pk=key)
    there = _files(found)
    if number >= len(there) or not there[number].content:
        raise Http404("file")
    what = {"file": number, "kind": there[number].media_type}
    record("reveal", what=f"field_entry:{found.pk}", person=found.person, area=found.area_code, detail=what)
    answer = HttpResponse(there[number].content, content_type=there[number].media_type)
    # What a phone brought is shown, never run: not as a page of ours, whatever it turns out to be.
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'"
    answer["Content-Disposition"] = "inline"
    answer["Cache-Control"] = "no-store"
    return answer


def _files(found: Entry) -> list[Brought]:
    try:
        return brought(body_of(str(found.body)))
    except UsageError:
        return []


def _papers(found: Entry) -> list[Document]:
    """The person's papers that came with an entry that was taken in, by their fingerprints."""
    if found.person is None:
        return []
    try:
        given = body_of(str(found.body)).get("files")
    except UsageError:
        return []
    several = given.values() if isinstance(given, dict) else ()
    marks = [one["sha256"] for many in several for one in many if isinstance(one, dict) and "sha256" in one]
    return list(Document.objects.filter(person=found.person, sha256__in=marks).order_by("pk"))


def _beside(found: Entry) -> dict[str, Any]:
    theirs = json.loads(str(found.theirs)) if found.theirs else {}
    try:
        mine = settling.mine_of(found)
    except UsageError as error:
        mine = {"内容": error.zh}
    way = [("外出办理", reverse("field:devices")), ("外出记录", reverse("field:conflicts"))]
    return {
        "mine": [Definition(term, words) for term, words in mine.items()],
        "theirs": [Definition(term, words) for term, words in theirs.items()],
        "kind_title": _title(found.kind),
        "files": _files(found),
        "papers": _papers(found),
        "crumbs": [*way, (found.person_name or "一条记录", "")],  # type: ignore[attr-defined]
    }
