"""A citizen sees himself and those who let him act for them, by whatever route; and writes nobody else's rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import Scope, acting, platform
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work
from yiyang.portal import citizen_actions, citizens, mandates, scopes
from yiyang.portal.models import Citizen, Mandate
from yiyang.portal.tests.conftest import yesterday
from yiyang.portal.urls_mine import urlpatterns
from yiyang.registry.models import Contact, Person

pytestmark = pytest.mark.django_db
# Pages of one person that need nothing else in their address.
OF_ONE = sorted(
    str(each.pattern).replace("<int:key>", "{key}")
    for each in urlpatterns
    if str(each.pattern).startswith("mine/<int:key>/") and str(each.pattern).count("<") == 1
)


def _scope(who: Citizen) -> Scope:
    return scopes.scope_of(who)


@pytest.mark.parametrize("page", OF_ONE)
def test_anothers_pages_are_not_found(
    page: str, aihua: Any, baoguo: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client]
) -> None:
    browser = at_home(citizen(aihua))
    own, other = (f"/portal/{page}".format(key=each.pk) for each in (aihua, baoguo))
    assert browser.get(own).status_code in (200, 302, 404, 405)
    for ask in (browser.get, browser.post):
        assert ask(other).status_code in (404, 405)
        assert "保国" not in ask(other).content.decode()


@pytest.mark.parametrize(
    "page", ["", "entitlements/", "cases/", "messages/", "file/", "readers/", "contacts/", "family/"]
)
def test_ones_own_pages_open_and_are_logged(
    page: str, aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client]
) -> None:
    me = citizen(aihua)
    answer = at_home(me).get(f"/portal/mine/{aihua.pk}/{page}")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    with acting(platform("test")):
        assert AuditLine.objects.filter(person=aihua.pk, kind="read", actor_name=f"群众#{me.pk}").exists()


def test_nobody_logged_in_is_sent_to_log_in(client: Client, aihua: Any) -> None:
    for page in OF_ONE:
        assert client.get(f"/portal/{page}".format(key=aihua.pk))["Location"].startswith("/portal/login/")


def test_the_second_lock_shows_only_his_people(aihua: Any, baoguo: Any, citizen: Callable[..., Citizen]) -> None:
    with work(platform("test")):
        for each in (aihua, baoguo):
            Contact.objects.create(person=each, kind="family", name=f"{each.name}之子")
    with acting(_scope(citizen(aihua))), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM registry_person")
        assert cursor.fetchall() == [("爱华",)]
        cursor.execute("SELECT name FROM registry_contact")
        assert cursor.fetchall() == [("爱华之子",)]
        for table in (
            "audit_line",
            "registry_delivery",
            "registry_possibledouble",
            "entitlement_monthrun",
            "portal_logincode",
        ):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table


def test_raw_sql_writes_nobody_elses_rows(
    aihua: Any, baoguo: Any, citizen: Callable[..., Citizen], mandate: Callable[..., Mandate]
) -> None:
    me, other = citizen(aihua), citizen(baoguo)
    theirs = mandate(baoguo, me)
    with acting(platform("test")), transaction.atomic():
        Mandate.objects.update(revoked_at=timezone.now())
    with acting(_scope(me)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_person SET name = 'x' WHERE id = %s", [baoguo.pk])
        assert cursor.rowcount == 0
        for change in ("revoked_at = NULL", "ends = '2099-01-01'"):
            cursor.execute(f"UPDATE portal_mandate SET {change} WHERE id = %s", [theirs.pk])
            assert cursor.rowcount == 0
        cursor.execute("UPDATE portal_citizen SET person = %s", [other.person])
        assert cursor.rowcount == 0


def test_nobody_gives_himself_a_mandate_in_the_database(
    aihua: Any, baoguo: Any, citizen: Callable[..., Citizen]
) -> None:
    me = citizen(aihua)
    insert = (
        "INSERT INTO portal_mandate (person, citizen_id, relation, way, asked_at, agreed_at, ends, revoked_by_name) "
        "VALUES (%s, %s, '子', 'login', now(), now(), '2030-01-01', '')"
    )
    with acting(_scope(me)), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, [baoguo.pk, me.pk])


def test_who_only_answered_from_his_telephone_opens_no_file(aihua: Any, citizen: Callable[..., Citizen]) -> None:
    assert _scope(citizen(aihua, proof="local")).persons == frozenset()


def test_a_locked_citizen_is_out(
    aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client], grant: Callable[..., Any]
) -> None:
    me = citizen(aihua)
    browser = at_home(me)
    admin = Scope(grant("春兰", "administrator", 511700000000).pk, "春兰", {"account.support": _everywhere()})
    with work(admin):
        citizens.lock(by=admin, citizen=me.pk, reason="手机丢失")
    assert browser.get(f"/portal/mine/{aihua.pk}/").status_code == 302


def test_two_files_that_became_one_are_still_his_own(
    aihua: Any, baoguo: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client]
) -> None:
    from yiyang.registry.models import Alias

    me = citizen(aihua)
    with work(platform("test")):
        Person.objects.filter(pk=aihua.pk).update(merged_into=baoguo.pk)
        Alias.objects.create(key=aihua.pk, person=baoguo)
    browser = at_home(me)
    assert browser.get("/portal/mine/")["Location"] == f"/portal/mine/{baoguo.pk}/"
    assert "本人办理" in browser.get(f"/portal/mine/{baoguo.pk}/").content.decode()
    assert browser.get(f"/portal/mine/{aihua.pk}/").status_code == 404


def _everywhere() -> Any:
    from yiyang.access.ranges import ALL

    return ALL


class TestMandates:
    def test_one_in_force_opens_the_elders_pages_and_says_for_whom(
        self,
        aihua: Any,
        citizen: Callable[..., Citizen],
        mandate: Callable[..., Mandate],
        at_home: Callable[..., Client],
    ) -> None:
        daughter = citizen("春兰")
        mandate(aihua, daughter)
        page = at_home(daughter).get(f"/portal/mine/{aihua.pk}/").content.decode()
        assert "正在为" in page
        with acting(platform("test")):
            line = AuditLine.objects.get(person=aihua.pk, kind="read")
            assert line.actor_name == f"群众#{daughter.pk}（代办）"

    @pytest.mark.parametrize("fault", ["expired", "revoked", "not agreed", "dead"])
    def test_one_that_does_not_hold_opens_nothing(
        self, fault: str, aihua: Any, citizen: Callable[..., Citizen], mandate: Callable[..., Mandate]
    ) -> None:
        daughter = citizen("春兰")
        faults: dict[str, dict[str, Any]] = {
            "expired": {"ends": yesterday()},
            "revoked": {"revoked_at": timezone.now()},
            "not agreed": {"agreed_at": None},
        }
        mandate(aihua, daughter, **faults.get(fault, {}))
        if fault == "dead":
            with work(platform("test")):
                Person.objects.filter(pk=aihua.pk).update(alive=0)
        assert _scope(daughter).persons == frozenset()

    def test_an_elder_revokes_and_the_daughter_is_out_at_once(
        self,
        aihua: Any,
        citizen: Callable[..., Citizen],
        mandate: Callable[..., Mandate],
        at_home: Callable[..., Client],
    ) -> None:
        elder, daughter = citizen(aihua), citizen("春兰")
        given = mandate(aihua, daughter)
        hers, his = at_home(daughter), at_home(elder)
        assert hers.get(f"/portal/mine/{aihua.pk}/").status_code == 200
        his.post(f"/portal/mine/{aihua.pk}/family/{given.pk}/revoke/")
        assert hers.get(f"/portal/mine/{aihua.pk}/").status_code == 404

    def test_the_daughter_gives_up(
        self,
        aihua: Any,
        citizen: Callable[..., Citizen],
        mandate: Callable[..., Mandate],
        at_home: Callable[..., Client],
    ) -> None:
        daughter = citizen("春兰")
        mandate(aihua, daughter)
        browser = at_home(daughter)
        assert browser.post(f"/portal/mine/{aihua.pk}/family/give-up/").status_code == 302
        assert browser.get(f"/portal/mine/{aihua.pk}/").status_code == 404

    def test_who_acts_for_an_elder_has_no_say_in_his_mandates(
        self, aihua: Any, baoguo: Any, citizen: Callable[..., Citizen], mandate: Callable[..., Mandate],
        at_home: Callable[..., Client],
    ) -> None:  # fmt: skip
        daughter, other = citizen("春兰"), citizen(baoguo)
        mandate(aihua, daughter)
        waiting = mandate(aihua, other, agreed_at=None)
        browser = at_home(daughter)
        assert browser.get(f"/portal/mine/{aihua.pk}/family/").status_code == 404
        assert browser.post(f"/portal/mine/{aihua.pk}/family/{waiting.pk}/agree/").status_code == 404
        for act in (mandates.agree, mandates.revoke):
            with work(_scope(daughter)) as by, pytest.raises(PermissionDenied):
                act(by=by, mandate=waiting)

    def test_asking_gets_the_same_answer_whether_or_not_there_is_such_an_elder(
        self, aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client]
    ) -> None:
        from yiyang.portal.tests.conftest import number

        browser = at_home(citizen("春兰"))
        pages = []
        for name, id_number in (("爱华", "".join(aihua.id_number)), ("无人", number("无人"))):
            asked = {"name": name, "id_number": id_number, "relation": "女儿", "ends": mandates.latest_day()}
            answer = browser.post("/portal/mine/ask/", asked)
            wrong = browser.post("/portal/mine/ask/code/", {"code": "000000"}).content.decode()
            pages.append((answer.status_code, answer["Location"], len(wrong)))
        assert pages[0] == pages[1]
        assert "爱华" not in browser.get("/portal/mine/?all=1").content.decode()

    def test_the_elders_code_opens_his_file_to_the_daughter(
        self, aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client]
    ) -> None:
        daughter = citizen("春兰")
        with work(_scope(daughter)) as by:
            mandates.ask(
                by=by,
                citizen=daughter,
                id_number="".join(aihua.id_number),
                name="爱华",
                relation="女儿",
                ends=mandates.latest_day(),
            )
        code = _last_code("13900000001")
        with work(_scope(daughter)) as by:
            given = mandates.consent_by_code(by=by, citizen=daughter, person=aihua.pk, code=code)
        assert given.way == "code"
        assert _scope(daughter).persons == {aihua.pk}

    def test_an_elder_names_his_daughter_who_then_logs_in(
        self, aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client]
    ) -> None:
        from yiyang.portal.tests.conftest import PHONES, number

        named = {"name": "春兰", "id_number": number("春兰"), "phone": PHONES["春兰"], "relation": "女儿"}
        his = at_home(citizen(aihua))
        assert (
            his.post(f"/portal/mine/{aihua.pk}/family/name/", {**named, "ends": mandates.latest_day()}).status_code
            == 302
        )
        with acting(platform("test")):
            daughter = Citizen.objects.get(name="春兰")
        assert daughter.verified_by == "named"
        assert _scope(daughter).persons == {aihua.pk}

    def test_a_clerk_notes_consent_at_the_counter_in_his_area_only(
        self, aihua: Any, baoguo: Any, grant: Callable[..., Any]
    ) -> None:
        from yiyang.accounts.scopes import scope_of
        from yiyang.portal.tests.conftest import PHONES, number
        from yiyang.registry import documents

        clerk = scope_of(grant("春兰", "township_clerk", 511724001000), timezone.localdate())
        with work(platform("test")) as by:
            papers = [
                documents.add(by=by, person=each, title="同意书", blocks=[b"\x89PNG\r\n\x1a\n" + bytes(16)])
                for each in (aihua, baoguo)
            ]
        family = {"id_number": number("春兰"), "name": "春兰", "phone": PHONES["春兰"], "relation": "女儿"}
        with work(clerk):
            made = mandates.consent_at_counter(
                by=clerk, person=aihua, **family, ends=mandates.latest_day(), document=papers[0]
            )
            assert made.way == "counter"
            with pytest.raises(PermissionDenied):
                mandates.consent_at_counter(
                    by=clerk, person=baoguo, **family, ends=mandates.latest_day(), document=papers[1]
                )


def _last_code(phone: str) -> str:
    import re

    from yiyang.notices.models import Instant

    with work(platform("test")):
        return re.findall(r"[0-9]{6}", str(Instant.objects.filter(phone_hash=phone).order_by("-id")[0].text))[0]


class TestWhatIsHeld:
    def test_this_is_wrong_waits_once_for_a_clerk_who_answers(
        self, aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client], grant: Callable[..., Any],
        logged_in: Callable[..., Client], settings: Any,
    ) -> None:  # fmt: skip
        from yiyang.portal.models import CorrectionRequest

        browser = at_home(citizen(aihua))
        page = f"/portal/mine/{aihua.pk}/file/wrong/address/"
        for says in ("我搬家了", "我搬到竹阳街道了"):
            assert browser.post(page, {"says": says}).status_code == 302
        with acting(platform("test")):
            asked = CorrectionRequest.objects.get()
        assert str(asked.says) == "我搬到竹阳街道了"
        settings.SECOND_FACTOR = False
        clerk = logged_in(grant("保国", "township_clerk", 511724001000))
        assert "住址" in clerk.get("/portal/requests/").content.decode()
        one = f"/portal/requests/{asked.pk}/"
        assert "我搬到竹阳街道了" in clerk.get(one).content.decode()
        assert clerk.post(one, {"outcome": "mended", "answer": "已请派出所更新"}).status_code == 302
        assert "已请派出所更新" in browser.get(f"/portal/mine/{aihua.pk}/file/").content.decode()

    def test_contacts_are_the_citizens_own_word(
        self, aihua: Any, baoguo: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client]
    ) -> None:
        me = citizen(aihua)
        browser = at_home(me)
        new = {"kind": "family", "name": "春兰", "relation": "女儿", "phone": "13900000003"}
        assert browser.post(f"/portal/mine/{aihua.pk}/contacts/add/", new).status_code == 302
        with work(platform("test")):
            made = Contact.objects.get(person=aihua)
            theirs = Contact.objects.create(person=baoguo, kind="family", name="别人")
        assert browser.get(f"/portal/mine/{aihua.pk}/contacts/{theirs.pk}/").status_code == 404
        assert browser.post(f"/portal/mine/{aihua.pk}/contacts/{theirs.pk}/end/").status_code == 404
        with work(_scope(me)) as by, pytest.raises(PermissionDenied):
            citizen_actions.end_contact(by=by, contact=theirs)
        assert browser.post(f"/portal/mine/{aihua.pk}/contacts/{made.pk}/end/").status_code == 302

    def test_who_looked_says_unit_and_role_and_no_names(
        self, aihua: Any, citizen: Callable[..., Citizen], at_home: Callable[..., Client], grant: Callable[..., Any],
        logged_in: Callable[..., Client], settings: Any,
    ) -> None:  # fmt: skip
        settings.SECOND_FACTOR = False
        staff = grant("王经办", "township_clerk", 511724001000)
        clerk = logged_in(staff)
        assert clerk.get(reverse("registry:person", args=[aihua.pk])).status_code == 200
        page = at_home(citizen(aihua)).get(f"/portal/mine/{aihua.pk}/readers/").content.decode()
        assert "经办人员" in page
        assert "王经办" not in page
