"""Sums and percentages inside sentences: growth, parts of a whole, shares, a whole over years, people times rate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from yiyang.planning.coherence.findings import Amount, Finding, Severity, Spot, finding, number, quote
from yiyang.planning.coherence.numbers import Figure, figures
from yiyang.planning.coherence.text import Sentence
from yiyang.planning.coherence.wholes import Whole, Wholes
from yiyang.planning.coherence.years import spread

_UP = "提高|增加|增长|提升|上升|扩大|调整|增至|升"
_DOWN = "下降|降低|减少|缩小|降"
_RISE = re.compile(
    rf"(?:由|从)(?P<first>[^。；;]*?)(?:统一)?(?P<verb>{_UP}|{_DOWN})(?:至|到|为)(?P<second>[^。；;]*?)[，,]\s*(?:分别|同比|共|累计|约)*"
    rf"(?:{_UP}|{_DOWN}|增幅|降幅)(?:了|达|为)?(?P<change>\s*[\d.]+\s*(?:%|％|个百分点|元|张|个|家|所|人)[\d.%％\s、和,与及]*(?:%|％)?)"
)
_OPPOSITE = (("公办|公立", "民办|民营|社会办"), ("城市|城镇", "农村|乡村"), ("男", "女"), ("新建", "改建|改扩建|改造"))
_TIMES = re.compile(r"每(?:人|户|位|名)[^，。]*?发放(?P<rates>[^。；]*?)累计[^。；]*?(?P<result>\d[^。；]*)")
_SHARE = re.compile(
    r"占(?P<base>[^，。；、\d]{0,16}?)(?:的|比)?(?:比例)?(?:为|达到|达|约为|约)?\s*(?P<share>\d[\d.]*\s*[%％](?:以上)?)"
)


def growth(sentence: Sentence) -> Iterator[Finding]:
    """由 A 提高至 B，增长 P%: is P what lies between A and B?"""
    for match in _RISE.finditer(sentence.text):
        first, second = _plain(match["first"]), _plain(match["second"])
        change = figures(match["change"])
        if len(second) == 1 < len(first):
            second = second * len(first)
        if not first or len(first) != len(second) or len(change) != len(first):
            continue
        for before, after, told in zip(first, second, change, strict=True):
            if before.kind == after.kind and before.value:
                yield from _growth(sentence, before, after, told)


def _plain(text: str) -> list[Figure]:
    """Figures of a list, without what is put in between; a unit that stands once counts for all."""
    found = [each for each in figures(text) if each.unit or each.scale or each.value]
    return found if len({each.kind for each in found}) <= 1 else []


def _growth(sentence: Sentence, before: Figure, after: Figure, told: Figure) -> Iterator[Finding]:
    gap = abs(after.value - before.value)
    if told.kind == "%" and before.kind != "%":
        real = gap / before.value * 100
    elif told.kind in ("个百分点", before.kind) and (told.kind != "个百分点" or before.kind == "%"):
        real = gap
    else:
        return
    if not told.holds(real):
        words = f"由 {before.text} 到 {after.text}"
        why = f"{words}，变动应为 {number(_round(real))}{told.unit}，文中写作 {told.text}，读者无法判断哪个数可信。"
        yield _told(
            sentence,
            "growth",
            told,
            Amount(f"{words}：{number(_round(real))}{told.unit}", _round(real), told.unit),
            why,
        )


def parts(sentence: Sentence) -> Iterator[Finding]:
    """共 N 家，其中 A 家、B 家: no part exceeds the whole; parts that leave nothing out make it up.

    Groups of one whole may overlap (空巢、失能、高龄), so their sum is compared only where their shares make up 100 %,
    or where there are two of opposite names (公办、民办).
    """
    head, found, tail = sentence.text.partition("其中")
    whole = figures(head)[-1:] if found else ()
    if not whole or whole[0].kind in ("%", "", "个百分点"):
        return
    run = _run(tail, [each for each in figures(tail) if each.unit == whole[0].unit])
    total = sum((each.value for each in run), Decimal(0))
    is_whole = _shares_make_all(tail, run) or _are_opposite(tail, run)
    largest = max((each.value for each in run), default=Decimal(0))
    if (is_whole and not _near(whole[0], run, total)) or largest > whole[0].value + whole[0].step:
        unit, written = whole[0].unit, "＋".join(each.text for each in run)
        why = f"总数写作 {whole[0].text}，各部分 {written} 合计 {number(total)}{unit}，合计与总数不一致。"
        yield _told(sentence, "parts", whole[0], Amount(f"{written}＝{number(total)}{unit}", total, unit), why)


def _shares_make_all(text: str, run: Sequence[Figure]) -> bool:
    shares = [each for each in figures(text) if each.kind == "%"][: len(run)]
    rest = abs(sum((each.value for each in shares), Decimal(-100)))
    return len(run) > 1 and len(shares) == len(run) and rest <= len(run)


def _are_opposite(text: str, run: Sequence[Figure]) -> bool:
    if len(run) != 2:
        return False
    names = text[: run[0].start], text[run[0].end : run[1].start]
    return any(
        re.search(one, first) and re.search(other, second)
        for one, other in _OPPOSITE
        for first, second in (names, names[::-1])
    )


def _run(text: str, inside: list[Figure]) -> list[Figure]:
    """Figures that follow one another in one list: broken by a semicolon, or by 占 and 比."""
    run: list[Figure] = []
    for each in inside:
        if run and re.search(
            r"[；;。（(]|其中|比上年|较|占|每|新增|包括|含|中(?!心|央|医|级|学|小)", text[run[-1].end : each.start]
        ):
            break
        run.append(each)
    return run


def _near(whole: Figure, run: Sequence[Figure], total: Decimal) -> bool:
    return (
        abs(total - whole.value) <= max([whole.step, *(each.step for each in run)])
        if whole.scale
        else total == whole.value
    )


def stated(sentences: Sequence[Sentence]) -> dict[int, list[tuple[Figure, Figure]]]:
    """Parts with their shares, by paragraph."""
    found: dict[int, list[tuple[Figure, Figure]]] = {}
    for sentence in sentences:
        found.setdefault(sentence.passage, []).extend((part, share) for part, share, _ in _stated(sentence))
    return found


def shares(sentence: Sentence, wholes: Wholes, beside: Sequence[tuple[Figure, Figure]] = ()) -> Iterator[Finding]:
    """A 万人，占 B 的 P%: some B that the text names must fit; told only where none does.

    `beside`: parts with their shares in the same paragraph, which may show what all of them are shares of.
    """
    for part, share, base in _stated(sentence):
        bases = wholes.of(sentence, part, base)
        if share.bound == "ge" or any(_fits(part, share, each.figure) for each in (*bases, *wholes.alike(part))):
            continue
        wanted = part.value / share.value * 100
        bases += _of_siblings(wholes, part, [pair for pair in beside if pair != (part, share)])
        # A figure that is far from what is wanted is of something else: then the whole is simply not stated.
        near = [each for each in bases if abs(each.figure.value - wanted) < wanted / (2 if each.is_named else 4)]
        if near:
            yield _off(sentence, part, share, min(near, key=lambda each: abs(each.figure.value - wanted)))


def _of_siblings(wholes: Wholes, part: Figure, others: Sequence[tuple[Figure, Figure]]) -> list[Whole]:
    """The whole that at least two other shares of the paragraph are taken of: it is this one's, too."""
    found = []
    for whole in wholes.alike(part):
        if sum(_fits(one, share, whole.figure) for one, share in others) >= 2:
            found.append(replace(whole, is_named=True))
    return found


def _off(sentence: Sentence, part: Figure, share: Figure, nearest: Whole) -> Finding:
    wanted, real = _round(part.value / share.value * 100), _round(part.value / nearest.figure.value * 100)
    why = (
        f"{part.text} 占 {share.text}，应有总数约 {number(wanted)}{part.unit}；"
        f"文中最接近的总数 {nearest.figure.text} 得出 {number(real)}%，占比与总数不能同时成立。"
    )
    there = Spot(nearest.place, quote(nearest.text, nearest.figure.text))
    spots = (Spot(sentence.place, quote(sentence.text, share.text)), there)
    divided = Amount(f"{part.text}÷{nearest.figure.text}＝{number(real)}%", real, "%")
    amounts = (Amount(share.text, share.value, "%"), divided)
    sure, severity = (0.8, "medium") if nearest.is_named else (0.4, "low")
    level: Severity = "medium" if severity == "medium" else "low"
    return finding("sentence_sums", "share", spots, amounts, why, about=part.text, sure=sure, severity=level)


def _stated(sentence: Sentence) -> Iterator[tuple[Figure, Figure, str]]:
    """(part, share, name of the base) of a sentence; several parts with 占比分别为 are matched in order."""
    text = sentence.text
    for match in _SHARE.finditer(text):
        before = [
            each
            for each in figures(text[: match.start()])
            if each.kind not in ("%", "个百分点", "‰") and (each.kind or each.scale)
        ]
        # 3 万张，护理型床位占比 55 %: the share is of something else than the figure before it.
        between = text[before[-1].end : match.start()] if before else "；"
        if re.search(r"[；;。]", between) or re.split(r"[，,（(]", between)[-1].strip(" 约将"):
            continue
        listed = re.match(r"占比?(?:例)?分别(?:为|是|达)?", text[match.start() :])
        told = [each for each in figures(text[match.start() :]) if each.kind == "%"]
        if listed:
            same = [each for each in before if each.kind == before[-1].kind]
            pairs = zip(same[-len(told) :], told, strict=False) if len(same) >= len(told) else ()
            yield from ((part, share, "") for part, share in pairs)
        elif told and len(between) <= 20:
            yield before[-1], told[0], match["base"]


def _fits(part: Figure, share: Figure, whole: Figure) -> bool:
    """Whether a share fits, each figure rounded or cut off to its last digit; 以上 and 左右 are kept to."""
    if whole.value <= part.value:
        return False
    least, most = _between(part)
    fewest, greatest = _between(whole)
    low, high = least / greatest * 100, most / fewest * 100
    slack = share.step * (2 if share.is_rough or part.is_rough else 1)
    return high >= share.value - slack / 2 and (share.bound == "ge" or low < share.value + slack)


def _between(figure: Figure) -> tuple[Decimal, Decimal]:
    """What a figure in 万 or 亿 may have been before it was rounded or cut off; a count is exact."""
    if not figure.scale:
        return figure.value, figure.value
    return figure.value - figure.step / 2, figure.value + figure.step


def over_years(sentence: Sentence) -> Iterator[Finding]:
    """对全县 16 所……改造，2022 年改造 7 所，2023 年改造 9 所: the years make up the whole."""
    found = spread(sentence)
    if found is None:
        return
    whole, run = found.whole, [each for _, each in found.by_year]
    total = sum((each.value for each in run), Decimal(0))
    if total != whole.value:
        written = "＋".join(each.text for each in run)
        why = f"总数写作 {whole.text}，各年 {written} 合计 {number(total)}{whole.unit}，分年任务与总任务不一致。"
        yield _told(sentence, "years", whole, Amount(f"{written}＝{number(total)}{whole.unit}", total, whole.unit), why)


def times(sentence: Sentence) -> Iterator[Finding]:
    """每人发放 2000 元和 2000 元，累计 63 人次 25.2 万元: people times rate is the money."""
    match = _TIMES.search(sentence.text)
    if not match:
        return
    rates = [each for each in figures(match["rates"]) if each.kind == "元"]
    result = figures(match["result"])
    people = next((each for each in result if each.kind in ("人次", "人", "户")), None)
    money = next((each for each in result if each.kind == "元"), None)
    if not rates or people is None or money is None:
        return
    options = [sum((each.value for each in rates), Decimal(0)), *(each.value for each in rates)]
    if any(money.holds(people.value * option) for option in options):
        return
    real = people.value * options[0]
    why = f"{people.text} 按每人 {number(options[0])} 元应为 {number(real)} 元，文中写作 {money.text}。"
    yield _told(
        sentence, "times", money, Amount(f"{people.text}×{number(options[0])}＝{number(real)}元", real, "元"), why, 0.6
    )


def _round(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01")).normalize()


def _told(sentence: Sentence, kind: str, told: Figure, real: Amount, why: str, sure: float = 0.9) -> Finding:
    spot = Spot(sentence.place, quote(sentence.text, told.text))
    amounts = (Amount(told.text, told.value, told.unit), real)
    return finding("sentence_sums", kind, (spot, spot), amounts, why, about=told.text, sure=sure)
