"""PDF with a text layer: ruled tables and tables without rules, also over several pages; lines joined to paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from yiyang.base.errors import MissingPart, UsageError
from yiyang.planning.reading import heads
from yiyang.planning.reading.healing import is_spanning
from yiyang.planning.reading.lines import Line, rows_of
from yiyang.planning.reading.outline import caption, heading
from yiyang.planning.reading.ruled import Box, ruled_rows
from yiyang.planning.reading.source import Scribe, Source
from yiyang.planning.reading.unruled import split_off
from yiyang.planning.reading.words import plain, squash

if TYPE_CHECKING:
    from pdfplumber.page import Page

_PAGE_NUMBER = re.compile(r"[-—–·\s]*\d{1,4}[-—–·\s]*|第\d{1,4}页(共\d{1,4}页)?")
Row = list[tuple[str, int, int]]
Rows = list[Row]


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph or a table, and how far down its page it stands."""

    top: float
    text: str = ""
    rows: Rows | None = None
    is_guessed: bool = False


def load_pdf(data: bytes) -> Source:
    """The pages as texts and tables.

    Raises MissingPart without pdfplumber, ValueError when the file is damaged or locked, UsageError when it is a scan.
    """
    try:
        import pdfplumber
        from pdfplumber.utils.exceptions import PdfminerException
    except ImportError:
        raise MissingPart(
            "读 PDF 需要 pdfplumber：pip install 'yiyang[plans]'。",
            "Reading PDF needs pdfplumber: pip install 'yiyang[plans]'.",
        ) from None
    try:
        with pdfplumber.open(BytesIO(data)) as book:
            parts = [part for page in book.pages for part in _page(page)]
    except PdfminerException as error:
        raise ValueError(str(error) or "damaged or locked") from error
    if not parts:
        raise UsageError(
            "这份 PDF 里没有文字，多半是扫描件；请先做文字识别，或上传原来的电子版。",
            "This PDF holds no text, it is probably a scan: recognise its text first, or give the original file.",
        )
    return _written(parts)


def _page(page: Page) -> list[Part]:
    finder = page.debug_tablefinder({"explicit_horizontal_lines": _open_ends(page)})
    grids = [sorted(table.cells) for table in finder.tables]
    taken = {cell for grid in grids for cell in grid}
    # pdfplumber takes a single cell for no table; here it is a box (专栏).
    grids += [[cell] for cell in finder.cells if cell not in taken and _is_box(cell, page)]
    parts = [Part(min(cell[1] for cell in grid), rows=ruled_rows(page, grid)) for grid in grids]
    lines = _lines(page, [_around(grid) for grid in grids])
    if not grids:
        lines, found = split_off(lines)
        parts += [Part(top, rows=rows, is_guessed=True) for top, rows in found]
    parts += _paragraphs(lines, page)
    return sorted(parts, key=lambda part: part.top)


def _open_ends(page: Page) -> list[float]:
    """Where rules that go down end without one across: a row cut by the page's end. At least three end there."""
    across = [edge["top"] for edge in page.edges if edge["orientation"] == "h"]
    ends = [round(edge[side]) for edge in page.edges if edge["orientation"] == "v" for side in ("top", "bottom")]
    return [end for end, times in Counter(ends).items() if times > 2 and all(abs(end - each) > 3 for each in across)]


def _around(grid: Sequence[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*grid, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _is_box(cell: Box, page: Page) -> bool:
    """A single ruled cell is a box with text, not the frame of the page."""
    left, top, right, bottom = cell
    return (bottom - top) < 0.8 * float(page.height) and (right - left) > 0.3 * float(page.width)


def _lines(page: Page, boxes: Sequence[Box]) -> list[Line]:
    def outside(thing: dict[str, Any]) -> bool:
        middle = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
        return not any(x0 <= middle[0] <= x1 and y0 <= middle[1] <= y1 for x0, y0, x1, y1 in boxes)

    found = page.filter(lambda thing: thing["object_type"] != "char" or outside(thing)).extract_words(
        x_tolerance=1.5, keep_blank_chars=False, extra_attrs=["size"]
    )
    words = [Line(w["text"], w["x0"], w["x1"], (w["top"] + w["bottom"]) / 2, w["size"]) for w in found]
    return [word for word in words if word.text.strip()]


def _paragraphs(words: Sequence[Line], page: Page) -> list[Part]:
    lines = [line for line in rows_of(words) if not _PAGE_NUMBER.fullmatch(plain("".join(word.text for word in line)))]
    if not lines:
        return []
    left, right = min(line[0].left for line in lines), max(line[-1].right for line in lines)
    parts: list[Part] = []
    is_full = False
    for line in lines:
        text = " ".join(word.text for word in line)
        is_new = not is_full or line[0].left - left > 0.8 * line[0].size or bool(heading(text)) or bool(caption(text))
        if is_new or not parts:
            parts.append(Part(line[0].top, text))
        else:
            parts[-1] = Part(parts[-1].top, parts[-1].text + text)
        is_full = line[-1].right > right - 1.5 * line[-1].size
    return parts


def _written(parts: Sequence[Part]) -> Source:
    """Tables that go on over the page become one again."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last and last.rows and part.rows and _width(last.rows) == _width(part.rows) and not _has_caption(part.rows):
            joined[-1] = Part(last.top, rows=_continued(last.rows, part.rows), is_guessed=last.is_guessed)
        else:
            joined.append(part)
    scribe = Scribe()
    for part in joined:
        if part.rows:
            scribe.table(part.rows, is_guessed=part.is_guessed)
        else:
            scribe.text(part.text)
    return scribe.done()


def _width(rows: Rows) -> int:
    return max(column + span for row in rows for _, column, span in row)


def _has_caption(rows: Rows) -> bool:
    return len(rows[0]) == 1 and _width(rows) > 1 and not is_spanning(rows[0][0][0])


def _continued(before: Rows, after: Rows) -> Rows:
    """The rows of the next page, without a head told again; a row cut by the page break is put together."""
    head = [squash(text) for text, *_ in before[0]]
    more = after[1:] if [squash(text) for text, *_ in after[0]] == head else after
    if not more or not _is_cut(before, more[0]):
        return before + more
    joined = [(text + rest, at, span) for (text, at, span), (rest, *_) in zip(before[-1], more[0], strict=True)]
    return [*before[:-1], joined, *more[1:]]


def _is_cut(before: Rows, first: Row) -> bool:
    """Whether the page's first row only goes on with the last one: it has no number where that one has."""
    number = heads.place_of("number", [heads.role(text) for text, *_ in before[0]])
    if number is None or not len(before[0]) == len(before[-1]) == len(first):
        return False
    return plain(before[-1][number][0]).isdigit() and not squash(first[number][0])
