"""Jobs in the background act for somebody: who ordered one is asked again when it runs."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from yiyang.access.scope import Scope, acting, platform
from yiyang.accounts.middleware import today
from yiyang.accounts.models import User
from yiyang.accounts.scopes import scope_of


def scope_of_job(user: int | None, request: str) -> Scope:
    """The scope of whoever ordered a job, as it is now. Without a user: the platform's own.

    Raises:
        PermissionDenied: the account is gone or switched off.
    """
    if user is None:
        return platform("platform", request)
    with acting(platform("jobs")), transaction.atomic():
        account = User.objects.filter(pk=user, is_active=True).first()
        if account is None:
            raise PermissionDenied("account")
        return scope_of(account, today(), request=request, address="job")
