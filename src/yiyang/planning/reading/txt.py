"""TXT as converters leave it: a tab before each cell, one cell a line, blank lines between rows and inside cells."""

from __future__ import annotations

import re

from yiyang.planning.reading.heads import is_head
from yiyang.planning.reading.healing import is_spanning
from yiyang.planning.reading.source import RawCell, RawRow, RawTable, RawText, Source
from yiyang.planning.reading.words import squash

_CN = "一二三四五六七八九十"
_STRONG = re.compile(rf"第[{_CN}]+[章节]|[（(][{_CN}]+[)）]|[{_CN}]+、|附件|附表|专栏|表\d")
_CAPTION = re.compile(rf"(附件|附表|专栏|表)\s*[\d{_CN}]+.{{0,60}}|.{{2,40}}(清单|一览表|分工表|指标)")
_BOX = re.compile(rf"专栏\s*[\d{_CN}]+")


def load_txt(data: bytes) -> Source:
    """Text in UTF-8 or GB 18030 as texts and loose tables. Raises UnicodeDecodeError when it is neither."""
    lines = tuple(decode(data).replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    walker = _Walker(lines)
    for number, line in enumerate(lines, 1):
        walker.step(number, line)
    walker.close()
    return Source(lines, tuple(walker.items))


def decode(data: bytes) -> str:
    """UTF-8 with or without a mark, else GB 18030."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


class _Walker:
    """Goes through the lines once. `chunk` is the run of cells since the last blank line that parted cells."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        self.lines = lines
        self.items: list[RawText | RawTable] = []
        self.chunks: list[list[RawCell]] = []
        self.gaps: list[int] = []
        self.blanks = 0
        self.is_box = False

    def step(self, number: int, line: str) -> None:
        """Takes one line."""
        if line.startswith("\t"):
            self._cell(number, line)
        elif not line.strip():
            self.blanks += 1
        elif self.chunks and self._goes_on(number, line):
            self._lengthen(number, line)
        else:
            self.close()
            self.items.append(RawText(line, number))
            self.blanks = 0

    def _cell(self, number: int, line: str) -> None:
        if not self.chunks:
            self.is_box = self._is_after_box()
        if not self.chunks or self.blanks:
            self.chunks.append([])
            self.gaps.append(self.blanks)
        cells = line.removeprefix("\t").split("\t")
        self.chunks[-1] += [RawCell(text.strip(), number) for text in cells]
        self.blanks = 0

    def _is_after_box(self) -> bool:
        last = self.items[-1] if self.items else None
        return isinstance(last, RawText) and _BOX.match(squash(last.text)) is not None

    def _goes_on(self, number: int, line: str) -> bool:
        if not self.blanks:
            return True
        if self._is_box():
            return self.blanks == 1 and not _STRONG.match(squash(line))
        return self._leads_to_cell(number) and not self._is_whole(line)

    def _is_box(self) -> bool:
        return self.is_box and not self._heads()

    def _leads_to_cell(self, number: int) -> bool:
        """Whether the lines from here soon run into another cell: then they may lie inside one."""
        following = [line for line in self.lines[number - 1 : number + 11] if line.strip()]
        return any(line.startswith("\t") for line in following[:4])

    def _is_whole(self, line: str) -> bool:
        """Whether the last row has all its cells, so that text after it stands below the table."""
        if _CAPTION.fullmatch(squash(line)):
            return True
        heads = self._heads()
        if not heads or heads[-1] == len(self.chunks) - 1:
            return False
        width, cells = len(self.chunks[heads[-1]]), 0
        for chunk in reversed(self.chunks[heads[-1] + 1 :]):
            if len(chunk) >= width or is_spanning(chunk[0].text):
                return cells == 0
            cells += len(chunk)
            if cells >= width:
                return cells == width
        return False

    def _heads(self) -> list[int]:
        return [index for index, chunk in enumerate(self.chunks) if is_head([cell.text for cell in chunk])]

    def _lengthen(self, number: int, line: str) -> None:
        if self.blanks and self._is_box():
            self.chunks.append([RawCell(line.strip(), number)])
            self.gaps.append(self.blanks)
        else:
            last = self.chunks[-1][-1]
            self.chunks[-1][-1] = RawCell(f"{last.text}\n{line.strip()}".strip(), last.line)
        self.blanks = 0

    def close(self) -> None:
        """Ends the table, if one is open."""
        if self.chunks:
            rows: tuple[RawRow, ...] = tuple(tuple(chunk) for chunk in self.chunks)
            self.items.append(RawTable(rows, tuple(self.gaps), loose=True))
        self.chunks, self.gaps, self.blanks = [], [], 0
