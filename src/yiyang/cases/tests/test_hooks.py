"""Webhooks to a server of our own: signed, in order, again after a failure, narrowed by the token, nobody named."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from django.utils import timezone

from conftest import TONGCHUAN, WUMU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.accounts.actions.tokens import digest_of
from yiyang.accounts.middleware import today
from yiyang.accounts.models import ApiToken, Grant, User
from yiyang.accounts.scopes import scope_of_token
from yiyang.areas.models import Area
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.cases import hooks
from yiyang.cases.models import Case, Webhook, WebhookCall
from yiyang.cases.tests.test_concurrency import somebody
from yiyang.cases.tests.town import DAZHU, a_run, changed, start

pytestmark = pytest.mark.usefixtures("committed")


class Department:
    """A department's server: what came, and how it answers."""

    def __init__(self) -> None:
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        department = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                department.came.append((dict(self.headers), body))
                self.send_response(department.answers.pop(0) if department.answers else 204)
                self.send_header("Location", "http://elsewhere.invalid/")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"


@pytest.fixture
def department(settings: Any) -> Iterator[Department]:
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    made = Department()
    thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def token(area: int) -> ApiToken:
    with work(platform("test")):
        place = Area.objects.get(code=area)
        user = User.objects.create_user(f"api{area}", None, name="医保局", kind="service", must_change_password=False)
        Grant.objects.create(user=user, role="county_officer", area=place, starts=date(2020, 1, 1))
        made: ApiToken = ApiToken.objects.create(
            user=user, name="联办", prefix=f"t{area}"[:12], digest=digest_of("s"), area=place,
            rights=["person.read", "case.read"], expires=timezone.now() + timedelta(days=30),
        )  # fmt: skip
    return made


def registered(of: ApiToken, url: str, items: list[str] | None = None) -> tuple[Webhook, str]:
    with work(platform("test")):
        by = scope_of_token(of, today(), request="", address="")
    with work(by):
        return hooks.register(
            by=by, token=of, url=url, items=items or [], area=of.area.code if of.area and of.area.code else 0
        )


def some_cases() -> list[Case]:
    with work(platform("test")):
        run = a_run()
        for key, area in ((1, ZHUYANG), (2, WUMU), (3, TONGCHUAN)):
            changed(run, somebody(key, "张秀英"), area_code=area)
        start(run)
        return list(Case.objects.order_by("pk"))


def test_posts_what_the_token_may_see_signed_and_without_names(department: Department) -> None:
    hook, secret = registered(token(DAZHU), department.url)
    cases = some_cases()
    assert hooks.due() == [hook.pk]
    assert hooks.deliver(hook.pk) == 2
    assert hooks.deliver(hook.pk) == 0
    ((headers, body),) = department.came
    events = json.loads(body)["events"]
    # The third lies in the district beside.
    mine = {case.number for case in cases if case.area_code != TONGCHUAN}
    assert {event["case"] for event in events} == mine
    assert set(events[0]) == {"id", "at", "case", "item", "step", "from_state", "to_state"}
    assert "张秀英" not in body.decode()
    stamp, _, digest = headers[hooks.SIGNATURE].partition(",v1=")
    sent = stamp.removeprefix("t=").encode() + b"." + body
    assert digest == hmac.new(secret.encode(), sent, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("answer", [500, 302, 404])
def test_tries_again_later_and_loses_nothing(answer: int, department: Department) -> None:
    hook, _ = registered(token(DAZHU), department.url)
    some_cases()
    department.answers = [answer]
    assert hooks.deliver(hook.pk) == 0
    assert hooks.due() == []
    with work(platform("test")):
        assert WebhookCall.objects.get().status == answer
        Webhook.objects.update(next_at=timezone.now())
    assert hooks.deliver(hook.pk) == 2
    assert next(body for _, body in department.came) == department.came[1][1]


def test_a_revoked_token_is_told_nothing_more(department: Department) -> None:
    of = token(DAZHU)
    hook, _ = registered(of, department.url)
    some_cases()
    with work(platform("test")):
        ApiToken.objects.filter(pk=of.pk).update(revoked_at=timezone.now())
    assert hooks.deliver(hook.pk) == 0
    assert department.came == []
    with work(platform("test")):
        assert not Webhook.objects.get().is_active


def test_only_hosts_that_the_installation_names_are_called(department: Department) -> None:
    of = token(DAZHU)
    for url in ("http://169.254.169.254/x", "ftp://127.0.0.1/x", "http://127.0.0.1.example/x"):
        with pytest.raises(UsageError):
            registered(of, url)
