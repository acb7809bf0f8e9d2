"""Numbered lists: numbers missing or doubled, counts in words against what is named, annexes that are not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from yiyang.planning.coherence.findings import Amount, Finding, Spot, finding, quote
from yiyang.planning.coherence.numbers import chinese
from yiyang.planning.coherence.text import Sentence
from yiyang.planning.records import Document, Place

_ZH = "一二三四五六七八九十"
# Shapes of a number at the head of a line, each a list of its own.
_SHAPES = {
    "第一章": re.compile(rf"^第(?P<n>[{_ZH}]+)章"),
    "第一节": re.compile(rf"^第(?P<n>[{_ZH}]+)节"),
    "一、": re.compile(rf"^(?P<n>[{_ZH}]+)、"),
    "（一）": re.compile(rf"^[（(](?P<n>[{_ZH}]+)[）)]"),
    "1．": re.compile(r"^(?P<n>\d{1,2})\s*[.．、](?!\d)"),
}
# A number of an outer shape begins the inner lists anew.
_ORDER = ("第一章", "第一节", "一、", "（一）", "1．")
_CAPTION = re.compile(rf"^(?P<word>专栏|附件|附表|表)\s*(?P<n>\d+|[{_ZH}]+)(?=[\s:：“\"、.．]|$)")
_NUMBERED = re.compile(
    rf"(?P<n>[{_ZH}两]{{1,3}}|\d{{1,2}})(?P<end>大|个方面|个方向|项(?:重点)?(?:任务|举措|工程|行动)|项制度)(?P<what>[\u4e00-\u9fff]{{0,4}})"
)
_ANNEXED = re.compile(rf"(?:见|详见|参见|按照)\s*[（(]?附(?P<word>件|表)\s*(?P<n>\d+|[{_ZH}]+)")
Numbered = tuple[int, str, Place]


def numbering(document: Document) -> Iterator[Finding]:
    """Numbers at the heads of lines, shape by shape."""
    yield from _sequences([(block.text.strip(), block.where) for block in document.blocks])
    for table in document.tables:
        if table.kind == "boxes":
            lines = [(cell.text.strip(), cell.where) for row in table.rows for cell in row.cells]
            yield from _sequences(lines, opens=len(lines) > 1, is_text=False)


def _sequences(lines: Sequence[tuple[str, Place]], opens: bool = True, is_text: bool = True) -> Iterator[Finding]:
    running: dict[str, Numbered] = {}
    seen: set[tuple[str, int]] = set()
    for text, place in lines:
        seen |= _in_arabic(text)
        for shape in _ORDER:
            match = _SHAPES[shape].match(text)
            value = chinese(match["n"]) if match else None
            if value is None:
                continue
            last = running.get(shape)
            if (last is not None or value > 1) and (shape, value - 1) not in seen:
                yield from _step(shape, last, (value, text, place), opens, is_text)
            seen = {each for each in seen if each[0] != shape}
            running = {each: kept for each, kept in running.items() if _ORDER.index(each) < _ORDER.index(shape)}
            running[shape] = (value, text, place)
            break


def _in_arabic(text: str) -> set[tuple[str, int]]:
    """（4） among （三） and （五）, 1、 before 二、: another way of writing, not a gap."""
    found = {("（一）", re.match(r"^[（(](\d{1,2})[）)]", text)), ("一、", re.match(r"^(\d{1,2})、", text))}
    return {(shape, int(match[1])) for shape, match in found if match}


def _step(shape: str, last: Numbered | None, now: Numbered, opens: bool, is_text: bool) -> Iterator[Finding]:
    value, text, place = now
    if last is None:
        # 1． may run on through a whole chapter whose sections begin anew: only a first list that lacks its 一 is told.
        if opens and shape != "1．" and value == 2:
            yield _gap(shape, "（无）", place, text, place, text, f"“{quote(text)}”之前没有第一项")
        return
    before, earlier, where = last
    # Two lists of 1． 2． may stand one in the other, or follow one another under headings without numbers.
    if value == before and (shape != "1．" or not is_text) and (value > 1 or shape != "（一）"):
        yield _gap(shape, earlier, where, text, place, text, f"序号 {value} 出现两次", kind="doubled")
    elif before + 1 < value <= before + 3:
        yield _gap(shape, earlier, where, text, place, text, f"序号从 {before} 跳到 {value}")


def _gap(
    shape: str, earlier: str, where: Place, text: str, place: Place, about: str, said: str, kind: str = "missing"
) -> Finding:
    why = f"{said}，可能缺了一项或编号有误，引用时会指错。"
    amounts = (Amount(quote(earlier)[:12]), Amount(quote(text)[:12]))
    spots = (Spot(where, quote(earlier)), Spot(place, quote(text)))
    return finding("numbering", kind, spots, amounts, why, about=shape + about[:20], sure=0.7, severity="low")


def captions(document: Document) -> Iterator[Finding]:
    """专栏 1, 2, 4: numbers of boxes, tables and annexes."""
    found: dict[str, list[Numbered]] = {}
    lines = [(block.text.strip(), block.where) for block in document.blocks]
    lines += [(table.caption.strip(), table.where) for table in document.tables if table.caption]
    for text, place in sorted(lines, key=lambda each: each[1].line):
        match = _CAPTION.match(text)
        value = chinese(match["n"]) if match else None
        if match and value is not None:
            listed = found.setdefault(match["word"], [])
            if not any(value == each[0] for each in listed):
                listed.append((value, text, place))
    for word, listed in found.items():
        for last, now in pairwise(listed):
            if now[0] > last[0] + 1:
                yield _gap(word, last[1], last[2], now[1], now[2], now[1], f"{word}从 {last[0]} 跳到 {now[0]}")


def counted(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """“八大体系”, 等 4 个方面: the number against what is named before it in the same clause."""
    for sentence in sentences:
        for match in _NUMBERED.finditer(sentence.text):
            count = chinese(match["n"])
            before = re.split(r"[，。；：:]", sentence.text[: match.start()])[-1]
            named = [part for part in re.split(r"、|以及|和(?=[\u4e00-\u9fff]{2})", before) if part.strip(' “"等')]
            is_open = "等" in before[-3:]
            if count is None or count < 3 or len(named) < 3 or len(named) == count or (is_open and len(named) < count):
                continue
            if abs(len(named) - count) > 2 or any(len(part) > 16 for part in named):
                continue
            why = f"写作{match['n']}{match['end']}{match['what']}，前面列出 {len(named)} 个，名称或个数有一处有误。"
            amounts = (Amount(f"{count}个", Decimal(count), "个"), Amount(f"{len(named)}个", Decimal(len(named)), "个"))
            spot = Spot(sentence.place, quote(sentence.text, match[0]))
            yield finding("counts", "named", (spot, spot), amounts, why, about=match[0], sure=0.4, severity="low")


def annexes(document: Document, sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """References to annexes that are not there; annexes that the list of annexes leaves out."""
    there = _there(document)
    for sentence in sentences:
        for match in _ANNEXED.finditer(sentence.text):
            value = chinese(match["n"])
            if match["word"] == "件" and value is not None and value not in there and (there or value > 1):
                why = f"文中引用附件 {value}，文件没有附件 {value}。"
                spots = (
                    Spot(sentence.place, quote(sentence.text, match[0])),
                    Spot(Place(document.slug, len(document.lines))),
                )
                amounts = (Amount(f"附件{value}", Decimal(value)), Amount("无"))
                yield finding("annexes", "absent", spots, amounts, why, about=match[0], sure=0.6, severity="low")
    yield from _unlisted(document, there)


def _there(document: Document) -> dict[int, Place]:
    """Annexes that stand under a heading of their own."""
    found: dict[int, Place] = {}
    for text, place in _lines(document):
        match = re.match(rf"^附件\s*(\d+|[{_ZH}]+)\s*$", text)
        value = chinese(match[1]) if match else None
        if value is not None:
            found.setdefault(value, place)
    return found


def _lines(document: Document) -> Iterator[tuple[str, Place]]:
    for block in document.blocks:
        yield block.text.strip(), block.where
    # Headings that became captions of tables are still in the document's own lines.
    for index, line in enumerate(document.lines, 1):
        yield line.strip(), Place(document.slug, index)


def _unlisted(document: Document, there: dict[int, Place]) -> Iterator[Finding]:
    start = next((index for index, line in enumerate(document.lines) if re.match(r"^\s*附件[:：]", line)), None)
    if start is None or not there:
        return
    listed, index = set(), start
    while index < len(document.lines):
        line = re.sub(r"^\s*附件[:：]", "", document.lines[index]).strip()
        if not re.match(r"^(\d+)\s*[.．、]", line):
            break
        listed |= {int(number) for number in re.findall(r"(?<!\d)(\d{1,2})\s*[.．、](?!\d)", line)}
        index += 1
    missing = sorted(set(there) - listed)
    if listed and missing:
        numbers = "、".join(map(str, missing))
        why = f"附件目录只列 {len(listed)} 个附件，文后另有附件 {numbers}，读者无从知道文件是否完整。"
        spots = (
            Spot(Place(document.slug, start + 1), quote(document.lines[start])),
            Spot(there[missing[0]], f"附件{missing[0]}"),
        )
        amounts = (
            Amount(f"{len(listed)}个", Decimal(len(listed)), "个"),
            Amount(f"{len(there)}个", Decimal(len(there)), "个"),
        )
        yield finding("annexes", "unlisted", spots, amounts, why, about=numbers, sure=0.7, severity="low")
