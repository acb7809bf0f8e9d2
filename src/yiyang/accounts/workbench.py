"""Pages on accounts and grants."""

from __future__ import annotations

from datetime import date
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.accounts import bulk, lockout, offers, second_factor
from yiyang.accounts.actions import accounts as account_actions
from yiyang.accounts.actions import grants as grant_actions
from yiyang.accounts.authority import NotAllowed, authority_of, oversight_problems
from yiyang.accounts.forms import GrantForm, OpenForm, ProlongForm, ReasonForm, VisitorsForm
from yiyang.accounts.lists import Accounts, Expiring, in_force, role_name
from yiyang.accounts.models import SOON, Grant, User
from yiyang.accounts.visible import accounts as visible
from yiyang.accounts.web import LOGGED_IN, page, sensitive
from yiyang.audit.models import AuditLine
from yiyang.kit.parts import Definition, Figure

TOP = "账户与授权"


@page("account.read")
def accounts(request: HttpRequest) -> HttpResponse:
    """Accounts in my scope."""
    today = timezone.localdate()
    rows = visible("account.read", today)
    soon = Grant.objects.filter(in_force(), user__in=rows, ends__lte=today + SOON).count()
    figures = [Figure("六十天内到期的授权", soon, "项", url=reverse("accounts:expiring"))]
    return render(request, "accounts/accounts.html", {"table": Accounts(request, rows), "figures": figures})


@page("account.read")
def expiring(request: HttpRequest) -> HttpResponse:
    """Grants in my scope that end within sixty days."""
    today = timezone.localdate()
    mine = visible("account.read", today)
    rows = Grant.objects.filter(in_force(), user__in=mine, ends__lte=today + SOON).select_related("user", "area")
    crumbs = [(TOP, reverse("accounts:accounts")), ("即将到期", "")]
    return render(request, "accounts/list.html", {"table": Expiring(request, rows), "crumbs": crumbs})


@page("account.read")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: what it may, what it did lately, what I may do about it."""
    user = _find(pk, "account.read")
    return render(request, "accounts/account.html", _about(request, user))


@page(LOGGED_IN)
def me(request: HttpRequest) -> HttpResponse:
    """My own account."""
    return render(request, "accounts/me.html", _about(request, _myself(request)))


@page("account.grant")
@sensitive
def open_account(request: HttpRequest) -> HttpResponse:
    """Open an account; its temporary password stands on the answer and nowhere else."""
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, password = account_actions.open_account(by=_myself(request), **form.cleaned_data)
            return _shown_once(request, user, password)
        except NotAllowed as problem:
            form.refused(problem)
    crumbs = [(TOP, reverse("accounts:accounts")), ("开设账户", "")]
    return render(request, "accounts/open.html", {"form": form, "crumbs": crumbs})


@page("account.grant")
@sensitive
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant a role; only what I may hand on is offered."""
    user = _find(pk, "account.grant")
    form = GrantForm(request.POST or None, by=_myself(request), target=user)
    if request.method == "POST" and form.is_valid():
        try:
            grant_actions.grant_role(user=user, by=_myself(request), **form.cleaned_data)
            messages.success(request, f"已授予{user}“{role_name(form.cleaned_data['role'])}”。")
            return redirect("accounts:account", pk)
        except NotAllowed as problem:
            form.refused(problem)
    crumbs = [(TOP, reverse("accounts:accounts")), (str(user), reverse("accounts:account", args=[pk])), ("授权", "")]
    return render(request, "accounts/grant.html", {"form": form, "account": user, "crumbs": crumbs})


@page("account.grant")
@sensitive
def prolong(request: HttpRequest, pk: int) -> HttpResponse:
    """Another last day for a grant."""
    found = _find_grant(pk)
    form = ProlongForm(request.POST or None, initial={"ends": found.ends})
    if request.method == "POST" and form.is_valid():
        try:
            grant_actions.prolong(grant=found, by=_myself(request), **form.cleaned_data)
            messages.success(request, "终止日期已更改。")
            return redirect("accounts:account", found.user_id)
        except NotAllowed as problem:
            form.add_error(None, problem.zh)
    back = reverse("accounts:account", args=[found.user_id])
    crumbs = [(TOP, reverse("accounts:accounts")), (str(found.user), back), ("延长授权", "")]
    context = {"form": form, "grant": found, "role": role_name(found.role), "back": back, "crumbs": crumbs}
    return render(request, "accounts/prolong.html", context)


@page("account.grant")
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a grant now."""
    found = _find_grant(pk)
    _try(request, "授权已收回。", grant_actions.revoke, grant=found, reason=_reason(request))
    return redirect("accounts:account", found.user_id)


ACTS: dict[str, tuple[Any, str, bool]] = {
    # word in the address → action, what is said when it is done, whether a reason is given
    "switch-off": (account_actions.switch_off, "账户已停用，所有登录已退出。", True),
    "switch-on": (account_actions.switch_on, "账户已启用。", True),
    "reset-code": (account_actions.reset_second_factor, "两步验证已重置，下次登录时重新设置。", True),
    "unlock": (account_actions.unlock, "登录已解锁。", False),
    "end-sessions": (account_actions.end_sessions, "已退出该账户的所有登录。", False),
}


@page("account.support", also=("account.grant",))
@require_POST
@sensitive
def act(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """Switch off, switch on, unlock, … as the page's buttons say."""
    if word not in ACTS:
        raise Http404
    user = _find(pk, "account.read")
    action, done, has_reason = ACTS[word]
    _try(request, done, action, user=user, **({"reason": _reason(request)} if has_reason else {}))
    return redirect("accounts:account", pk)


@page("account.support", also=("account.grant",))
@require_POST
@sensitive
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """A new temporary password, shown once."""
    user = _find(pk, "account.read")
    try:
        password = account_actions.reset_password(user=user, by=_myself(request), reason=_reason(request))
    except NotAllowed as problem:
        messages.error(request, problem.zh)
        return redirect("accounts:account", pk)
    return _shown_once(request, user, password)


@page("account.grant")
@sensitive
def visitors(request: HttpRequest) -> HttpResponse:
    """Visitors by the sheet: upload, preview, open."""
    if request.method == "POST" and "packed" in request.POST:
        return _open_visitors(request)
    form = VisitorsForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "crumbs": [(TOP, reverse("accounts:accounts")), ("批量开设探访员", "")]}
    if request.method == "POST" and form.is_valid():
        try:
            found = bulk.preview(form.cleaned_data["file"], form.cleaned_data["area"], _myself(request))
        except ValidationError as problem:
            form.add_error("file", problem)
        else:
            ends = form.cleaned_data["ends"]
            told = {"visitors": bulk.packed(found), "ends": ends.isoformat() if ends else ""}
            bad = sum(bool(visitor.problems) for visitor in found)
            context |= {
                "found": found,
                "bad": bad,
                "ends": ends,
                "packed": signing.dumps(told, salt=_salt(request), compress=True),
            }
    return render(request, "accounts/visitors.html", context)


def _salt(request: HttpRequest) -> str:
    return f"accounts.visitors.{request.user.pk}"


def _open_visitors(request: HttpRequest) -> HttpResponse:
    try:
        told = signing.loads(request.POST["packed"], salt=_salt(request), max_age=3600)
        ends = date.fromisoformat(told["ends"]) if told["ends"] else None
        opened = bulk.open_all(bulk.unpacked(told["visitors"]), ends=ends, by=_myself(request))
    except signing.BadSignature:
        messages.error(request, "预览已过期，请重新上传名单。")
        return redirect("accounts:visitors")
    except NotAllowed as problem:
        messages.error(request, f"{problem.zh}没有开设任何账户。")
        return redirect("accounts:visitors")
    return render(request, "accounts/visitors_opened.html", {"opened": opened, "days": account_actions.TEMPORARY_DAYS})


def _myself(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user


def _find(pk: int, right: str) -> User:
    return get_object_or_404(visible(right, timezone.localdate()).select_related("area", "created_by"), pk=pk)


def _find_grant(pk: int) -> Grant:
    mine = visible("account.grant", timezone.localdate())
    return get_object_or_404(Grant.objects.select_related("user", "area").filter(user__in=mine), pk=pk)


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    return str(form.cleaned_data["reason"]) if form.is_valid() else ""


def _try(request: HttpRequest, done: str, action: Any, **named: Any) -> None:
    try:
        action(by=_myself(request), **named)
    except NotAllowed as problem:
        messages.error(request, problem.zh)
    else:
        messages.success(request, done)


def _shown_once(request: HttpRequest, user: User, password: str) -> HttpResponse:
    context = {"account": user, "password": password, "days": account_actions.TEMPORARY_DAYS}
    return render(request, "accounts/password.html", context)


def _about(request: HttpRequest, user: User) -> dict[str, Any]:
    today, myself, scope = timezone.localdate(), _myself(request), current()
    authority = authority_of(myself, today)
    grants = list(user.grants.select_related("area", "granted_by", "revoked_by"))
    locked = lockout.seconds_left(user)
    may_oversee = not oversight_problems(authority, user)
    return {
        "account": user,
        "lines": _lines(user),
        "grants": [(grant, role_name(grant.role)) for grant in grants],
        "tokens": user.tokens.all(),
        "sessions": UserSession.objects.filter(user=user).count(),
        "locked": -(-locked // 60),
        "acts": AuditLine.objects.filter(Q(actor=user.pk) | Q(kind="login", what=f"accounts_user:{user.pk}"))[:20],
        "may_grant": scope.may("account.grant")
        and user.pk != myself.pk
        and bool(offers.roles_for(myself, user.kind, today)),
        "may_oversee": may_oversee,
        "may_support": not oversight_problems(authority, user, "account.support"),
        "may_reset": not account_actions.password_problems(user, myself),
        "crumbs": [(TOP, reverse("accounts:accounts")), (str(user), "")] if scope.may("account.read") else [],
    }


def _lines(user: User) -> list[Definition]:
    factor = "已设置" if second_factor.is_set_up(user) else "未设置"
    return [
        Definition("用户名", user.username, kind="code"),
        Definition("类型", user.get_kind_display()),
        Definition("单位", user.unit),
        Definition("所属区划", user.area.name if user.area else ""),
        Definition("两步验证", factor + ("（岗位要求）" if second_factor.is_asked_of(user) else "")),
        Definition("最近登录", user.last_login, kind="when"),
        Definition("建立", user.created_at, source=f"由{user.created_by}开设" if user.created_by else "", kind="when"),
    ]
