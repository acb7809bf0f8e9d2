"""Small documents of our own, rendered to the four formats in the shapes that real ones come in."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from typing import Any

import xlsxwriter


@dataclass(frozen=True)
class Spanning:
    """A row whose text spans the first columns; the cells behind it stand flush right."""

    text: str
    cells: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()  # further texts that span the columns between (as in a total row with a sentence)


TableRow = tuple[str, ...] | Spanning


@dataclass(frozen=True)
class Sheet:
    """One table with the lines above it. A line break in a cell is a paragraph inside it."""

    head: tuple[str, ...]
    rows: tuple[TableRow, ...]
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    # Cell → blank paragraphs that stand at its end, as (row, column) of `rows`.
    padded: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def width(self) -> int:
        return len(self.head)


def txt(sheet: Sheet) -> bytes:
    """A tab before each cell, a blank line after each row, blank lines inside cells."""
    lines = [line for text in sheet.above for line in (text, "")]
    for index, row in enumerate([sheet.head, *sheet.rows], -1):
        for column, cell in enumerate(_flat(row)):
            lines += ("\t" + cell.replace("\n", "\n\n")).split("\n")
            lines += [""] * (2 * sheet.padded.get((index, column), 0))
        lines.append("")
    lines += ["", *(line for text in sheet.below for line in (text, ""))]
    return "\n".join(lines).encode()


def _flat(row: TableRow) -> tuple[str, ...]:
    return (row.text, *row.texts, *row.cells) if isinstance(row, Spanning) else row


def _spans(row: TableRow, width: int) -> list[tuple[str, int, int]]:
    """(text, column, span): the first text spans what the others leave free; each further text spans two columns."""
    if not isinstance(row, Spanning):
        return [(cell, at, 1) for at, cell in enumerate(row)]
    free = width - len(row.cells)
    texts = (row.text, *row.texts)
    share, made, at = free // len(texts), [], 0
    for index, text in enumerate(texts):
        span = share if index < len(texts) - 1 else free - at
        made.append((text, at, span))
        at += span
    return made + [(cell, free + index, 1) for index, cell in enumerate(row.cells)]


def docx(sheet: Sheet) -> bytes:
    """A Word document with merged cells."""
    import docx as python_docx

    document: Any = python_docx.Document()
    for text in sheet.above:
        document.add_paragraph(text)
    table = document.add_table(rows=0, cols=sheet.width)
    for row in [sheet.head, *sheet.rows]:
        cells = table.add_row().cells
        for text, at, span in _spans(row, sheet.width):
            cell = cells[at].merge(cells[at + span - 1]) if span > 1 else cells[at]
            cell.text = text
    for text in sheet.below:
        document.add_paragraph(text)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def xlsx(sheet: Sheet) -> bytes:
    """A workbook: the lines above merged over the table's width, figures as numbers."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet("清单")
        at = 0
        for text in sheet.above:
            page.merge_range(at, 0, at, sheet.width - 1, text)
            at += 1
        for row in [sheet.head, *sheet.rows]:
            for text, column, span in _spans(row, sheet.width):
                if span > 1:
                    page.merge_range(at, column, at, column + span - 1, text)
                else:
                    page.write(at, column, int(text) if text.isdigit() else text)
            at += 1
        for text in sheet.below:
            page.write(at + 1, 0, text)
            at += 1
    return stream.getvalue()


def pdf(sheet: Sheet, *, ruled: bool = True, size: str = "A4") -> bytes:
    """A PDF whose table repeats its head on every page; without rules, too."""
    import weasyprint

    border = "td, th { border: 0.5pt solid black; }" if ruled else "td, th { padding: 2pt 9pt; }"
    style = f"@page {{ size: {size}; margin: 15mm }} body {{ font: 10pt 'Noto Sans CJK SC' }} table {{ border-collapse:"
    style += (
        f" collapse; width: 100% }} {border} td, th {{ font-weight: normal; text-align: left; vertical-align: top }}"
    )
    rows = "".join(f"<tr>{_html_cells(row, sheet.width)}</tr>" for row in sheet.rows)
    head = "".join(f"<th>{escape(title)}</th>" for title in sheet.head)
    above = "".join(f"<p>{escape(text)}</p>" for text in sheet.above)
    below = "".join(f"<p>{escape(text)}</p>" for text in sheet.below)
    page = f"<style>{style}</style>{above}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{below}"
    return bytes(weasyprint.HTML(string=page).write_pdf())


def _html_cells(row: TableRow, width: int) -> str:
    return "".join(f'<td colspan="{span}">{escape(text)}</td>' for text, _, span in _spans(row, width))
