"""代办: an elder lets somebody of his family act for him. He names him or agrees; either ends it at any time."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from yiyang.access import cleaning
from yiyang.access.masks import name as mask_name
from yiyang.access.scope import Scope, acting, platform
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.portal import codes, limits
from yiyang.portal.models import Citizen, Mandate
from yiyang.portal.scopes import file_of, name_of
from yiyang.registry.identity import person_of
from yiyang.registry.models import Document, Person
from yiyang.registry.reach import reaches, require

LONGEST = timedelta(days=365)
RELATIONS = ("儿子", "女儿", "儿媳", "女婿", "孙子女", "配偶", "兄弟姐妹", "监护人", "其他亲属", "村（社区）工作人员")
# A contact that is the person himself: a telephone that no register states.
HIMSELF = "本人"
Way = Mandate.Way


def latest_day() -> date:
    """A mandate lasts a year at most."""
    return timezone.localdate() + LONGEST


def ask(*, by: Scope, citizen: Citizen, id_number: str, name: str, relation: str, ends: date) -> str:
    """A member of the family asks an elder. If the data are those of a file, the elder's telephone gets a code, and the
    request waits for him at his next login; else nothing happens, and the answer is the same.

    Returns:
        The code in a demo installation.

    Raises:
        UsageError: a day that cannot be. TooOften: asked too often.
    """
    _require_himself(by, citizen)
    _check_day(ends)
    key = person_of(id_number)
    limits.refuse_floods(id=f"mandate:{key}", phone=f"citizen:{citizen.pk}", address=by.address)
    with acting(platform(name_of(citizen.pk), by.request)):
        elder = Person.objects.filter(id_hash=id_number, merged_into=None, alive=1).first()
        if elder and (cleaning.text(elder.name) != cleaning.text(name) or key == citizen.person):
            elder = None
        if elder:
            _wish(elder.pk, citizen.pk, relation, ends)
        phone = phone_of(elder) if elder else ""
        purpose, words = purpose_of(citizen, key), {"proxy": mask_name(citizen.name)}
        code = codes.send(phone or f"none{key}", purpose, template="mandate_code", is_real=bool(phone), **words)
    record("write", what="portal_mandate", person=elder.pk if elder else None, detail={"act": "asked"})
    return code


def purpose_of(citizen: Citizen, person: int) -> str:
    """What an elder's code is for: this citizen, and himself."""
    return f"mandate:{citizen.pk}:{person}"


def consent_by_code(*, by: Scope, citizen: Citizen, person: int, code: str) -> Mandate:
    """The elder told the code that his telephone got.

    Raises:
        UsageError: the code is not right, or there was no such request.
    """
    _require_himself(by, citizen)
    with acting(platform(name_of(citizen.pk), by.request)):
        elder = Person.objects.filter(pk=person).first()
        phone = (phone_of(elder) if elder else "") or f"none{person}"
        wish = Mandate.objects.filter(person=person, citizen=citizen, revoked_at=None).first()
        if not codes.is_right(phone, purpose_of(citizen, person), code) or wish is None:
            raise UsageError("验证码不对，或者已经过期。", "The code is wrong or has expired.")
        _agree(wish, Way.PHONE_CODE)
    _note(wish, "agreed_by_code")
    return wish


def agree(*, by: Scope, mandate: Mandate) -> None:
    """The elder, logged in himself, agrees. Raises PermissionDenied for anybody else."""
    if not _is_elder(by, mandate):
        raise PermissionDenied("mandate")
    with acting(platform(by.name, by.request)):
        _agree(mandate, Way.OWN_LOGIN)
    _note(mandate, "agreed_by_login")


def name_somebody(
    *, by: Scope, elder: Citizen, id_number: str, name: str, phone: str, relation: str, ends: date
) -> Mandate:
    """The elder, logged in himself, names who may act for him: by number, name and telephone, who then logs in."""
    _require_himself(by, elder)
    if elder.person not in by.persons:
        raise PermissionDenied("mandate")
    _check_day(ends)
    if person_of(id_number) == elder.person:
        raise UsageError("不能指定自己为代办人。", "Nobody acts for himself.")
    with acting(platform(by.name, by.request)):
        family = _citizen(id_number, name, phone)
        made = _wish(elder.person, family.pk, relation, ends)
        _agree(made, Way.OWN_LOGIN)
    _note(made, "named")
    return made


def consent_at_counter(
    *,
    by: Scope,
    person: Person,
    id_number: str,
    name: str,
    phone: str,
    relation: str,
    ends: date,
    document: Document,
) -> Mandate:
    """A clerk saw both, and has the form that the elder signed.

    Args:
        document: the signed form, in the elder's file already.

    Raises:
        PermissionDenied: the elder lies out of reach. UsageError: the form is of another file, or the day cannot be.
    """
    require(by, "case.handle", person)
    _check_day(ends)
    if document.person_id != person.pk:
        raise UsageError("同意书不在这位老年人的档案里。", "The form belongs to another file.")
    with acting(platform(f"{by.name}（窗口）"[:150], by.request)):
        family = _citizen(id_number, name, phone)
        made = _wish(person.pk, family.pk, relation, ends)
        _agree(made, Way.COUNTER, document.pk)
    _note(made, "agreed_at_counter", person.area_code)
    return made


def revoke(*, by: Scope, mandate: Mandate) -> None:
    """End it now: the elder, who acts for him, or a clerk who handles cases where the elder lives.

    Raises:
        PermissionDenied: none of these. UsageError: it has ended already.
    """
    is_party = by.citizen is not None and (by.citizen == mandate.citizen_id or _is_elder(by, mandate))
    with acting(platform("代办授权", by.request)):
        elder = Person.objects.filter(pk=mandate.person).first()
    if not (is_party or (elder and by.citizen is None and reaches(by, "case.handle", elder))):
        raise PermissionDenied("mandate")
    with acting(platform(by.name, by.request)):
        open_ = Mandate.objects.filter(pk=mandate.pk, revoked_at=None)
        if not open_.update(revoked_at=timezone.now(), revoked_by_name=by.name):
            raise UsageError("这项授权已经撤销。", "It has ended already.")
    _note(mandate, "revoked")


def of_elder(person: int) -> list[Mandate]:
    """Who may act for a person, or asked to, under the scope in force; those in force first."""
    return list(Mandate.objects.filter(person=person, revoked_at=None).order_by("agreed_at", "-id"))


def is_in_force(mandate: Mandate) -> bool:
    """Whether it opens the elder's file today."""
    return mandate.agreed_at is not None and mandate.revoked_at is None and mandate.ends >= timezone.localdate()


def _wish(person: int, citizen: int, relation: str, ends: date) -> Mandate:
    """A request that waits, or the one that waits already with what is said now; one that was agreed to and has run
    out makes room for the new one."""
    Mandate.objects.filter(
        person=person, citizen_id=citizen, revoked_at=None, agreed_at__isnull=False, ends__lt=timezone.localdate()
    ).update(revoked_at=timezone.now(), revoked_by_name="到期")
    there, is_new = Mandate.objects.get_or_create(
        person=person,
        citizen_id=citizen,
        revoked_at=None,
        defaults={"relation": relation[:40], "ends": ends, "way": Way.PHONE_CODE},
    )
    if not is_new and there.agreed_at is None:
        there.relation, there.ends = relation[:40], ends
        there.save(update_fields=["relation", "ends"])
    return there


def _agree(mandate: Mandate, way: str, document: int | None = None) -> None:
    if mandate.agreed_at is None:
        mandate.agreed_at, mandate.way, mandate.document = timezone.now(), way, document
        mandate.save(update_fields=["agreed_at", "way", "document"])


def phone_of(elder: Person) -> str:
    """The telephone under which the elder himself is reached; '' if none is known."""
    stated = elder.contacts.filter(relation=HIMSELF, ended_at=None, phone__isnull=False).order_by("-pk").first()
    known = elder.phone or (stated.phone if stated else None)
    return cleaning.telephone("".join(known)) if known else ""


def _citizen(id_number: str, name: str, phone: str) -> Citizen:
    there = Citizen.objects.filter(id_hash=id_number, phone_hash=phone).first()
    return there or Citizen.objects.create(
        id_number=id_number,
        phone=phone,
        name=name,
        person=person_of(id_number),
        verified_by=Citizen.Proof.NAMED,
        verified_at=timezone.now(),
    )


def _check_day(ends: date) -> None:
    if not timezone.localdate() <= ends <= latest_day():
        raise UsageError("授权截止日期应在今天至一年之内。", "A mandate ends within a year from today.")


def _require_himself(by: Scope, citizen: Citizen) -> None:
    if by.citizen != citizen.pk:
        raise PermissionDenied("citizen")


def _is_elder(by: Scope, mandate: Mandate) -> bool:
    """Whether it is the elder himself: who acts for him sees his rows too, but has no say in mandates."""
    with acting(platform("代办授权", by.request)):
        himself = Citizen.objects.filter(pk=by.citizen or 0).first()
        is_his = himself is not None and file_of(himself.person) == file_of(mandate.person)
    return is_his and himself is not None and himself.opens_own_file


def _note(mandate: Mandate, act: str, area: int = -1) -> None:
    what = f"portal_mandate:{mandate.pk}"
    record("permit", what=what, person=mandate.person, area=area, detail={"act": act, "citizen": mandate.citizen_id})
