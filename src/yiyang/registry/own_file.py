"""本人档案: all that is held about a person, where it comes from and who looked at it, as a PDF in large type."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from django.template.loader import render_to_string
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.audit.models import AuditLine
from yiyang.catalog import pdf as catalog_pdf
from yiyang.registry import person_page
from yiyang.registry.models import Person


def number(person: Person, by: Scope, at: datetime) -> str:
    """The reference number under which the copy stands in the log."""
    return f"BR-{at:%Y%m%d%H%M%S}-{by.user or 0}-{person.pk % 10000:04d}"


def pdf(person: Person, by: Scope, reference: str, lines: Sequence[AuditLine]) -> bytes:
    """The file as PDF.

    Args:
        lines: who looked at it, as the log has it.

    Raises:
        MissingPart: WeasyPrint, pango or a Chinese font is not there.
    """
    weasyprint, out = catalog_pdf.ready(), BytesIO()
    page = html(person, by, reference, lines)
    style = weasyprint.CSS(string=render_to_string("registry/own_file.css"))
    weasyprint.HTML(string=page).write_pdf(out, stylesheets=[style], pdf_tags=True)
    return out.getvalue()


def html(person: Person, by: Scope, reference: str, lines: Sequence[AuditLine]) -> str:
    """The page that becomes the PDF."""
    facts = person_page.facts_of(person)
    context = {
        "person": person,
        "sealed": [
            ("身份证号码", _plain(person.id_number)),
            ("联系电话", _plain(person.phone)),
            ("住址", _plain(person.address)),
        ],
        "facts": [fact for fact in facts if fact.value is not None],
        "history": person_page.history_of(person),
        "memberships": person_page.groups_of(person),
        "contacts": [(each, _plain(each.phone)) for each in person.contacts.filter(ended_at=None)],
        "documents": person.documents.all(),
        "corrections": [
            (person_page.said(each.fact, each.value), each) for each in person.corrections.filter(withdrawn_at=None)
        ],
        "lines": lines,
        "reference": reference,
        "by": by.name,
        "at": timezone.localtime(),
    }
    return render_to_string("registry/own_file.html", context)


def _plain(value: str | None) -> str:
    # A sealed text shows its mask in a template; here the person himself is shown what is held.
    return "" if value is None else "".join(value)
