"""Tables with rules in a PDF: cells with their spans, as the rules' crossings give them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yiyang.planning.reading.outline import heading

Box = tuple[float, float, float, float]
# Rules of one line are drawn up to so many points apart.
_NEAR = 2.0


def ruled_rows(page: Any, cells: Sequence[Box]) -> list[list[tuple[str, int, int]]]:
    """The rows of the table that these cells make: (text, column, span). A cell over several rows is told in each.

    A single cell is a box: each of its items is a row.
    """
    boxes: list[Box] = sorted(cells, key=lambda box: (round(box[1]), box[0]))
    lefts, tops = _edges([box[0] for box in boxes]), _edges([box[1] for box in boxes])
    texts = {box: _text(page, box) for box in boxes}
    if len(boxes) == 1:
        return [[(item, 0, 1)] for item in _items(texts[boxes[0]].split("\n"))]
    rows = []
    for top in tops:
        inside = [box for box in boxes if box[1] - _NEAR <= top < box[3] - _NEAR]
        rows.append([_cell(box, texts[box], lefts) for box in sorted(inside)])
    return rows


def _items(lines: list[str]) -> list[str]:
    """The items of a box out of its lines: a numbered line begins one, and so does the line after a full stop."""
    items: list[str] = []
    for line in lines:
        if not items or heading(line) or items[-1].endswith("。"):
            items.append(line)
        else:
            items[-1] += line
    return [item for item in items if item.strip()]


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
