"""Whom to call: family, guardians, neighbours of a person; added, changed, ended."""

from __future__ import annotations

from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.registry.models import Contact, Person
from yiyang.registry.reach import require

RIGHT = "person.correct"


def add(
    *, by: Scope, person: Person, kind: str, name: str, relation: str = "", phone: str = "", note: str = ""
) -> Contact:
    """Note somebody to call.

    Raises:
        UsageError: no such kind, no name. PermissionDenied: the person lies out of reach.
    """
    require(by, RIGHT, person)
    _check(kind, name)
    fields = {"kind": kind, "name": name.strip(), "relation": relation.strip(), "note": note.strip()}
    made = Contact.objects.create(person=person, phone=phone.strip() or None, **fields)
    _note(person, made, "added")
    return made


def change(
    *, by: Scope, contact: Contact, kind: str, name: str, relation: str = "", phone: str = "", note: str = ""
) -> None:
    """Change an entry; an empty telephone keeps the one that is sealed."""
    require(by, RIGHT, contact.person)
    _check(kind, name)
    contact.kind, contact.name, contact.relation, contact.note = kind, name.strip(), relation.strip(), note.strip()
    if phone.strip():
        contact.phone = phone.strip()
    contact.save()
    _note(contact.person, contact, "changed")


def end(*, by: Scope, contact: Contact) -> None:
    """No longer to be called; the entry stays in the file."""
    require(by, RIGHT, contact.person)
    if not Contact.objects.filter(pk=contact.pk, ended_at=None).update(ended_at=timezone.now()):
        raise UsageError("这位联系人已经停用。", "The contact was ended already.")
    _note(contact.person, contact, "ended")


def _check(kind: str, name: str) -> None:
    if kind not in Contact.Kind.values:
        raise UsageError("请选择联系人的类别。", "Choose a kind of contact.")
    if not name.strip():
        raise UsageError("请填写联系人姓名。", "A contact needs a name.")


def _note(person: Person, contact: Contact, what: str) -> None:
    detail = {"act": what, "kind": contact.kind}
    record("write", what=f"contact:{contact.pk}", person=person.pk, area=person.area_code, detail=detail)
