"""The demo's citizens: a made-up elder of the county and his made-up daughter, to log in to the portal with."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.engine.facts import as_int
from yiyang.portal import mine_entitlements
from yiyang.portal.mandates import HIMSELF
from yiyang.registry.identity import check_character
from yiyang.registry.models import Contact, Person
from yiyang.synthetic.contact import NOBODYS

REASON = "演示数据"
PHONE, DAUGHTERS = str(NOBODYS + 1938), str(NOBODYS + 1975)
LOOKED_AT = 40
OLD = 82  # years: old enough for several items


def make() -> None:
    """Choose the elder, give him a telephone and a daughter. Does nothing where there are no people yet."""
    with work(platform(REASON)):
        elder = _elder()
        if elder is None:
            return
        body = "511724197503120" + "46"
        daughter = {"name": f"{elder.name[:1]}晓兰", "id_number": body + check_character(body), "phone": DAUGHTERS}
        _contact(elder, Contact.Kind.OTHER, elder.name, HIMSELF, PHONE)
        _contact(elder, Contact.Kind.FAMILY, daughter["name"], "女儿", DAUGHTERS)
        own = {"name": elder.name, "id_number": "".join(elder.id_number), "phone": PHONE, "person": str(elder.pk)}
    _file().write_text(json.dumps({"elder": own, "daughter": daughter}, ensure_ascii=False), encoding="utf-8")


def shown() -> list[list[str]]:
    """To print: who, name, id number, telephone. Empty where this is no demo."""
    if not _file().is_file():
        return []
    kept = json.loads(_file().read_text(encoding="utf-8"))
    words = {"elder": "老人本人", "daughter": "女儿（代办）"}
    return [[words[who], *(kept[who][name] for name in ("name", "id_number", "phone"))] for who in words]


def _elder() -> Person | None:
    """Somebody alive in hardship, else anybody, old enough; the same one each time."""
    born_before = as_int(timezone.localdate() - timedelta(days=round(OLD * 365.25)))
    people = Person.objects.filter(
        alive=1, is_current=True, merged_into=None, birth_date__lt=born_before, id_number__isnull=False
    ).exclude(name="")
    several = list(people.order_by("pk")[:LOOKED_AT])
    hard = list(people.filter(facts__hardship__gt=0).order_by("pk")[:LOOKED_AT])
    return next((each for each in (*hard, *several) if _has_to_apply(each)), (hard or several or [None])[0])


def _has_to_apply(person: Person) -> bool:
    """Whether there is something for his daughter to apply for."""
    return any(each.may_apply for each in mine_entitlements.entitled(person, mine_entitlements.answers(person)[1]))


def _contact(elder: Person, kind: str, name: str, relation: str, phone: str) -> None:
    fields = {"kind": kind, "relation": relation, "phone": phone}
    Contact.objects.get_or_create(person=elder, name=name, ended_at=None, defaults=fields)


def _file() -> Path:
    return Path(settings.DATA) / "demo" / "citizens.json"
