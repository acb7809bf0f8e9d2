"""Tables with rules in a PDF: cells with their spans, as the rules' crossings give them."""

from __future__ import annotations

from typing import Any

Box = tuple[float, float, float, float]
# Rules of one line are drawn up to so many points apart.
_NEAR = 2.0


def ruled_rows(table: Any) -> list[list[tuple[str, int, int]]]:
    """The rows of a table as pdfplumber finds it: (text, column, span). A cell over several rows is told in each.

    A single cell is a box: each of its lines that begins a paragraph is a row.
    """
    boxes: list[Box] = sorted(table.cells, key=lambda box: (round(box[1]), box[0]))
    lefts, tops = _edges([box[0] for box in boxes]), _edges([box[1] for box in boxes])
    texts = {box: _text(table.page, box) for box in boxes}
    if len(boxes) == 1:
        return [[(line, 0, 1)] for line in texts[boxes[0]].split("\n") if line.strip()]
    rows = []
    for top in tops:
        inside = [box for box in boxes if box[1] - _NEAR <= top < box[3] - _NEAR]
        rows.append([_cell(box, texts[box], lefts) for box in sorted(inside)])
    return rows


def _edges(found: list[float]) -> list[float]:
    edges: list[float] = []
    for edge in sorted(found):
        if not edges or edge - edges[-1] > _NEAR:
            edges.append(edge)
    return edges


def _cell(box: Box, text: str, lefts: list[float]) -> tuple[str, int, int]:
    covered = [at for at, left in enumerate(lefts) if box[0] - _NEAR <= left < box[2] - _NEAR]
    return text, covered[0] if covered else 0, max(1, len(covered))


def _text(page: Any, box: Box) -> str:
    found = page.within_bbox(_inside(page, box), strict=False).extract_text(x_tolerance=1.5) or ""
    return str(found).strip()


def _inside(page: Any, box: Box) -> Box:
    left, top, right, bottom = page.bbox
    return max(box[0], left), max(box[1], top), min(box[2], right), min(box[3], bottom)
