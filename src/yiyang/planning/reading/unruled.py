"""Tables without rules in a PDF: columns are the white between words, rows begin where the number stands."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from yiyang.planning.reading import heads
from yiyang.planning.reading.healing import is_spanning
from yiyang.planning.reading.lines import Line, rows_of
from yiyang.planning.reading.words import plain

Rows = list[list[tuple[str, int, int]]]
_FEWEST_COLUMNS, _LONGEST_HEAD = 3, 4


def split_off(words: Sequence[Line]) -> tuple[list[Line], list[tuple[float, Rows]]]:
    """The words outside tables, and the tables with their tops."""
    lines = rows_of(words)
    at = next((index for index, line in enumerate(lines) if _is_head(line)), None)
    if at is None:
        return list(words), []
    end = _end(lines, at)
    rows = _rows(lines[at], lines[at + 1 : end])
    rest = [word for line in (*lines[:at], *lines[end:]) for word in line]
    outside, more = split_off(rest) if _below(lines[end:]) else (rest, [])
    return outside, [(lines[at][0].top, rows), *more]


def _below(lines: Sequence[Sequence[Line]]) -> bool:
    return any(_is_head(line) for line in lines)


def _segments(line: Sequence[Line]) -> list[Line]:
    """Words that stand closer than a character and a half are one cell's."""
    joined: list[Line] = []
    for word in line:
        last = joined[-1] if joined else None
        if last and word.left - last.right < 0.8 * word.size:
            joined[-1] = Line(last.text + word.text, last.left, word.right, last.top, last.size)
        else:
            joined.append(word)
    return joined


def _is_head(line: Sequence[Line]) -> bool:
    titles = [segment.text for segment in _segments(line)]
    return len(titles) >= _FEWEST_COLUMNS and heads.is_head(titles)


def _end(lines: Sequence[Sequence[Line]], head: int) -> int:
    """The first line below that is no row: one text that begins in the first column and is too long for it."""
    columns = _segments(lines[head])
    is_numbered = heads.role(columns[0].text) == "number"
    limit = columns[0].right if is_numbered else columns[2].left
    is_in_span = False
    for index in range(head + 1, len(lines)):
        segments = _segments(lines[index])
        is_in_span = _is_of_span(segments, is_in_span, columns[1].left)
        if is_in_span:
            continue
        first = segments[0]
        is_text = len(segments) == 1 and first.left < columns[1].left - 1 and first.right > limit
        is_text = is_text and not plain(first.text).isdigit()
        is_apart = lines[index][0].top - lines[index - 1][0].top > 3.5 * lines[index][0].size
        if is_text or is_apart or _is_head(lines[index]):
            return index
    return len(lines)


def _is_of_span(segments: Sequence[Line], is_in_span: bool, second: float) -> bool:
    """Whether a line begins a text that spans columns, or goes on with one: it has no second text, and begins left."""
    if is_spanning(segments[0].text):
        return True
    return is_in_span and len(segments) == 1 and segments[0].left < second - 1 and not plain(segments[0].text).isdigit()


def _rows(head: Sequence[Line], body: Sequence[Sequence[Line]]) -> Rows:
    titles = _segments(head)
    walls = _walls(titles, body)
    number = heads.place_of("number", [heads.role(title.text) for title in titles])
    lines = _columned(body, walls, titles[1].left)
    names, more = _whole_head([title.text for title in titles], lines)
    lines, tops = lines[more:], [line[0].top for line in body[more:]]
    groups = _grouped(lines, tops, number)
    rows: Rows = [[(name, at, 1) for at, name in enumerate(names)]]
    for group in groups:
        cells = ["".join(lines[index][at] for index in group) for at in range(len(titles))]
        rows.append([(cell, at, 1) for at, cell in enumerate(cells)])
    return rows


def _whole_head(titles: list[str], lines: Sequence[Sequence[str]]) -> tuple[list[str], int]:
    """Titles that run on over further lines, and how many: as many as make known titles wherever they say something."""
    for more in range(min(_LONGEST_HEAD, len(lines)), 0, -1):
        joined = ["".join(parts) for parts in zip(titles, *lines[:more], strict=True)]
        changed = [title for title, before in zip(joined, titles, strict=True) if title != before]
        if changed and all(heads.role(title) for title in changed):
            return joined, more
    return titles, 0


def _walls(titles: Sequence[Line], body: Sequence[Sequence[Line]]) -> list[float]:
    """Where one column ends: in the white that all lines leave between two titles' middles, the widest of it."""
    middles = [(title.left + title.right) / 2 for title in titles]
    taken = [(word.left, word.right) for line in body if len(_segments(line)) > 1 for word in _segments(line)]
    taken += [(title.left, title.right) for title in titles]
    return [_widest(left, right, taken) for left, right in pairwise(middles)]


def _widest(left: float, right: float, taken: Sequence[tuple[float, float]]) -> float:
    inside = sorted((max(left, start), min(right, end)) for start, end in taken if end > left and start < right)
    best, edge = (0.0, (left + right) / 2), left
    for start, end in [*inside, (right, right)]:
        if start > edge:
            best = max(best, (start - edge, (start + edge) / 2))
        edge = max(edge, end)
    return best[1]


def _columned(body: Sequence[Sequence[Line]], walls: Sequence[float], second: float) -> list[list[str]]:
    """Each line's texts by column; a text that spans columns stands in the first."""
    made, is_in_span = [], False
    for line in body:
        cells = [""] * (len(walls) + 1)
        first, *others = _segments(line)
        is_in_span = _is_of_span([first, *others], is_in_span, second)
        if is_in_span:
            cells[0] = first.text
        for segment in others if is_in_span else (first, *others):
            cells[sum((segment.left + segment.right) / 2 > wall for wall in walls)] += segment.text
        made.append(cells)
    return made


def _grouped(lines: Sequence[Sequence[str]], tops: Sequence[float], number: int | None) -> list[list[int]]:
    """Lines by row. Numbers stand on a row's first line, or in its middle: then a line is the nearest number's."""
    shown = [line[number or 0] for line in lines]
    marks = [at for at, line in enumerate(lines) if plain(shown[at]).strip(".、").isdigit() or is_spanning(line[0])]
    if not marks:
        # Without any number, lines of a numbered table go on with the last row of the page before.
        every = list(range(len(lines)))
        return [[index] for index in every] if number is None or not every else [every]
    if marks[0] == 0 or _is_from_top(marks, tops):
        # Lines above the first number go on with the row on the page before.
        starts = marks if marks[0] == 0 else [0, *marks]
        return [list(range(start, end)) for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    groups: dict[int, list[int]] = {mark: [] for mark in marks}
    for index, top in enumerate(tops):
        near = [mark for mark in marks if mark == index or not is_spanning(lines[mark][0])] or marks
        groups[min(near, key=lambda mark: abs(tops[mark] - top))].append(index)
    return list(groups.values())


def _is_from_top(marks: Sequence[int], tops: Sequence[float]) -> bool:
    """Whether most numbers stand further from the line above than lines of one row do from each other."""
    usual = min(after - before for before, after in pairwise(tops)) if len(tops) > 1 else 0.0
    wide = [mark for mark in marks if mark and tops[mark] - tops[mark - 1] > 1.15 * usual]
    return 2 * len(wide) > len([mark for mark in marks if mark])
