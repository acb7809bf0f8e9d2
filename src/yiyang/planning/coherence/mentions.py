"""Every promised or reached figure of a document, wherever it stands: indicator tables, boxes, text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from yiyang.planning.coherence.findings import Amount, Spot, number, quote
from yiyang.planning.coherence.numbers import SAME, SCALES, Figure, figures
from yiyang.planning.coherence.terms import Term, Terms, loose
from yiyang.planning.coherence.text import Role, Sentence
from yiyang.planning.coherence.years import spread
from yiyang.planning.records import Document, Indicator, Place

_FILLER = re.compile(
    r"(到|至|自)?20\d\d年(底前|年底|底|末|前|起)?|全(市|县|区|省)|力争|达到|提高到|提高至|达|不低于|超过|将|为|至少|以上|约|近|左右|累计|率"
)
_LEADING = re.compile(r"^.*?(?:20\d\d年(?:底前|年底|底|末|前|起)?[，,]?|力争|全市|全县|全区|实现|确保|其中|按照?)+")
_RATE = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{4,24}(?:率|占比|比例))(?:达到|提高到|提高至|不低于|不少于|超过|达|为|至|到|约|均)*$"
)
_MONEY = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{6,24}每(?:人|户|年|月|张床位|张)+)(?:补助|补贴|安排|投入|不低于|不少于|为|达|约)*$"
)
# 500 a year and 2,500 in five years, one in every county and nine in all are different figures of one name.
_PER = re.compile(r"每年|每个|每所|每县|每村|每镇|每乡|各县|各镇|各乡|年均|当年")
_BOOK = re.compile(r"《[^》]*》")
_SINCE = re.compile(r"自20\d\d年起")
# So much of an indicator's name must be in the words of a sentence, by pairs of letters, to be the same figure.
ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Mention:
    """One figure of one name. `about`: the term's id or, where no term fits, the indicator's own name."""

    about: str
    zh: str
    kind: str
    value: Decimal
    step: Decimal
    high: Decimal | None
    unit: str
    year: int | None
    role: Role
    bound: str
    place: Place
    text: str
    raw: str
    is_table: bool = False
    is_since: bool = False
    near: str | None = None

    def agrees(self, other: Mention) -> bool:
        """Whether two figures may be the same: within the last digit of the coarser one, or in its range."""
        if self.high is not None or other.high is not None:
            low, high = (self.value, self.high or self.value), (other.value, other.high or other.value)
            return low[0] <= high[1] and high[0] <= low[1]
        # What is reached may have been cut off to its last digit; a promise is at most rounded.
        loose_by = max(self.step, other.step) / (2 if "promised" in (self.role, other.role) else 1)
        return abs(self.value - other.value) < loose_by

    @property
    def spot(self) -> Spot:
        """Its place with a quotation."""
        return Spot(self.place, quote(self.text, self.raw))

    @property
    def amount(self) -> Amount:
        """It as a finding's figure, with the year."""
        year = f"（{self.year}年）" if self.year else ""
        sign = {"ge": "≥", "le": "≤"}.get(self.bound, "")
        high = f"—{number(self.high)}" if self.high is not None else ""
        # Money reads as it was written (2000万元); what is counted, in whole units.
        told = self.raw if self.unit == "元" else f"{sign}{number(self.value)}{high}{self.unit}"
        return Amount(f"{told}{year}", self.value, self.unit)


def mentions(document: Document, sentences: Sequence[Sentence], terms: Terms) -> tuple[Mention, ...]:
    """Every figure of the document that has a name: of its tables of indicators first, then of its text."""
    table = [each for indicator in document.indicators for each in _of_indicator(indicator, terms)]
    own = {each.about: each for each in table if each.about == each.zh}
    text = [each for sentence in sentences for each in _of_sentence(sentence, terms, tuple(own.values()))]
    spread_out = [each for sentence in sentences for each in _of_years(sentence, terms)]
    return (*table, *text, *spread_out)


def _of_years(sentence: Sentence, terms: Terms) -> Iterator[Mention]:
    """改造 16 所，2022 年 7 所 is a promise of 43.75 % for 2022, where terms know the rate by what is done."""
    found = spread(sentence)
    words = re.sub(r"\W+$", "", found.words) + "率" if found else ""
    term = terms.find(words, words, "%") if found else None
    if found is None or term is None:
        return
    for year, part, done, share in found.shares():
        name = f"{term.zh}（{number(done)}÷{number(found.whole.value)}）"
        value = share.quantize(Decimal("0.01"))
        yield Mention(
            term.id, name, term.kind, value, Decimal("0.01"), None, "%", year, sentence.role, "eq", sentence.place,
            sentence.text, part.text,
        )  # fmt: skip


def _of_indicator(indicator: Indicator, terms: Terms) -> Iterator[Mention]:
    unit, factor = unit_of(indicator.unit)
    term = terms.find(indicator.name, indicator.name, unit)
    about, zh, kind = (term.id, term.zh, term.kind) if term else (indicator.name, indicator.name, "other")
    sides: tuple[tuple[Decimal | None, int | None, Role, str], ...] = (
        (indicator.baseline, indicator.baseline_year, "reached", "eq"),
        (indicator.target, indicator.target_year, "promised", indicator.bound),
    )
    for value, year, role, bound in sides:
        if value is not None:
            where = dict(indicator.fields).get("target" if role == "promised" else "baseline", indicator.where)
            counted_in = unit or (term.unit if term else "")
            yield Mention(
                about, zh, kind, value * factor, _step(value) * factor, None, counted_in, year, role,
                bound, where, f"{indicator.name} {value}", str(value), is_table=True, near=term.near if term else None,
            )  # fmt: skip


def unit_of(written: str) -> tuple[str, Decimal]:
    """The unit and what it multiplies by: 万张 → (张, 10000), % → (%, 1), 人次 → (人次, 1)."""
    unit = written.strip("（）() ")
    scale = next((word for word in sorted(SCALES, key=len, reverse=True) if word and unit.startswith(word)), "")
    rest = unit.removeprefix(scale)
    return SAME.get(rest, rest), Decimal(SCALES[scale])


def _step(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) and exponent < 0 else Decimal(1)


def _of_sentence(sentence: Sentence, terms: Terms, own: Sequence[Mention]) -> Iterator[Mention]:
    text = _BOOK.sub(lambda match: "□" * len(match[0]), sentence.text)
    found = figures(text)
    last: tuple[Term | Mention, str] | None = None
    for index, each in enumerate(found):
        if not each.kind and not each.scale:
            continue
        words, around = _words(text, found, index)
        named = next((name for part in words if (name := _name(part, around, each.kind, terms, own))), None)
        # 达标率 2022 年达到 80 %，2025 年达到 100 %: the second has no name of its own.
        if named is None and last and last[1] == each.kind and not any(map(_bare, words)):
            named = last[0]
        named = named or _unlisted(words[-1] if words else "", each)
        if named is not None and named.kind != "rate" and each.kind != "元" and _PER.search(around):
            named = None
        last = (named, each.kind) if named else None
        if named is not None:
            yield _mention(sentence, each, named)


def _unlisted(words: str, figure: Figure) -> Term | None:
    """A rate or amount that neither terms nor tables know goes by its own words: 养老机构护理员持证上岗率."""
    pattern = {"%": _RATE, "元": _MONEY}.get(figure.kind)
    match = pattern.search(_LEADING.sub("", loose(words))) if pattern else None
    if not match:
        return None
    kind: Literal["rate", "flow"] = "rate" if figure.kind == "%" else "flow"
    return Term(id="unlisted", zh=match["name"], unit=figure.kind, kind=kind, any=(re.escape(match["name"]),))


def _name(words: str, around: str, unit: str, terms: Terms, own: Sequence[Mention]) -> Term | Mention | None:
    return terms.find(words, around, unit) or _own(own, words, unit)


def _words(text: str, found: Sequence[Figure], index: int) -> tuple[tuple[str, ...], str]:
    """The words that may name a figure, and all around it: what it counts behind it, then what stands before it."""
    figure = found[index]
    begin = found[index - 1].end if index else 0
    until = found[index + 1].start if index + 1 < len(found) else len(text)
    before = re.split(r"[；;。：:]", text[begin : figure.start])[-1]
    clauses = [part for part in re.split(r"[，,]", before) if part.strip()]
    left = clauses[-1] if clauses else ""
    # 彩票公益金要加大支持，不低于 55 %: a rate may be named by the clause before, unless that still belongs to the
    # figure before (55 % 的比例用于养老，到 2025 年提高到 60 %); a count there counts something else.
    is_whole = len(clauses) > 2 or not index or before != text[begin : figure.start]
    if not _bare(left) and len(clauses) > 1 and figure.kind == "%" and is_whole:
        left = clauses[-2] + left
    right = re.split(r"[，,。；;：:]", text[figure.end : until])[0]
    if right.startswith(("、", "）", ")")) or not right.strip():
        right = ""
    if right.startswith("的") or (figure.kind in ("个", "人", "人次") and len(right) >= 4):
        return (right, left), left + right
    return (left,), left + right


def _bare(words: str) -> str:
    return re.sub(r"[^\u4e00-\u9fff]", "", _FILLER.sub("", words))


def _own(own: Sequence[Mention], words: str, unit: str) -> Mention | None:
    """An indicator of the document's own tables, known by its name where no term fits."""
    pairs = _pairs(words)
    for each in own:
        wanted = _pairs(each.zh)
        if each.unit == unit and wanted and len(wanted & pairs) / len(wanted) >= ALIKE:
            return each
    return None


def _pairs(text: str) -> set[str]:
    plain = loose(_FILLER.sub("", text))
    return {plain[index : index + 2] for index in range(len(plain) - 1)}


def _mention(sentence: Sentence, figure: Figure, named: Term | Mention) -> Mention:
    is_term = isinstance(named, Term)
    about = named.about if isinstance(named, Mention) else named.zh if named.id == "unlisted" else named.id
    return Mention(
        about, named.zh, named.kind, figure.value, figure.step, figure.high, figure.unit or named.unit,
        sentence.year_at(figure.start), sentence.role, figure.bound, sentence.place, sentence.text, figure.text,
        is_since=bool(_SINCE.search(sentence.text[: figure.start])), near=named.near if is_term else None,
    )  # fmt: skip
