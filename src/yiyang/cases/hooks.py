"""Webhooks: steps are posted to a department, signed, in order, again and again until it answers 2xx.

What is sent is narrowed by the token that registered the address, as it is when it is sent. Numbers of cases only: who
wants more asks the API.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import urllib.error
import urllib.request
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from yiyang.access.ranges import Ranges
from yiyang.access.scope import Scope, acting, platform
from yiyang.accounts.models import ApiToken
from yiyang.accounts.scopes import scope_of_token
from yiyang.areas.logic import span
from yiyang.audit.record import record, work
from yiyang.base.errors import UsageError
from yiyang.cases import feed
from yiyang.cases.models import Step, Webhook, WebhookCall

SIGNATURE, TIMEOUT, BATCH = "X-Yiyang-Signature", 10, 100
# After that many failures in a row (two days) it is switched off, and the department is to register again.
GIVE_UP, LONGEST, KEPT_CALLS = 24, 6 * 3600, 50


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is no delivery: it could lead anywhere."""

    def redirect_request(self, *args: Any) -> None:
        return None


_opener = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))


def register(*, by: Scope, token: ApiToken, url: str, items: list[str], area: int) -> tuple[Webhook, str]:
    """Note an address for a token; returns it with its secret, which is shown this once.

    Raises:
        UsageError: an address that this installation may not call (`YIYANG_WEBHOOK_HOSTS`), or known already.
        PermissionDenied: the area lies outside of where it may read cases.
    """
    by.require("case.read", area)
    _refuse_address(url)
    with acting(by):
        if Webhook.objects.filter(token=token, url=url).exists():
            raise UsageError("这个地址已经登记。", "The address is registered already.")
        secret = secrets.token_urlsafe(32)
        made: Webhook = Webhook.objects.create(
            token=token, area_code=area, url=url, secret=secret, items=items, sent_at=timezone.now()
        )
        record("write", what=f"webhook:{made.pk}", area=area, detail={"act": "registered", "items": items})
    return made, secret


def _refuse_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or (parts.hostname or "") not in settings.WEBHOOK_HOSTS:
        raise UsageError(
            "这个地址不在允许通知的主机名单中，请联系系统管理员（YIYANG_WEBHOOK_HOSTS）。",
            "This installation may not call that host; ask its administrator (YIYANG_WEBHOOK_HOSTS).",
        )


def remove(*, by: Scope, webhook: Webhook) -> None:
    """Forget an address."""
    with acting(by):
        record("write", what=f"webhook:{webhook.pk}", area=webhook.area_code, detail={"act": "removed"})
        webhook.delete()


def due() -> list[int]:
    """Webhooks whose time has come."""
    with work(platform("事件通知")):
        rows = Webhook.objects.filter(is_active=True, next_at__lte=timezone.now())
        return list(rows.order_by("pk").values_list("pk", flat=True))


def deliver(key: int) -> int:
    """Post the next steps to one address; returns how many were taken. A failure is noted and tried again later."""
    with work(platform(f"事件通知 #{key}")):
        # One worker at a time; another passes it by.
        hook = Webhook.objects.select_for_update(skip_locked=True).filter(pk=key, is_active=True).first()
        if hook is None:
            return 0
        found = _next(hook)
        if not found:
            return 0
        status, problem = _post(hook, found)
        _note(hook, found, status, problem)
        return 0 if problem else len(found)


def _next(hook: Webhook) -> list[Step]:
    """What the token may see now, of what it wants."""
    token = ApiToken.objects.select_related("user", "area").get(pk=hook.token_id)
    if token.state != "active" or not token.user.is_active:
        Webhook.objects.filter(pk=hook.pk).update(is_active=False)
        return []
    scope = scope_of_token(token, timezone.localdate(), request=f"webhook:{hook.pk}", address="")
    where = scope.where("case.read") & Ranges.of([span(hook.area_code)])
    with acting(scope):
        return feed.after((hook.sent_at, hook.sent_id), items=hook.items, area=where, most=BATCH)


def _post(hook: Webhook, found: list[Step]) -> tuple[int | None, str]:
    """The status, and what went wrong ('' = taken)."""
    body = json.dumps({"events": [feed.event(step) for step in found]}, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-Yiyang-Delivery": f"{hook.pk}-{found[0].pk}-{found[-1].pk}",
        SIGNATURE: signature(hook.secret, body, int(timezone.now().timestamp())),
    }
    try:
        with _opener.open(urllib.request.Request(hook.url, body, headers), timeout=TIMEOUT) as answer:
            return int(answer.status), ""
    except urllib.error.HTTPError as error:
        return error.code, f"HTTP {error.code}"
    except (OSError, ValueError) as error:
        return None, type(error).__name__


def signature(secret: str, body: bytes, at: int) -> str:
    """`t=<unix seconds>,v1=<HMAC-SHA256 of "t.body" in hex>`; whoever receives it refuses an old t."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _note(hook: Webhook, found: list[Step], status: int | None, problem: str) -> None:
    last = found[-1]
    WebhookCall.objects.create(
        webhook=hook, events=len(found), first=found[0].pk, last=last.pk, status=status, problem=problem
    )
    if problem:
        failures = hook.failures + 1
        wait = timedelta(seconds=min(LONGEST, 60 * 2 ** min(failures - 1, 12)))
        changed = {"failures": failures, "next_at": timezone.now() + wait, "is_active": failures < GIVE_UP}
    else:
        changed = {"failures": 0, "next_at": timezone.now(), "sent_at": last.at, "sent_id": last.pk}
    Webhook.objects.filter(pk=hook.pk).update(**changed)
    old = hook.calls.order_by("-pk").values_list("pk", flat=True)[KEPT_CALLS:]
    WebhookCall.objects.filter(pk__in=list(old)).delete()
