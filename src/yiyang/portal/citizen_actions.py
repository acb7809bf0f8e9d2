"""What a citizen writes into a file: whom to call, and “这不对”. Noted as his word; a clerk confirms what counts."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from yiyang.access.scope import Scope, acting, platform
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.portal.models import CorrectionRequest
from yiyang.registry import contacts
from yiyang.registry.models import Contact, Person
from yiyang.registry.reach import require

# What stands in the file itself, beside the facts.
OF_FILE = {"name": "姓名", "id_number": "身份证号码", "phone": "联系电话", "address": "住址"}
State = CorrectionRequest.State


def _require_his(by: Scope, person: int) -> None:
    """Raises PermissionDenied unless the file is his, or its owner lets him act for him."""
    if by.citizen is None or person not in by.persons:
        raise PermissionDenied("citizen")


def keep_contact(
    *, by: Scope, person: Person, contact: Contact | None, kind: str, name: str, relation: str = "", phone: str = ""
) -> Contact:
    """Add somebody to call, or change the entry; written in the citizen's name.

    Raises:
        PermissionDenied: not his file. UsageError: no name.
    """
    _require_his(by, person.pk)
    fields = {"kind": kind, "name": name, "relation": relation, "phone": phone}
    with acting(platform(f"{by.name}（本人申报）", by.request)) as itself:
        if contact is None:
            return contacts.add(by=itself, person=person, note="网上申报", **fields)
        if contact.person_id != person.pk:
            raise PermissionDenied("contact")
        contacts.change(by=itself, contact=contact, note=contact.note, **fields)
        return contact


def end_contact(*, by: Scope, contact: Contact) -> None:
    """No longer to be called."""
    _require_his(by, contact.person_id)
    with acting(platform(f"{by.name}（本人申报）", by.request)) as itself:
        contacts.end(by=itself, contact=contact)


def object_to(*, by: Scope, person: Person, subject: str, held: str, says: str) -> CorrectionRequest:
    """“这不对”: a request that waits for a clerk. Nothing changes until he has looked into it.

    Args:
        subject: a fact's name, or one of OF_FILE. held: what is held now, as the page showed it (masked).

    Raises:
        UsageError: nothing said. PermissionDenied: not his file.
    """
    _require_his(by, person.pk)
    if not says.strip():
        raise UsageError("请说明实际情况。", "Say how things are.")
    try:
        with transaction.atomic():
            made = CorrectionRequest.objects.create(
                person=person.pk,
                area_code=person.area_code,
                subject=subject,
                held=held[:200],
                says=says.strip(),
                citizen_id=by.citizen,
            )
    except IntegrityError:
        # Pressed twice, or said again: one open question a subject.
        made = CorrectionRequest.objects.get(person=person.pk, subject=subject, state=State.OPEN)
        made.says = says.strip()
        made.save(update_fields=["says"])
    what = f"portal_correctionrequest:{made.pk}"
    record("write", what=what, person=person.pk, area=person.area_code, detail={"subject": subject})
    return made


def answer(*, by: Scope, asked: CorrectionRequest, mended: bool, words: str) -> None:
    """A clerk has looked into it and, where it was wrong, has corrected the file.

    Raises:
        UsageError: no words, or it was answered already. PermissionDenied: the person lies out of reach.
    """
    require(by, "person.correct", Person.objects.get(pk=asked.person))
    if not words.strip():
        raise UsageError("请写明答复，本人会看到。", "Write an answer: the person will read it.")
    moved = CorrectionRequest.objects.filter(pk=asked.pk, state=State.OPEN).update(
        state=State.MENDED if mended else State.KEPT,
        answer=words.strip()[:400],
        answered_by_name=by.name,
        answered_at=timezone.now(),
    )
    if not moved:
        raise UsageError("这件更正申请已经答复。", "It was answered already.")
    detail = {"mended": mended, "subject": asked.subject}
    what = f"portal_correctionrequest:{asked.pk}"
    record("decide", what=what, person=asked.person, area=asked.area_code, reason=words, detail=detail)
