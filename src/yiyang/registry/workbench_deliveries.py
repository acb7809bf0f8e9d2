"""Pages on deliveries: what came and what is due, delivering, the preview, deciding, taking back."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from yiyang.access import sheets
from yiyang.access.scope import current
from yiyang.accounts.web import page
from yiyang.areas.models import Area
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.kit.parts import Figure, Tab
from yiyang.registry import actions, arriving, delivery_pages, kept, mending
from yiyang.registry.arriving import Arrived
from yiyang.registry.contracts import load_contracts
from yiyang.registry.delivery_pages import Deliveries, Lines
from yiyang.registry.forms_deliveries import ArrivalForm, ChooseForm, FileForm
from yiyang.registry.models import CLERK, Delivery, QuarantineLine

State = Delivery.State
TOP = "数据交付"


@page("delivery.read")
def deliveries(request: HttpRequest) -> HttpResponse:
    """What came and what is due: registers by month, and the list."""
    scope = current()
    months, lines = delivery_pages.matrix(scope, timezone.localdate())
    rows = Delivery.objects.exclude(source=CLERK)
    late = sum(cell.state == "overdue" for line in lines for cell in line.cells)
    figures = [
        Figure("待确认", rows.filter(state=State.CHECKED).count(), "份", url="?state=checked#list-deliveries"),
        Figure("超限待处理", rows.filter(state=State.STOPPED).count(), "份", url="?state=stopped#list-deliveries"),
        Figure("逾期未交", late, "份", note=f"近 {len(months)} 个月"),
    ]
    context = {"months": months, "lines": lines, "figures": figures, "table": Deliveries(request, rows)}
    return render(request, "registry/deliveries.html", {**context, "may_upload": scope.may("delivery.upload")})


@page("delivery.upload")
def deliver(request: HttpRequest) -> HttpResponse:
    """Choose files."""
    form = ChooseForm(request.POST, request.FILES) if request.method == "POST" else ChooseForm()
    if form.is_valid():
        contracts = delivery_pages.registers_for(current())
        token = arriving.put_aside(current(), form.cleaned_data["files"], contracts)
        address = reverse("registry:deliver_confirm", args=[token])
        if "month" in request.GET:
            address += f"?month={request.GET['month'][:7]}"
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)  # type: ignore[attr-defined]
    context = {"form": form, "crumbs": [(TOP, reverse("registry:deliveries")), ("交付登记册", "")]}
    status = 422 if request.method == "POST" and request.htmx else 200  # type: ignore[attr-defined]
    return render(request, "registry/deliver.html", context, status=status)


@page("delivery.upload")
def deliver_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Which register and month each file is, as recognised and corrected; then they are delivered."""
    try:
        files = arriving.waiting(current(), token)
    except YiyangError as problem:
        messages.error(request, problem.zh)
        return redirect("registry:deliver")
    form = ArrivalForm(request.POST if request.method == "POST" else None, initial=_arrival())
    parts = _parts(request, files)
    if request.method == "POST":
        chosen = [not request.POST.get(f"skip-{number}") for number in range(len(parts))]
        is_good = all(part.is_valid() for (_, _, part), keep in zip(parts, chosen, strict=True) if keep)
        if form.is_valid() and is_good and any(chosen):
            kept = [part for part, keep in zip(parts, chosen, strict=True) if keep]
            if made := _receive(form, kept):
                arriving.forget(token)
                messages.success(request, f"已交付 {len(made)} 份，正在检查。")
                return redirect("registry:delivery", made[0].pk) if len(made) == 1 else redirect("registry:deliveries")
    context = {"form": form, "parts": parts, "crumbs": [(TOP, reverse("registry:deliveries")), ("确认文件", "")]}
    return render(request, "registry/deliver_confirm.html", context)


def _arrival() -> dict[str, Any]:
    mine: list[Area] = ArrivalForm().suggestions()
    area = f"{mine[0].code} {mine[0].name}" if mine else ""
    return {"area": area, "known": timezone.localdate()}


def _parts(request: HttpRequest, files: list[tuple[Arrived, Path]]) -> list[tuple[Arrived, Path, FileForm]]:
    choices = [(name, contract.name.zh) for name, contract in delivery_pages.registers_for(current()).items()]
    month = request.GET.get("month") or f"{timezone.localdate():%Y-%m}"
    return [
        (
            arrived,
            path,
            FileForm(
                request.POST if request.method == "POST" else None, prefix=str(number), choices=choices,
                initial={"register": arrived.register, "month": arrived.month or month},
            ),
        )
        for number, (arrived, path) in enumerate(files)
    ]  # fmt: skip


def _receive(form: ArrivalForm, parts: list[tuple[Arrived, Path, FileForm]]) -> list[Delivery]:
    """Deliver each; what cannot be is told at its file, and the others are delivered all the same."""
    made = []
    for arrived, path, part in parts:
        try:
            made.append(
                actions.receive(
                    by=current(), register=part.cleaned_data["register"], month=part.cleaned_data["month"],
                    area=form.cleaned_data["area"].code, known=form.cleaned_data["known"],
                    file_name=arrived.name, blocks=kept.content(path),
                )
            )  # fmt: skip
        except YiyangError as problem:
            for zh in [zh for zh, _ in problem.problems] or [problem.zh]:
                part.add_error(None, zh)
    return made if all(part.is_valid() for _, _, part in parts) else []


def _find(pk: int) -> Delivery:
    found: Delivery = get_object_or_404(Delivery.objects.exclude(source=CLERK), pk=pk)
    return found


@page("delivery.read")
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """One delivery: how far it is, what it would change, what to decide."""
    found, scope = _find(pk), current()
    register = delivery_pages.register_name(found.register)
    context = {
        "delivery": found,
        "register": register,
        "crumbs": [(TOP, reverse("registry:deliveries")), (f"{register} {found.month}", "")],
        "may_decide": scope.may("delivery.decide", found.area_code),
        "may_upload": scope.may("delivery.upload", found.area_code),
        "is_running": found.state in delivery_pages.RUNNING,
        "problems": [zh for zh, _ in found.problems],
    }  # fmt: skip
    if context["is_running"]:
        return render(request, "registry/delivery.html", context | _running(found))
    return render(request, "registry/delivery.html", context | _checked(request, found))


def _running(found: Delivery) -> dict[str, Any]:
    return {"job": delivery_pages.progress_of(found), "is_stuck": delivery_pages.is_stuck(found)}


def _checked(request: HttpRequest, found: Delivery) -> dict[str, Any]:
    scope, reasons = current(), found.preview.get("reasons", {})
    here = reverse("registry:delivery", args=[found.pk])
    lines = QuarantineLine.objects.filter(delivery=found)
    tab = request.GET.get("tab") or ("quarantine" if {"reason", "field"} & set(request.GET) else "preview")
    may_undo = delivery_pages.may_take_back(found) and scope.may("delivery.decide", found.area_code)
    changes = delivery_pages.changes(found, scope, timezone.localdate())
    for person, *_ in changes["sample"]:
        record("read", what=f"delivery:{found.pk}", person=person.pk, area=person.area_code, detail={"preview": True})
    return {
        "is_full": load_contracts()[found.register].delivery == "full",
        "counted": delivery_pages.counted(found),
        "linked": delivery_pages.linked(found),
        "reasons": [(word, number) for word, number in sorted(reasons.items(), key=lambda item: -item[1])],
        "changes": changes,
        "beside": delivery_pages.beside(found),
        "may_take_back": may_undo,
        "undoing": delivery_pages.undoing(found, scope) if may_undo else {},
        "tab": tab,
        "tabs": [
            Tab("检查结果", here, tab == "preview"),
            Tab("待核数据", f"{here}?tab=quarantine", tab == "quarantine", found.counts.get("quarantined")),
        ],
        "table": Lines(request, lines, reasons),
    }


@page("delivery.read")
def delivery_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar alone; once the job is done, the page is read again."""
    job = delivery_pages.progress_of(_find(pk))
    if job.is_done and request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(job.next_url)
    return render(request, "site/parts/progress.html", {"job": job})


ACTS: dict[str, tuple[Any, str]] = {
    # word in the address → action, what is said when it is ordered
    "accept": (actions.accept, "已开始入库。"),
    "refuse": (actions.refuse, "已退回交付部门。"),
    "take-back": (actions.take_back, "已开始撤回。"),
}


@page("delivery.decide")
@require_POST
def decide(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """Accept, refuse or take back."""
    if word not in ACTS:
        raise Http404
    action, done = ACTS[word]
    try:
        action(by=current(), delivery=_find(pk), reason=request.POST.get("reason", "").strip()[:400])
        messages.success(request, done)
    except YiyangError as problem:
        messages.error(request, problem.zh)
    return redirect("registry:delivery", pk)


@page("delivery.upload")
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Order the job of a delivery once more whose job failed for good."""
    try:
        actions.again(by=current(), delivery=_find(pk))
        messages.success(request, "已重新排队。")
    except YiyangError as problem:
        messages.error(request, problem.zh)
    return redirect("registry:delivery", pk)


@page("delivery.upload")
@require_POST
def mend(request: HttpRequest, pk: int) -> Any:
    """The rows in quarantine as they were written, with what to do, as XLSX or CSV; a POST, for it leaves a line."""
    found, scope = _find(pk), current()
    scope.require("delivery.upload", found.area_code)
    suffix = ".csv" if request.POST.get("format") == "csv" else ".xlsx"
    with TemporaryDirectory(dir=settings.DATA, prefix="mend-") as folder:
        path = Path(folder) / f"mend{suffix}"
        mark = sheets.Mark(scope.name, timezone.localtime(), f"数据交付 {found.pk}", scope.request[:12])
        count = mending.write(found, path, mark)
        file = path.open("rb")
    record("export", what=f"delivery:{found.pk}", area=found.area_code, detail={"quarantine": count, "format": suffix})
    name = f"{delivery_pages.register_name(found.register)}-{found.month}-待核{suffix}"
    return FileResponse(file, as_attachment=True, filename=name)
