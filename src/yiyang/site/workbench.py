"""The page on how the system runs, for whoever keeps it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yiyang.accounts.web import page
from yiyang.base.errors import UsageError
from yiyang.site import actions, system_page


@page("system.read")
def system(request: HttpRequest) -> HttpResponse:
    """State of the installation, jobs, workers, deliveries."""
    lines = system_page.checks()
    context = {
        "checks": lines,
        "figures": system_page.figures(lines),
        "about": system_page.about(),
        "running": system_page.running(),
        "failed": system_page.failed(),
        "waiting": system_page.waiting(),
        "workers": system_page.workers(),
        "deliveries": system_page.deliveries(),
    }
    return render(request, "site/system.html", context)


@require_POST
@page("system.read")
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Run a failed job again."""
    try:
        actions.retry_job(job=pk, by=request.user.get_username())
        messages.success(request, "任务已重新排队。")
    except UsageError as problem:
        messages.error(request, problem.zh)
    return redirect("site:system")
