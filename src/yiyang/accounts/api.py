"""Accounts, grants and tokens over the API, and who the caller is. Granting is done on the pages, by people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from yiyang.access.scope import current
from yiyang.accounts.actions.tokens import revoke_token
from yiyang.accounts.lists import in_force
from yiyang.accounts.models import ApiToken, Grant, User
from yiyang.accounts.visible import accounts as visible
from yiyang.accounts.visible import tokens as manageable
from yiyang.kit.api import Key, Listed, Paging, Reason, Word, answers, may, paged

router = Router(tags=["accounts"])


class Place(Schema):
    """An area by its code, or by its name where it has none."""

    code: int | None
    name: str


class MeOut(Schema):
    """Who calls, and what he may where: right → half-open ranges of area codes."""

    user: int
    name: str
    rights: dict[str, list[list[int]]]
    registers: list[str] | None = Field(description="null：全部 / null: all of them")


class GrantOut(Schema):
    """A role in an area for a time."""

    id: int
    user: int = Field(alias="user_id")
    role: str
    area: Place
    registers: list[str] | None
    starts: date
    ends: date | None
    revoked_at: datetime | None


class AccountOut(Schema):
    """An account, without anything that helps to enter it."""

    id: int
    username: str
    name: str
    kind: str
    unit: str
    area: Place | None
    is_active: bool
    last_login: datetime | None


class AccountWhole(AccountOut):
    """An account with all its grants, past ones too."""

    grants: list[GrantOut]

    @staticmethod
    def resolve_grants(user: User) -> list[Grant]:
        return list(user.grants.select_related("area"))


class TokenOut(Schema):
    """A token, without its secret, which is nowhere kept."""

    id: int
    user: int = Field(alias="user_id")
    name: str
    prefix: str
    rights: list[str]
    registers: list[str] | None
    area: Place | None
    expires: datetime
    last_used_at: datetime | None
    state: str


class AccountFilters(Paging):
    """Narrow the list of accounts."""

    text: Word = Field("", description="姓名、用户名或单位中的字 / part of name, username or unit")
    role: Word = Field("", description="现有此角色 / has this role now")
    active: bool | None = None


class Withdrawal(Schema):
    """Why a token is revoked."""

    reason: Reason


@router.get("/me", response=answers(MeOut), **may())
def me(request: HttpRequest) -> Any:
    """Who am I, what may I, where."""
    scope = current()
    rights = {right: [list(span) for span in where.spans] for right, where in scope.rights.items() if where}
    registers = None if scope.registers is None else sorted(scope.registers)
    return {"user": scope.user, "name": scope.name, "rights": rights, "registers": registers}


@router.get("/accounts", response=answers(Listed[AccountOut]), **may("account.read"))
def accounts(request: HttpRequest, wanted: Query[AccountFilters]) -> Any:
    """Accounts at home in one's areas, or with a role there."""
    rows = visible("account.read", timezone.localdate()).select_related("area")
    if wanted.text:
        words = wanted.text
        rows = rows.filter(Q(name__icontains=words) | Q(username__icontains=words) | Q(unit__icontains=words))
    if wanted.role:
        rows = rows.filter(pk__in=Grant.objects.filter(in_force(), role=wanted.role).values("user"))
    if wanted.active is not None:
        rows = rows.filter(is_active=wanted.active)
    return paged(rows, ("username",), wanted)


@router.get("/accounts/{int:pk}", response=answers(AccountWhole), **may("account.read"))
def account(request: HttpRequest, pk: Key) -> Any:
    """One account with its grants."""
    return get_object_or_404(visible("account.read", timezone.localdate()).select_related("area"), pk=pk)


@router.get("/tokens", response=answers(Listed[TokenOut]), **may())
def tokens(request: HttpRequest, paging: Query[Paging]) -> Any:
    """One's own tokens, and those that one manages."""
    return paged(_tokens(), ("-id",), paging)


@router.delete("/tokens/{int:pk}", response=answers(TokenOut), **may(example={"reason": "已更换"}))
def revoke(request: HttpRequest, pk: Key, given: Withdrawal) -> Any:
    """It opens nothing from now on. Everybody may revoke his own."""
    found = get_object_or_404(_tokens(), pk=pk)
    revoke_token(token=found, by=_caller(), reason=given.reason)
    return found


def _tokens() -> Any:
    mine = Q(user=current().user) | Q(pk__in=manageable(timezone.localdate()).values("pk"))
    return ApiToken.objects.filter(mine).select_related("user", "area")


def _caller() -> User:
    user = User.objects.filter(pk=current().user or 0, is_active=True).first()
    if user is None:
        raise Http404
    return user
