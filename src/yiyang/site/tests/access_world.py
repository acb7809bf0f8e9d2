"""A small world for tests of access: somebody and something in each place, and somebody at work in each role.

竹阳街道 is one's own township, 乌木镇 the one beside it, 大竹县 what lies above both; one person has moved to 通川区,
one has no area yet. What an actor may see is computed here from policy/roles.yaml alone, not by the code under test.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import yaml
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from yiyang.access.scope import current, platform
from yiyang.accounts.models import ApiToken, Grant, User
from yiyang.accounts.tests.places import DAZHOU, DAZHU, TONGCHUAN, WUMU, ZHUYANG
from yiyang.areas.models import Area, AreaChange, FormerArea
from yiyang.areas.models import Membership as AreaMembership
from yiyang.assessment.models import Agency, Assessor, Draw, Objection, Request, Result
from yiyang.audit.record import record, work
from yiyang.base.paths import policy_dir
from yiyang.cases.models import Appeal, Case, Decision, Webhook
from yiyang.cases.numbers import new_number
from yiyang.cases.steps import taking
from yiyang.catalog.issued import content_hash, shipped_files
from yiyang.entitlement.models import Arrear, MonthRun, Unknown
from yiyang.field.models import Device, Entry
from yiyang.notices.actions import tell
from yiyang.notices.models import Batch, Notice
from yiyang.portal.models import Citizen, CorrectionRequest, Mandate
from yiyang.registry import documents
from yiyang.registry.identity import check_character, person_of
from yiyang.registry.models import (
    Contact,
    Correction,
    Delivery,
    Export,
    GroupFigure,
    Membership,
    Person,
    PossibleDouble,
    QuarantineLine,
    Statement,
)
from yiyang.revisions.models import Revision
from yiyang.simulation.models import Scenario
from yiyang.visits.models import Alert, Finding, Observation, Post, Report, Visit, Wish
from yiyang.visits.models import Plan as VisitPlan

VILLAGE = ZHUYANG + 1
PLACES = {"own": VILLAGE, "sibling": WUMU, "parent": DAZHU, "moved": TONGCHUAN, "nowhere": -1}
NAMES = {"own": "赵爱华", "sibling": "钱保国", "parent": "孙春兰", "moved": "李德明", "nowhere": "周恩慧"}
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
}
COUNTED = ("delivered", "kept", "merged", "quarantined", "new", "unchanged", "closed", "rows")
PAPER = b"\x89PNG\r\n\x1a\n" + bytes(16)
POLICY = yaml.safe_load((policy_dir() / "roles.yaml").read_text(encoding="utf-8"))


@dataclass
class Things:
    """What lies in one place: keys of one row of each kind, and the marks by which its people are known."""

    code: int
    marks: tuple[str, ...] = ()
    keys: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.keys[name]
        except KeyError:
            raise AttributeError(name) from None


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


@dataclass
class World:
    """Everything of a run of tests."""

    places: dict[str, Things]
    actors: dict[str, Actor]

    def hidden_from(self, actor: Actor) -> list[str]:
        """Marks of the people that he must not see."""
        seen = [name for name, there in self.places.items() if actor.holds("person.read", there.code)]
        mine = _marks(1, "own") if actor.own else ()
        marks = [mark for name, there in self.places.items() if name not in seen for mark in there.marks]
        return [mark for mark in marks if mark not in mine]


@contextmanager
def rolled_back() -> Iterator[None]:
    """Nothing of it stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def build() -> World:
    """Make it all. Call it within `rolled_back`."""
    with work(platform("world")):
        places = {name: _furnish(number, name, code) for number, (name, code) in enumerate(PLACES.items(), 1)}
        actors = {role: _actor(role, role, HOME[AT[role]], AT[role]) for role in POLICY["roles"]}
        actors["sibling_clerk"] = _actor("sibling_clerk", "township_clerk", WUMU, "town")
        actors["no_grant"] = _actor("no_grant", "", DAZHU, "county")
        yesterday, tomorrow = timezone.localdate() - timedelta(1), timezone.localdate() + timedelta(1)
        actors["ended"] = _actor("ended", "county_officer", DAZHU, "county", ends=yesterday)
        actors["not_yet"] = _actor("not_yet", "county_officer", DAZHU, "county", starts=tomorrow)
    # The log and the history of writes are there only after the unit of work.
    with work(platform("world")):
        for there in places.values():
            _note(there)
    actors["anonymous"] = Actor("anonymous", is_in_force=False)
    actors["citizen"] = _citizen(places["own"].person)
    return World(places, actors)


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
    from yiyang.portal.scopes import SESSION

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
    from yiyang.accounts.actions.tokens import digest_of

    secret, prefix = f"secret{user.pk}", f"t{user.pk:07d}"
    given = {"rights": rights, "expires": timezone.now() + timedelta(days=30), "name": "测试"} | fields
    ApiToken.objects.create(user=user, prefix=prefix, digest=digest_of(secret), **given)
    return f"yt_{prefix}_{secret}"


def _log_in(actor: Actor) -> None:
    import time

    actor.client.force_login(actor.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = actor.client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() + 7200}]
    session["account_authentication_methods_user"] = str(actor.user.pk)
    session["seen"] = round(time.time()) + 7200
    session.save()


def _furnish(number: int, place: str, code: int) -> Things:
    there = Things(code)
    person, other = _person(number, place, code), _person(number + 50, place, code)
    there.marks = (*_marks(number, place), *_marks(number + 50, place))
    area = Area.objects.get(code=code)
    there.keys |= {"person": person.pk, "other": other.pk, "area": area.pk, "name": NAMES[place]}
    there.keys |= _delivered(number, code, person)
    there.keys |= _of_person(person, other, code)
    there.keys |= _of_portal(person, other, code)
    there.keys |= _people_at_work(place, area)
    there.keys |= _of_area(area)
    there.keys |= _simulated(code)
    there.keys |= _reckoned(code, person)
    there.keys |= _revised(code)
    there.keys |= _assessed(number, place, code, person, other)
    there.keys |= _visited(number, code, person)
    there.keys |= _brought_home(there)
    return there


def _visited(number: int, code: int, person: Person) -> dict[str, Any]:
    """A post, a visit with a report and what came of it, a plan and an alert."""
    today, now = timezone.localdate(), timezone.now()
    visitor = User.objects.create_user(f"w-visitor{number}", None, name=f"探访{number}", must_change_password=False)
    # A village has one visitor; the demo county's have theirs.
    post = Post.objects.filter(area_code=code, ends=None).first()
    post = post or Post.objects.create(area_code=code, visitor=visitor, starts=date(2020, 1, 1))
    alert = Alert.objects.create(
        area_code=code, kind="cold", words="寒潮", first=today, last=today, made_by_name="岗位"
    )
    plan = VisitPlan.objects.create(area_code=code, month=f"{today:%Y-%m}", state="ready", ordered_by_name="岗位")
    about = {"person": person, "area_code": code}
    visit = Visit.objects.create(
        **about, month=f"{today:%Y-%m}", cause="monthly", groups=["living_alone"], first=today, last=today, on=today,
        visitor=visitor, state="planned", counts=["home", "phone"],
    )  # fmt: skip
    report = Report.objects.create(
        **about, visit=visit, means="home", met=False, version="1", answers="{}", began_at=now, ended_at=now,
        made_by_name="岗位",
    )  # fmt: skip
    seen = Observation.objects.create(**about, report=report, fact="living_arrangement", value=1, seen_on=today)
    wish = Wish.objects.create(**about, report=report, kind="assessment", words="做能力评估")
    finding = Finding.objects.create(
        **about, number=f"YC{number}", report=report, kind="other", severity="minor", words="漏雨", found_by_name="岗位"
    )  # fmt: skip
    keys = {"post": post.pk, "alert": alert.pk, "visit_plan": plan.pk, "visit": visit.pk, "finding": finding.pk}
    keys |= {"finding_number": finding.number}
    return keys | {"observation": seen.pk, "wish": wish.pk, "report": report.pk}


def _assessed(number: int, place: str, code: int, person: Person, other: Person) -> dict[str, Any]:
    """An agency with somebody who assesses, a request, a result of the neighbour's with an objection, and a draw."""
    days = {"valid_from": date(2020, 1, 1), "valid_to": date(2035, 1, 1)}
    agency = Agency.objects.create(
        name=f"评估{number}", credit_code=f"9151172400000{number:05d}", area_code=code, a_month=9, **days
    )
    user = User.objects.create_user(f"w-{place}-assessor", None, name=f"评估员{place}", must_change_password=False)
    assessor = Assessor.objects.create(agency=agency, user=user, training="nursing", certificate="1", **days)
    asked = {"area_code": code, "instrument": "gbt_42195_2022", "kind": "first", "channel": "self"}
    request = Request.objects.create(number=f"SQ{number}", person=person, asked_by_name="岗位", **asked)
    done = Request.objects.create(number=f"SQ{number}0", person=other, agency=agency, asked_by_name="岗位", **asked)
    result = Result.objects.create(
        number=f"PG{number}", token=f"token{number}", request=done, person=other, area_code=code, version="2022.1",
        instrument="gbt_42195_2022", level=1, level_by_points=1, points=80, assessed_on=timezone.localdate(),
        issued_by_name="岗位", **days,
    )  # fmt: skip
    mine = Result.objects.create(
        number=f"PG{number}M", token=f"token{number}m", request=request, person=person, area_code=code,
        instrument="ltci_2021", version="2021.1", level=1, level_by_points=1, assessed_on=timezone.localdate(),
        issued_by_name="岗位", **days,
    )  # fmt: skip
    objection = Objection.objects.create(result=result, reason="不同意", raised_by_name="本人", due=date(2035, 1, 1))
    draw = Draw.objects.create(
        area_code=code, month="2026-10", seed="1", seed_from="福彩", pool_hash="0", pool=[result.number],
        share=Decimal("0.05"), drawn=[], drawn_by_name="岗位",
    )  # fmt: skip
    keys = {"agency": agency.pk, "assessor": assessor.pk, "assessment": request.pk, "draw": draw.pk}
    keys |= {"assessment_number": request.number, "certificate": result.number, "my_result": mine.pk}
    return keys | {"result": result.pk, "objection": objection.pk}


def _revised(code: int) -> dict[str, Any]:
    """A draft of a list; only the platform may put one where lists are not made."""
    if code < 0:
        return {}
    files = {name: text for name, text in shipped_files("511724").items() if name.startswith(("list.", "old_age"))}
    made = Revision.objects.create(
        area_code=code, version="试", title="清单", reason="试", starts=timezone.localdate(), files=files, base=files,
        hash=content_hash(files), made_by=0, made_by_name="岗位",
    )  # fmt: skip
    return {"revision": made.pk}


def id_number(number: int) -> str:
    """A right number of somebody's."""
    body = f"51302919400101{number:03d}"
    return body + check_character(body)


def _marks(number: int, place: str) -> tuple[str, ...]:
    return NAMES[place], id_number(number), f"138000{number:05d}"


def _person(number: int, place: str, code: int) -> Person:
    raw = id_number(number)
    # Whoever has moved was somebody's own before.
    first = VILLAGE if place == "moved" else code
    made = Person.objects.create(
        id=person_of(raw),
        id_number=raw,
        name=NAMES[place],
        pinyin=f"pinyin{number}",
        initials=f"py{number}",
        birth_date=19400101,
        sex=1,
        alive=1,
        month="2026-11",
        is_current=True,
        area_code=first,
        registered_code=first,
        phone=f"138000{number:05d}",
        address=f"{NAMES[place]}家",
        groups=["living_alone"],
        facts={"living_arrangement": 0},
    )
    if first != code:
        Person.objects.filter(pk=made.pk).update(area_code=code, registered_code=code)
    return made


def _delivered(number: int, code: int, person: Person) -> dict[str, Any]:
    made = Delivery.objects.create(
        register="pensions",
        month="2026-11",
        area_code=code,
        known=date(2026, 11, 5),
        state="checked",
        file_name="养老金.csv",
        file=f"deliveries/none{number}/养老金.csv",
        size=1,
        sha256=f"{number:064d}",
        delivered_by_name="岗位",
        counts=dict.fromkeys(COUNTED, 1),
        preview={
            "reasons": {"必填项为空": 1},
            "people": 1,
            "new_people": 0,
            "gone_people": 0,
            "headings_unknown": [],
            "columns_missing": [],
            "encoding": "utf-8",
            "facts": {"living_arrangement": 1},
            "sample": [{"person": person.pk, "fact": "living_arrangement", "before": 0, "after": 1}],
        },
    )
    file = settings.DATA / made.file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("身份证号码,姓名\n,某人\n", encoding="utf-8")
    line = QuarantineLine.objects.create(
        delivery=made, source_row=2, field="姓名", value="5130********0101", reason="必填项为空", remedy="补填该项"
    )
    statement = Statement.objects.create(
        register="pensions",
        person=person.pk,
        valid_from=20260101,
        valid_to=99991231,
        known_from=20261105,
        source_file="2026-11/养老金.csv",
        source_row=2,
        row_hash=number,
        state=0,
        values={"pension": 1},
        opened=made,
    )
    return {"delivery": made.pk, "line": line.pk, "statement": statement.pk, "code": code}


def _of_person(person: Person, other: Person, code: int) -> dict[str, Any]:
    contact = Contact.objects.create(person=person, kind="family", name=f"{person.name}之子", phone="13900000001")
    document = documents.add(by=current(), person=person, title="证明", blocks=[PAPER])
    correction = Correction.objects.create(
        person=person, fact="living_arrangement", value=0, valid_from=date(2026, 11, 1), reason="走访", made_by=0
    )
    double = PossibleDouble.objects.create(
        person=person, other=other, area_code=code, other_area_code=code, probability=0.9
    )
    for each in (person, other):
        Membership.objects.create(person=each, group="living_alone", entered=date(2026, 11, 1))
    GroupFigure.objects.create(month="2026-11", area_code=code, group="living_alone", people=2)
    keys = {"contact": contact.pk, "document": document.pk, "correction": correction.pk, "double": double.pk}
    return keys


def _of_portal(person: Person, other: Person, code: int) -> dict[str, Any]:
    """What a citizen finds on his own pages: a message, a request, somebody who asks to act for him."""
    raw = "".join(other.id_number)
    proof = {"person": other.pk, "verified_by": Citizen.Proof.LOCAL, "verified_at": timezone.now()}
    family = Citizen.objects.create(id_number=raw, name="家人", phone="13911110000", **proof)
    ends = timezone.localdate() + timedelta(days=30)
    mandate = Mandate.objects.create(person=person.pk, citizen=family, relation="女儿", way="code", ends=ends)
    request = CorrectionRequest.objects.create(
        person=person.pk, area_code=code, subject="address", held="不详", says="搬家了", citizen=family
    )
    data = {"item": "old_age_allowance", "fen": 10000, "every": "month"}
    tell(by=current(), person=person.pk, area=code, template="found_application", about="w:1", data=data)
    notice = Notice.objects.get(person=person.pk, channel=Notice.Channel.IN_APP)
    keys = {"mandate": mandate.pk, "request": request.pk, "notice": notice.pk}
    case = _case(person, code)
    decision = Decision.objects.create(
        case=case, number=f"JD{case.pk}", kind="grant", fen=10000, every="month", holds_from=date(2026, 11, 1),
        decided_by_name="岗位", decided_at=timezone.now(), appeal_until=ends,
    )  # fmt: skip
    appeal = Appeal.objects.create(
        case=case, decision=decision, channel="counter", reason="不同意", raised_by_name="本人", due=ends
    )
    batch = Batch.objects.create(area_code=code, channel="sms", ordered_by=0, ordered_by_name="岗位")
    keys |= {"appeal": appeal.pk, "batch": batch.pk}
    return keys | {"case": case.pk, "decision": decision.pk, "case_number": case.number}


def _case(person: Person, code: int) -> Case:
    """A case that was found."""
    today = timezone.localdate()
    with taking("found"):
        return Case.objects.create(
            number=new_number(code, today), person=person, item="old_age_allowance", list_area="511724", area_code=code,
            process="application", channel="run", state_since=timezone.now(), every="month", fen=10000,
        )  # fmt: skip


def _people_at_work(place: str, area: Area) -> dict[str, Any]:
    user = User.objects.create_user(f"w-{place}-home", None, name=f"账户{place}", must_change_password=False, area=area)
    machine = User.objects.create_user(f"w-{place}-api", None, name=f"接口{place}", kind="service", area=area)
    starts = date(2020, 1, 1)
    grant = Grant.objects.create(user=user, role="inspector", area=area, starts=starts)
    Grant.objects.create(user=machine, role="supplier", area=area, registers=["pensions"], starts=starts)
    token_of(machine, ["delivery.upload"], area=area)
    export = Export.objects.create(kind="people", reason="核对", ordered_by=user.pk, ordered_by_name=user.name)
    keys = {"account": user.pk, "grant": grant.pk, "machine": machine.pk, "export": export.pk}
    token = ApiToken.objects.get(user=machine)
    hook = Webhook.objects.create(
        token=token, area_code=area.code, url="http://x.invalid/", secret="s", sent_at=timezone.now(), is_active=False
    )
    return keys | {"token": token.pk, "webhook": hook.pk}


def _of_area(area: Area) -> dict[str, Any]:
    change = AreaChange.objects.create(
        kind="rename", state="planned", effective=date(2030, 1, 1), document="文", says=area.name,
        asked={"kind": "rename", "area": area.pk, "name": "新名"}, ordered_by_name="岗位",
    )  # fmt: skip
    FormerArea.objects.create(
        area=area, change=change, code=area.code, name="旧名", valid_from=date(2000, 1, 1), valid_to=date(2001, 1, 1)
    )
    jurisdiction = Area.objects.create(
        name=f"新区{area.pk}", level="county", kind="jurisdiction", parent=area, valid_from=date(2020, 1, 1)
    )
    member = AreaMembership.objects.create(
        jurisdiction=jurisdiction, member=area, starts=date(1990, 1, 1), ends=date(1990, 1, 2)
    )
    return {"change": change.pk, "membership": member.pk, "jurisdiction": jurisdiction.pk}


def _simulated(code: int) -> dict[str, Any]:
    """A scenario that somebody shared, on a run that was dropped."""
    run = MonthRun.objects.create(
        area_code=code, month="2026-10", known=date(2026, 10, 31), state="dropped", span=(0, 1), ordered_by_name="岗位"
    )
    parts = ("items", "by_area", "by_age", "by_hardship", "histogram", "losing", "winning", "said")
    figures = dict.fromkeys(("budget_year_fen", "winners", "losers", "undecided", "open_year_fen", "people"), 0)
    about = {"month": "2026-10", "known": "2026-10-31", "list_hash": "", "synthetic": True, "area": "511724"}
    found = Scenario.objects.create(
        area_code=code, title="共享", run=run, is_shared=True, made_by=0, made_by_name="岗位",
        changes={}, result={part: [] for part in parts} | figures | about | {"outlook": {}, "milliseconds": 1.0},
    )  # fmt: skip
    return {"scenario": found.pk}


def _reckoned(code: int, person: Person) -> dict[str, Any]:
    """A month that failed, and what an earlier one left to find out and to pay."""
    run = MonthRun.objects.create(
        area_code=code, month="2026-11", known=date(2026, 11, 5), state="failed", ordered_by_name="岗位"
    )
    words = {"run": run, "person": person.pk, "area_code": code}
    unknown = Unknown.objects.create(**words, fact="living_arrangement", items=1)
    arrear = Arrear.objects.create(**words, month="2026-10", item="old_age_allowance", list_area="511724", fen=6000)
    return {"run": run.pk, "unknown": unknown.pk, "arrear": arrear.pk}


def _brought_home(there: Things) -> dict[str, Any]:
    device = Device.objects.create(user_id=there.account, name="手机", key="k")
    now = timezone.now()
    brought = Entry.objects.create(
        id=uuid.uuid4(), device=device, user_id=there.account, kind="visit", about="1", person=there.person,
        area_code=there.code, taken_out_at=now, done_at=now, sent_by_name="某", body=json.dumps({"answers": {}}),
        sha256="0" * 64, state="refused",
    )  # fmt: skip
    return {"device": device.pk, "brought": brought.pk}


def _note(there: Things) -> None:
    record("read", what=f"person:{there.person}", person=there.person, area=there.code)
    Person.objects.filter(pk=there.person).update(address=f"{there.name}新家")
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq), 0) FROM audit_line")
        seq = cursor.fetchone()[0]
    # The line is written at the end of the unit of work; its number is the next but those of its neighbours.
    there.keys["seq_after"] = seq


def finish(world: World) -> None:
    """Look up what the units of work have written."""
    with work(platform("world")), connection.cursor() as cursor:
        for there in world.places.values():
            cursor.execute("SELECT max(seq) FROM audit_line WHERE person = %s", [there.person])
            there.keys["seq"] = cursor.fetchone()[0]
