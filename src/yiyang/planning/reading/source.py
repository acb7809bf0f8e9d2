"""What a file is before it is understood: lines of text and grids of cells, with the lines on which they stand."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RawCell:
    """One cell. `column` and `span` count from 0 where the format knows them; -1 = known only by order (TXT)."""

    text: str
    line: int
    column: int = -1
    span: int = 1


RawRow = tuple[RawCell, ...]


@dataclass(frozen=True, slots=True)
class RawText:
    """One line of text outside tables. `level`: that of a heading by its style, 0 where the format tells none."""

    text: str
    line: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class RawTable:
    """Rows of cells. `gaps` are the blank lines before each row, of a TXT whose rows must still be healed; else empty.

    `loose`: the format does not say where rows end (TXT), so `rows` are only chunks between blank lines.
    `is_guessed`: the format shows no cells at all (a PDF without rules), so columns and rows are inferred.
    """

    rows: tuple[RawRow, ...]
    gaps: tuple[int, ...] = ()
    loose: bool = False
    is_guessed: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A file as lines and, in its order, texts and tables."""

    lines: tuple[str, ...]
    items: tuple[RawText | RawTable, ...]


@dataclass(slots=True)
class Scribe:
    """Writes a format that has no lines of its own down as lines, one a paragraph and one a line of a cell."""

    lines: list[str] = field(default_factory=list)
    items: list[RawText | RawTable] = field(default_factory=list)

    def text(self, text: str, level: int = 0) -> None:
        """One paragraph; a blank one only parts."""
        self.lines.append(text)
        if text.strip():
            self.items.append(RawText(text, len(self.lines), level))

    def table(self, rows: list[list[tuple[str, int, int]]], *, is_guessed: bool = False) -> None:
        """Rows of (text, column, span); a blank line after each row."""
        made = tuple(self._row(row) for row in rows)
        if made:
            self.items.append(RawTable(made, is_guessed=is_guessed))

    def _row(self, row: list[tuple[str, int, int]]) -> RawRow:
        cells = []
        for text, column, span in row:
            cells.append(RawCell(text, len(self.lines) + 1, column, span))
            first, *more = text.split("\n")
            self.lines += ["\t" + first, *more]
        self.lines.append("")
        return tuple(cells)

    def done(self) -> Source:
        """What was written."""
        return Source(tuple(self.lines), tuple(self.items))
