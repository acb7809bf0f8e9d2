"""DOCX: paragraphs and tables in their order. A merged cell is met once for each field it covers, and taken once."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

from yiyang.base.errors import MissingPart
from yiyang.planning.reading.source import Scribe, Source
from yiyang.planning.reading.words import NUMERALS

if TYPE_CHECKING:
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph


def load_docx(data: bytes) -> Source:
    """The document as texts and tables; tables inside cells follow the table in which they stand.

    Raises MissingPart when python-docx is not installed, KeyError or ValueError when the file is no DOCX.
    """
    try:
        import docx
        from docx.table import Table as DocxTable
    except ImportError:
        raise MissingPart(
            "读 DOCX 需要 python-docx：pip install 'yiyang[plans]'。",
            "Reading DOCX needs python-docx: pip install 'yiyang[plans]'.",
        ) from None
    document = docx.Document(BytesIO(data))
    scribe = Scribe()
    counters: dict[tuple[str, int], int] = {}
    for part in document.iter_inner_content():
        if isinstance(part, DocxTable):
            _table(part, scribe)
        else:
            scribe.text(_numbered(part, counters), _heading_level(part))
    return scribe.done()


def _numbered(paragraph: Paragraph, counters: dict[tuple[str, int], int]) -> str:
    """The text with the number that Word shows before it where the number is a list's and not typed."""
    text = paragraph.text.replace("\t", " ")
    found = _level(paragraph)
    if found is None or not text.strip():
        return text
    number, level, form, pattern = found
    counters[number, level] = counters.get((number, level), 0) + 1
    for deeper in [key for key in counters if key[0] == number and key[1] > level]:
        del counters[deeper]
    return pattern.replace(f"%{level + 1}", _shown(counters[number, level], form)) + text


def _heading_level(paragraph: Paragraph) -> int:
    """The level of a heading by its style's name, in English or Chinese; 0 for other styles."""
    found = re.fullmatch(r"(?:[Hh]eading|标题)\s*([1-7])", (paragraph.style.name or "") if paragraph.style else "")
    return int(found[1]) if found else 0


def _shown(count: int, form: str) -> str:
    if "hinese" not in form and "ideograph" not in form.lower():
        return str(count)
    tens, ones = divmod(count, 10)
    before = "" if tens == 0 else "十" if tens == 1 else NUMERALS[tens - 1] + "十"
    return before + (NUMERALS[ones - 1] if ones else "")


def _level(paragraph: Paragraph) -> tuple[str, int, str, str] | None:
    """The list of a paragraph: its id, level, form of numbers and pattern (第%1章). None outside lists, for bullets."""
    numbering = _numbering(paragraph)
    if numbering is None or numbering.numId is None:
        return None
    number, level = str(numbering.numId.val), int(numbering.ilvl.val) if numbering.ilvl is not None else 0
    part: Any = paragraph.part
    root = part.numbering_part.element
    abstract = root.xpath(f"./w:num[@w:numId='{number}']/w:abstractNumId/@w:val")
    if not abstract:
        return None
    found = root.xpath(f"./w:abstractNum[@w:abstractNumId='{abstract[0]}']/w:lvl[@w:ilvl='{level}']")
    if not found:
        return None
    form, pattern = (_value(found[0], tag) for tag in ("w:numFmt", "w:lvlText"))
    return (number, level, form, pattern) if form and pattern and form not in ("bullet", "none") else None


def _value(element: Any, tag: str) -> str:
    from docx.oxml.ns import qn

    child = element.find(qn(tag))
    return str(child.get(qn("w:val")) or "") if child is not None else ""


def _numbering(paragraph: Paragraph) -> Any:
    """The paragraph's own numbering, else that of its style or of a style on which that one is based."""
    properties: Any = paragraph._p.pPr
    if properties is not None and properties.numPr is not None:
        return properties.numPr
    style: Any = paragraph.style
    while style is not None:
        properties = style.element.pPr
        if properties is not None and properties.numPr is not None:
            return properties.numPr
        style = style.base_style
    return None


def _table(table: Table, scribe: Scribe) -> None:
    rows: list[list[tuple[str, int, int]]] = []
    nested: list[Table] = []
    for row in table.rows:
        cells: list[tuple[str, int, int]] = []
        last: object = None
        for column, cell in enumerate(row.cells, row.grid_cols_before):
            if cell._tc is last:
                text, start, span = cells[-1]
                cells[-1] = (text, start, span + 1)
                continue
            last = cell._tc
            cells.append((_text(cell), column, 1))
            nested += [each for each in cell.tables if each not in nested]
        rows.append(cells)
    scribe.table(_boxed(rows))
    for each in nested:
        _table(each, scribe)


def _boxed(rows: list[list[tuple[str, int, int]]]) -> list[list[tuple[str, int, int]]]:
    """A frame of one cell around several paragraphs (专栏) has one row for each of them."""
    if len(rows) != 1 or len(rows[0]) != 1:
        return rows
    return [[(line, 0, 1)] for line in rows[0][0][0].split("\n") if line.strip()]


def _text(cell: _Cell) -> str:
    return "\n".join(paragraph.text.replace("\t", " ").strip() for paragraph in cell.paragraphs).strip("\n")
