"""Pages on tokens, and the permission matrix."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access import sheets
from yiyang.access.scope import current
from yiyang.accounts import matrix as table_of
from yiyang.accounts.actions import tokens as token_actions
from yiyang.accounts.authority import NotAllowed
from yiyang.accounts.forms import ReasonForm, TokenForm
from yiyang.accounts.lists import Tokens
from yiyang.accounts.models import User
from yiyang.accounts.roles import load_roles
from yiyang.accounts.visible import accounts as visible_accounts
from yiyang.accounts.visible import tokens as visible
from yiyang.accounts.web import page, sensitive
from yiyang.audit.record import record

TOP = "接口令牌"


@page("token.manage")
def tokens(request: HttpRequest) -> HttpResponse:
    """Departments' tokens in my scope."""
    return render(request, "accounts/tokens.html", {"table": Tokens(request, visible(timezone.localdate()))})


@page("token.manage")
def token(request: HttpRequest, pk: int) -> HttpResponse:
    """One token."""
    found = get_object_or_404(visible(timezone.localdate()).select_related("created_by"), pk=pk)
    rights = [right.zh for slug, right in load_roles().rights.items() if slug in found.rights]
    crumbs = [(TOP, reverse("accounts:tokens")), (found.name, "")]
    context = {"token": found, "rights": rights, "crumbs": crumbs}
    return render(request, "accounts/token.html", context)


@page("token.manage")
@sensitive
def issue(request: HttpRequest) -> HttpResponse:
    """Issue a token; its text stands on the answer and nowhere else."""
    machines = visible_accounts("token.manage", timezone.localdate()).filter(kind=User.Kind.SERVICE, is_active=True)
    form = TokenForm(request.POST or None, users=machines)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            made, text = token_actions.issue_token(
                user=chosen["user"],
                name=chosen["name"],
                rights=chosen["rights"],
                registers=chosen["registers"] or None,
                area=chosen["area"],
                expires=form.expires,
                by=request.user,  # type: ignore[arg-type]
            )
            return render(request, "accounts/token_once.html", {"token": made, "text": text})
        except NotAllowed as problem:
            form.refused(problem)
    crumbs = [(TOP, reverse("accounts:tokens")), ("签发", "")]
    return render(request, "accounts/issue.html", {"form": form, "crumbs": crumbs})


@page("token.manage")
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """It opens nothing from now on."""
    found = get_object_or_404(visible(timezone.localdate()), pk=pk)
    form = ReasonForm(request.POST)
    reason = str(form.cleaned_data["reason"]) if form.is_valid() else ""
    try:
        token_actions.revoke_token(token=found, by=request.user, reason=reason)  # type: ignore[arg-type]
        messages.success(request, "令牌已吊销。")
    except NotAllowed as problem:
        messages.error(request, problem.zh)
    return redirect("accounts:tokens")


@page("account.read", also=("audit.read",))
def matrix(request: HttpRequest) -> HttpResponse:
    """Rights × roles, and pages × roles, printed from what is in force."""
    roles = load_roles().roles
    context = {"roles": roles, "rights": table_of.rights(), "pages": table_of.pages()}
    return render(request, "accounts/matrix.html", context)


@page("account.read", also=("audit.read",))
def matrix_sheet(request: HttpRequest) -> HttpResponse:
    """The same as XLSX, for auditors."""
    roles, scope, now = load_roles().roles, current(), timezone.localtime()
    number = f"MATRIX-{now:%Y%m%d%H%M%S}"
    columns = [sheets.Column("类别"), sheets.Column("编号", width=30), sheets.Column("名称", width=30)]
    columns += [sheets.Column(role.zh) for role in roles.values()] + [sheets.Column("说明", width=30)]
    lines = [("权限", line) for line in table_of.rights()] + [("页面", line) for line in table_of.pages()]
    rows = [
        [kind, line.key, line.title, *("●" if role in line.roles else "" for role in roles), line.note]
        for kind, line in lines
    ]
    with TemporaryDirectory() as folder:
        file = Path(folder) / "matrix.xlsx"
        sheets.write(file, columns, rows, sheets.Mark(scope.name, now, "全部角色", number, is_personal=False))
        content = file.read_bytes()
    record("export", what="accounts:matrix", detail={"rows": len(rows), "number": number})
    answer = HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    answer["Content-Disposition"] = f'attachment; filename="{number}.xlsx"'
    return answer
