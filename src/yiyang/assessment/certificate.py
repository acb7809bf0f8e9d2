"""The certificate of a result as PDF: large type, number and code on top, the level and until when, how to object."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import segno
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from yiyang.access.masks import id_number as masked
from yiyang.assessment import in_words
from yiyang.assessment.models import Result
from yiyang.assessment.rules import rules
from yiyang.catalog import pdf as catalog_pdf
from yiyang.notices.outbox import is_demo
from yiyang.notices.words import always
from yiyang.registry.models import Person

# Medium error correction: still read when a stamp or a fold covers a part of it.
LEVEL, SCALE = "m", 3
STYLES = ("notices/letters.css", "assessment/certificate.css")


def qr_code(text: str) -> SafeString:
    """A text as a QR code, an SVG element to stand in a page that becomes a PDF."""
    out = BytesIO()
    segno.make(text, error=LEVEL).save(out, kind="svg", scale=SCALE, border=2, xmldecl=False, svgns=True, nl=False)
    return mark_safe(out.getvalue().decode())


def address_of(result: Result, site: str = "") -> str:
    """Where anybody verifies a certificate. `site`: scheme and host, as the reader reaches them."""
    return site.rstrip("/") + reverse("portal:certificate", args=[result.token])


def objection_until(result: Result) -> date:
    """The last day on which an objection to a result can be raised."""
    return timezone.localtime(result.issued_at).date() + timedelta(days=rules().limits.object_)


def certificate_html(result: Result, person: Person, site: str = "") -> str:
    """The page that becomes the certificate."""
    address = address_of(result, site)
    context = {
        "result": result,
        "person": person,
        "id_number": masked("".join(person.id_number)) if person.id_number else "",
        "standard": in_words.standard(result.instrument),
        "level": in_words.level_word(result),
        "agency": in_words.agency_of(result),
        "qr": qr_code(address),
        "address": address,
        "until": objection_until(result),
        "is_demo": is_demo(),
    }
    return render_to_string("assessment/certificate.html", context | always())


def certificate_pdf(result: Result, person: Person, site: str = "") -> bytes:
    """The certificate. Raises MissingPart where WeasyPrint, pango or a font is missing."""
    weasyprint, out = catalog_pdf.ready(), BytesIO()
    styles = [weasyprint.CSS(string=render_to_string(name)) for name in STYLES]
    page = certificate_html(result, person, site)
    weasyprint.HTML(string=page).write_pdf(out, stylesheets=styles, pdf_tags=True)
    return out.getvalue()
