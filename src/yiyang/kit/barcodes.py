"""Bar codes on letters and forms, as SVG: Code 128, which every scanner at a counter reads and types."""

from __future__ import annotations

from io import BytesIO

from barcode import Code128
from barcode.writer import SVGWriter
from django.utils.safestring import SafeString, mark_safe

# Millimetres: thin enough for A4 beside an address, wide enough for an office printer.
LOOK = {"module_width": 0.3, "module_height": 11.0, "quiet_zone": 2.5, "write_text": False}


def code_128(text: str) -> SafeString:
    """A text of letters, digits and hyphens as an SVG element, to stand in a page that becomes a PDF.

    Raises:
        ValueError: characters that Code 128 does not have.
    """
    if not text.isascii():
        raise ValueError(text)
    out = BytesIO()
    Code128(text, writer=SVGWriter()).write(out, LOOK)
    drawn = out.getvalue().decode()
    # The library writes a file of its own; in a page stands the element alone.
    return mark_safe(drawn[drawn.index("<svg") :])
