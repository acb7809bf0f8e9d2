"""Tokens and grants that end."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.accounts.models import ApiToken, Grant
from yiyang.workbench.tasks.task import CALM, EXPIRES_SOON, SOON, Source, Task, Waiting, needs


@needs("token.manage")
def tokens_expiring(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Tokens that end within a month: a department's machine stops delivering then."""
    now = timezone.now()
    rows = ApiToken.objects.filter(
        scope.where("token.manage").q("user__area__code"), expires__range=(now, now + EXPIRES_SOON), revoked_at=None
    )
    return Task("30 天内到期的接口令牌", "accounts:tokens", SOON, "到期后部门不能自动交付", "tokens"), rows


@needs("account.grant")
def grants_expiring(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Grants of others that end within a month."""
    within = scope.where("account.grant").q("area__code")
    rows = Grant.objects.filter(within, ends__range=(on, on + EXPIRES_SOON), revoked_at=None).exclude(user=scope.user)
    return Task("30 天内到期的授权", "accounts:expiring", CALM, "到期后账户即看不到数据", "accounts"), rows


SOURCES: tuple[Source, ...] = (
    tokens_expiring,
    grants_expiring,
)
