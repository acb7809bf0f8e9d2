"""The outline of a text: what is a heading and of which rank, and under which headings each line stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from yiyang.planning.reading.source import RawText
from yiyang.planning.reading.words import numeral, squash, tidy
from yiyang.planning.records import Block, BlockKind, Place

_CN = "一二三四五六七八九十"
# Rank → how its headings are numbered, the outermost first.
_RANKS = [
    (1, re.compile(r"附\s*件\s*(\d+|[" + _CN + r"]+)?[：:．.、\s]?(?=\S*$)")),
    (2, re.compile(rf"第([{_CN}]+)章\s*")),
    (3, re.compile(rf"第([{_CN}]+)节\s*")),
    (4, re.compile(rf"([{_CN}]+)、\s*")),
    (5, re.compile(rf"[（(]([{_CN}]+)[)）]\s*")),
    (6, re.compile(r"(\d{1,2})\s*[．.、](?!\d)\s*")),
    (7, re.compile(r"[（(](\d{1,2})[)）]\s*")),
]
_CAPTION = re.compile(rf"(专栏|附表|表|图)\s*([\d{_CN}]+)[：:．.、\s]?.{{0,60}}$")
_LIST_TITLE = re.compile(r"[^。；，]{2,40}(清单|一览表|分工表|指标表|汇总表|安排表)([（(].{0,30}[)）])?$")
LONGEST_TITLE = 40


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading's rank, its number where it has one, and its title; `rest` is the text that runs on behind it."""

    rank: int
    number: int | None
    title: str
    rest: str


def heading(text: str) -> Heading | None:
    """What a line is as a numbered heading, None where it is none."""
    line = tidy(text)
    for rank, pattern in _RANKS:
        found = pattern.match(line)
        if found:
            return _heading(rank, found[1], line[found.end() :], line)
    return None


def _heading(rank: int, number: str | None, body: str, line: str) -> Heading:
    title, stop, rest = body.partition("。")
    if rank == 1:
        return Heading(rank, numeral(number or ""), line, "")
    if len(title) > LONGEST_TITLE:
        title, rest = "", body
    elif not stop:
        rest = ""
    return Heading(rank, numeral(number or ""), title, rest)


def caption(text: str) -> str:
    """The caption of a table, a box or a list, "" where the line is none."""
    line = tidy(text)
    if _CAPTION.match(line) or (_LIST_TITLE.fullmatch(line) and heading(text) is None):
        return line
    return ""


@dataclass(slots=True)
class Outline:
    """Keeps the headings above while one goes down the text."""

    slug: str
    blocks: list[Block] = field(default_factory=list)
    captions: list[tuple[str, int]] = field(default_factory=list)
    _stack: list[tuple[int, str]] = field(default_factory=list)
    _last: dict[int, int] = field(default_factory=dict)

    @property
    def path(self) -> tuple[str, ...]:
        """The headings above, the outermost first."""
        return tuple(title for _, title in self._stack)

    def take(self, item: RawText) -> Block:
        """Adds one line of text and says what it is."""
        title = caption(item.text)
        if title:
            self.captions.append((title, item.line))
            return self._block("caption", 0, item)
        found = heading(item.text)
        if found is None and item.level:
            found = Heading(item.level, None, tidy(item.text), "")
        if found is None or not (found.title or found.rank == 1):
            return self._block("paragraph" if found is None else "item", 0, item)
        rank = self._rank(found)
        # The line itself stands below its own title only where text runs on behind it.
        self._enter(rank, found)
        return self._block("item" if found.rest else "heading", rank, item)

    def _rank(self, found: Heading) -> int:
        """A number that goes on from another rank's row (（三）, then （4）) is of that rank."""
        if found.rank in (6, 7) and found.number is not None:
            other = {6: 4, 7: 5}[found.rank]
            if self._last.get(other) == found.number - 1 and self._last.get(found.rank) != found.number - 1:
                return other
        return found.rank

    def _enter(self, rank: int, found: Heading) -> None:
        self._stack = [each for each in self._stack if each[0] < rank]
        self._stack.append((rank, found.title))
        self._last = {each: number for each, number in self._last.items() if each <= rank}
        if found.number is not None:
            self._last[rank] = found.number

    def _block(self, kind: BlockKind, level: int, item: RawText) -> Block:
        block = Block(kind, level, tidy(item.text), Place(self.slug, item.line, self.path))
        self.blocks.append(block)
        return block

    def caption_before(self, line: int, reach: int) -> str:
        """The last caption that stands within `reach` lines above a table; box and table numbers before list titles."""
        near = [title for title, at in self.captions if line - reach <= at < line]
        return near[-1] if near else self._short_line_before(line, reach)

    def _short_line_before(self, line: int, reach: int) -> str:
        last = self.blocks[-1] if self.blocks else None
        is_near = last is not None and line - reach <= last.where.line < line
        return last.text if last and is_near and len(last.text) <= LONGEST_TITLE and "。" not in last.text else ""


def is_box(title: str) -> bool:
    """Whether a caption is that of a box."""
    return squash(title).startswith("专栏")
