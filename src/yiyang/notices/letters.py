"""Notices as letters: one PDF a batch, A4 in large type, sorted by village and the way through it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.module_loading import import_string

from yiyang.catalog import pdf as catalog_pdf
from yiyang.kit.barcodes import code_128
from yiyang.notices.backends import Addressed, Handed
from yiyang.notices.models import Notice
from yiyang.notices.outbox import is_demo
from yiyang.notices.words import Reader, always

Bodies = Mapping[str, str]


class Letters:
    """A PDF of letters, to be printed and carried from door to door."""

    most, suffix, media_type, handed = 500, ".pdf", "application/pdf", Notice.State.PRINTED

    def make(
        self, notices: Sequence[Addressed], reference: str, told: Callable[[int], None], handed: Handed
    ) -> Iterable[bytes]:
        """The PDF as one block; whoever has no file any more is put into `handed`."""
        ordered = sorted((each for each in notices if each.person), key=_route)
        handed.failed |= {each.notice.pk: "档案不在本辖区" for each in notices if each.person is None}
        told(0)
        yield pdf(html(ordered, reference))
        told(len(notices))


def _route(each: Addressed) -> tuple[int, str, int]:
    """By village, then by address: house numbers of one lane stand together."""
    assert each.person
    address = "" if each.person.address is None else str(each.person.address)
    return each.person.area_code, address, each.person.pk


def html(notices: Sequence[Addressed], reference: str) -> str:
    """The pages that become the PDF."""
    reader = Reader(each.notice for each in notices)
    bodies = _bodies([each.notice.about for each in notices])
    letters = [_letter(each, reader, bodies) for each in notices]
    context = {"letters": letters, "reference": reference, "is_demo": is_demo(), "today": timezone.localdate()}
    return render_to_string("notices/letters.html", context | always())


def _letter(each: Addressed, reader: Reader, bodies: Bodies) -> dict[str, Any]:
    notice, person, said = each.notice, each.person, reader.said(each.notice)
    assert person
    return {
        "notice": notice,
        "said": said,
        "number": f"N{notice.pk}",
        "bars": code_128(f"N{notice.pk}"),
        "name": person.name,
        "address": "" if person.address is None else str(person.address),
        "area": person.area_code,
        "body": bodies.get(notice.about, ""),
    }


def _bodies(abouts: Iterable[str]) -> Bodies:
    """Letters that a room above writes itself, asked for together."""
    found: dict[str, str] = {}
    kept = list(abouts)
    for table, name in settings.NOTICE_LETTERS.items():
        if mine := [about for about in kept if about.startswith(f"{table}:")]:
            found |= import_string(name)(mine)
    return found


def pdf(page: str) -> bytes:
    """HTML of letters as a tagged PDF. Raises MissingPart where WeasyPrint, pango or a font is missing."""
    weasyprint, out = catalog_pdf.ready(), BytesIO()
    style = weasyprint.CSS(string=render_to_string("notices/letters.css"))
    weasyprint.HTML(string=page).write_pdf(out, stylesheets=[style], pdf_tags=True)
    return out.getvalue()
