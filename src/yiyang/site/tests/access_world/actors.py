"""Somebody at work in each role, and a citizen in the portal."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import yaml
from django.conf import settings
from django.test import Client
from django.utils import timezone

from yiyang.access.scope import platform
from yiyang.accounts.actions.tokens import digest_of
from yiyang.accounts.models import ApiToken, Grant, User
from yiyang.accounts.tests.places import DAZHOU, DAZHU, WUMU, ZHUYANG
from yiyang.areas.models import Area
from yiyang.audit.record import work
from yiyang.base.paths import policy_dir
from yiyang.portal.models import Citizen
from yiyang.portal.scopes import SESSION
from yiyang.site.tests.access_world.things import NAMES, VILLAGE, id_number

SIZES = {"village": 1, "town": 10**3, "county": 10**6, "city": 10**8}
# Where each role of the tests is held.
HOME = {"village": VILLAGE, "town": ZHUYANG, "county": DAZHU, "city": DAZHOU}
AT = {
    "city_officer": "city",
    "county_officer": "county",
    "intake": "city",
    "reviewer": "county",
    "approver": "county",
    "township_clerk": "town",
    "village_visitor": "village",
    "legal_officer": "county",
    "bureau_head": "county",
    "assessor": "town",
    "responder": "county",
    "institution_manager": "town",
    "inspector": "county",
    "auditor": "city",
    "supplier": "county",
    "partner": "county",
    "administrator": "city",
    "liaison": "county",
}
POLICY = yaml.safe_load((policy_dir() / "roles.yaml").read_text(encoding="utf-8"))


@dataclass
class Actor:
    """Somebody at work: his role, where he holds it, and how he calls."""

    name: str
    role: str = ""
    level: str = ""
    # A failure is an answer (500) here, which the tests look for.
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    user: Any = None
    token: str = ""
    is_in_force: bool = True
    at: int = 0
    # A citizen in the portal: key of his file. He has no rights, only this person.
    own: int = 0
    session: str = ""

    def holds(self, right: str, code: int) -> bool:
        """Whether he holds a right where a code lies, by policy/roles.yaml."""
        return bool(self.role) and right in POLICY["roles"][self.role]["rights"] and self.reaches(code)

    def reaches(self, code: int) -> bool:
        """Whether his grant covers a code."""
        if not (self.role and self.is_in_force):
            return False
        if code == -1:
            return bool(POLICY["roles"][self.role].get("no_area")) and self.level == "city"
        return self.at <= code < self.at + SIZES[self.level]

    def has(self, right: str) -> bool:
        """Whether he holds a right anywhere."""
        return self.is_in_force and bool(self.role) and right in POLICY["roles"][self.role]["rights"]

    def call(self, method: str, path: str, data: Any = None, *, as_json: bool = False) -> Any:
        """Send a request as a browser would, or with the token on the API."""
        if self.session:
            # Logging out is asked for as well; what it did is taken back, the browser's cookie would not be.
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.session
        headers = {"HTTP_AUTHORIZATION": f"Bearer {self.token}"} if self.token and path.startswith("/api/") else {}
        if as_json and method != "get":
            headers["content_type"] = "application/json"
        elif method == "put":
            headers["content_type"] = "text/csv"
        return getattr(self.client, method)(path, data, **headers)


def actors(own: int) -> dict[str, Actor]:
    """Everybody who asks; `own` is the key of the person in one's own place, who is the citizen."""
    yesterday, tomorrow = timezone.localdate() - timedelta(1), timezone.localdate() + timedelta(1)
    with work(platform("world")):
        found = {role: _actor(role, role, HOME[AT[role]], AT[role]) for role in POLICY["roles"]}
        found["sibling_clerk"] = _actor("sibling_clerk", "township_clerk", WUMU, "town")
        found["no_grant"] = _actor("no_grant", "", DAZHU, "county")
        found["ended"] = _actor("ended", "county_officer", DAZHU, "county", ends=yesterday)
        found["not_yet"] = _actor("not_yet", "county_officer", DAZHU, "county", starts=tomorrow)
    found["anonymous"] = Actor("anonymous", is_in_force=False)
    found["citizen"] = _citizen(own)
    return found


def _actor(name: str, role: str, code: int, level: str, **dates: date) -> Actor:
    is_machine = role == "supplier"
    home = Area.objects.get(code=code)
    user = User.objects.create_user(
        f"w-{name}",
        "correct horse battery",
        name=f"岗位{name}",
        must_change_password=False,
        area=home,
        kind="service" if is_machine else "staff",
    )
    actor = Actor(name, role, level, user=user, at=code, is_in_force=not dates)
    if role:
        registers = ["pensions"] if is_machine else None
        given = {"starts": date(2020, 1, 1), **dates}
        Grant.objects.create(user=user, role=role, area=home, registers=registers, **given)
    if is_machine:
        actor.token = token_of(user, POLICY["roles"][role]["rights"])
    else:
        _log_in(actor)
    return actor


def _citizen(person: int) -> Actor:
    """The person of one's own place, logged in to the portal."""
    actor = Actor("citizen", is_in_force=False, own=person)
    with work(platform("world")):
        raw, phone = id_number(1), "13800000001"
        proof = {"person": person, "verified_by": Citizen.Proof.REGISTRY, "verified_at": timezone.now()}
        made = Citizen.objects.create(id_number=raw, name=NAMES["own"], phone=phone, **proof)
    session = actor.client.session
    session[SESSION] = {"id": made.pk, "epoch": made.epoch}
    session.save()
    actor.session = str(session.session_key)
    return actor


def token_of(user: User, rights: list[str], **fields: Any) -> str:
    """A token for an account, whatever the rules of issuing say."""
    secret, prefix = f"secret{user.pk}", f"t{user.pk:07d}"
    # As if it had been used a moment ago from here, all the while: a use is noted every five minutes.
    used = {"last_used_at": timezone.now() + timedelta(hours=2), "last_address": "127.0.0.1"}
    given = {"rights": rights, "expires": timezone.now() + timedelta(days=30), "name": "测试", **used} | fields
    ApiToken.objects.create(user=user, prefix=prefix, digest=digest_of(secret), **given)
    return f"yt_{prefix}_{secret}"


def _log_in(actor: Actor) -> None:
    actor.client.force_login(actor.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = actor.client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() + 7200}]
    session["account_authentication_methods_user"] = str(actor.user.pk)
    session["seen"] = round(time.time()) + 7200
    session.save()
