"""What a sentence says will be built (新建……3 个，新增床位 600 张) against the document's own list of projects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from rapidfuzz import fuzz

from yiyang.planning.coherence.findings import Amount, Finding, Spot, finding, number, quote
from yiyang.planning.coherence.numbers import Figure, figures
from yiyang.planning.coherence.projects import packed, plain, spot
from yiyang.planning.coherence.text import Sentence
from yiyang.planning.coherence.totals import PLACES_ZH
from yiyang.planning.records import Document, Project

_COUNTED = re.compile(r"(?:新建|建设|改扩建)(?P<what>[\u4e00-\u9fff]{4,16}?)\s*(?P<count>\d+)\s*(?:个|所|家)")
_LISTED = re.compile(r"(?:新建|建设|改扩建)(?P<names>[^，。；\d]{6,80}?)[，,]")
_NEW_PLACES = re.compile(r"新增(?:养老|护理型?)?(?:床位|托位)")
PART = 80


def boxes(document: Document, sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """Counts and new places of a sentence against the rows of the list that it names."""
    for sentence in sentences:
        if sentence.role == "promised" and document.projects:
            yield from _counted(document, sentence)
            yield from _listed(document, sentence)


def _counted(document: Document, sentence: Sentence) -> Iterator[Finding]:
    match = _COUNTED.search(sentence.text)
    # “新建项目 28 个” is a total of the list itself, which the check of totals compares.
    rows = _of_kind(document, match["what"]) if match and not match["what"].endswith("项目") else []
    if not match or not rows:
        return
    count, what, listed = int(match["count"]), match["what"], sum(packed(project) or 1 for project in rows)
    if count != listed:
        why = f"正文写新建{what} {count} 个，项目清单列 {listed} 个，相差的没有地点、资金和年度，或不在规划内。"
        yield _told(sentence, match[0], rows, "count", (Decimal(count), Decimal(listed)), "个", why)
    yield from _new_places(sentence, rows, what, match.end())


def _of_kind(document: Document, what: str) -> list[Project]:
    core = _loose(what)
    return [project for project in document.projects if core and core in _loose(project.name)]


def _loose(text: str) -> str:
    return plain(text).replace("区域性", "区域").replace("老年人", "老人")


def _listed(document: Document, sentence: Sentence) -> Iterator[Finding]:
    match = _LISTED.search(sentence.text)
    names = [part for part in re.split(r"[和、及与]", match["names"]) if len(part) >= 6] if match else []
    rows = [twin for name in names if (twin := _twin(document, name)) is not None]
    if match and names and len(rows) == len(names):
        yield from _new_places(sentence, rows, "、".join(names), match.end())


def _twin(document: Document, name: str) -> Project | None:
    best = max(document.projects, key=lambda each: fuzz.partial_ratio(_loose(name), _loose(each.name)))
    return best if fuzz.partial_ratio(_loose(name), _loose(best.name)) >= PART and len(name) >= 6 else None


def _new_places(sentence: Sentence, rows: Sequence[Project], what: str, after: int) -> Iterator[Finding]:
    told = next((each for each in figures(sentence.text) if each.start >= after and _is_new(sentence.text, each)), None)
    planned = [project.places for project in rows]
    if told is None or None in planned:
        return
    real = Decimal(sum(each or 0 for each in planned))
    if not told.holds(real):
        word = PLACES_ZH[rows[0].kind]
        listed = f"项目清单中相应 {len(rows)} 个项目合计 {number(real)} 张"
        why = f"正文写{what}新增{word} {told.text}，{listed}，计划与清单不符。"
        yield _told(sentence, told.text, rows, "places", (told.value, real), "张", why)


def _is_new(text: str, figure: Figure) -> bool:
    return figure.kind in ("张", "个") and bool(_NEW_PLACES.search(text[max(0, figure.start - 10) : figure.start]))


def _told(
    sentence: Sentence,
    raw: str,
    rows: Sequence[Project],
    kind: str,
    values: tuple[Decimal, Decimal],
    unit: str,
    why: str,
) -> Finding:
    spots = (Spot(sentence.place, quote(sentence.text, raw)), spot(rows[0], "places" if kind == "places" else "name"))
    amounts = (
        Amount(f"{number(values[0])}{unit}", values[0], unit),
        Amount(f"{number(values[1])}{unit}", values[1], unit),
    )
    return finding("boxes", kind, spots, amounts, why, about=rows[0].name, sure=0.85, severity="high")
