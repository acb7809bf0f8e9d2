"""Money of a place far from what is usual in its list: hints, because a hospital may cost what a home does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from statistics import median

from yiyang.planning.coherence.findings import Amount, Finding, number
from yiyang.planning.coherence.projects import about
from yiyang.planning.coherence.totals import FEN_WAN, PLACES_ZH
from yiyang.planning.records import Document, Project

# A project whose money per place is so many times more (or less) than the median of its kind is told.
FAR = 5
# A list of fewer rows has no usual price; a rate is a rule where so many of its rows keep to it.
FEWEST = 10
MOST = Decimal("0.9")


def prices(document: Document) -> Iterator[Finding]:
    """Money per place far from the median of its kind: a hint, because a hospital may cost what a home does not."""
    for kind, word in PLACES_ZH.items():
        rows = [
            (each, _price(each)) for each in document.projects if each.kind == kind and each.places and each.money_fen
        ]
        if len(rows) >= FEWEST:
            yield from _prices(rows, word)


def _price(project: Project) -> Decimal:
    return Decimal(project.money_fen or 0) / FEN_WAN / Decimal(project.places or 1)


def _prices(rows: Sequence[tuple[Project, Decimal]], word: str) -> Iterator[Finding]:
    middle = median(price for _, price in rows)
    for project, price in rows:
        if max(price / middle, middle / price) >= FAR:
            told, usual = price.quantize(Decimal("0.1")), middle.quantize(Decimal("0.1"))
            why = f"“{project.name}”每个{word} {told} 万元，同类项目中位数 {usual} 万元，请核对投资和{word}数。"
            amounts = (Amount(f"{told}万元", told, "万元"), Amount(f"{usual}万元", usual, "万元"))
            yield about("prices", "price", project, "money_fen", amounts, why, sure=0.3, severity="hint")


def grants(document: Document) -> Iterator[Finding]:
    """Central money of so much a place where nearly every row has the same rate: the few that have another."""
    for kind, word in PLACES_ZH.items():
        rows = [each for each in document.projects if each.kind == kind and each.places and each.central_fen]
        usual = Counter(_grant(each) for each in rows).most_common(1)
        if len(rows) < FEWEST or usual[0][1] < MOST * len(rows) or usual[0][1] == len(rows):
            continue
        yield from (_other_grant(each, usual[0][0], word) for each in rows if _grant(each) != usual[0][0])


def _grant(project: Project) -> Decimal:
    return Decimal(project.central_fen or 0) / FEN_WAN / Decimal(project.places or 1)


def _other_grant(project: Project, usual: Decimal, word: str) -> Finding:
    rate = _grant(project).quantize(Decimal("0.01"))
    why = (
        f"“{project.name}”每个{word}申请中央投资 {number(rate)} 万元，"
        f"清单中其余项目几乎都是 {number(usual)} 万元，请核对中央投资和{word}数。"
    )
    amounts = (Amount(f"{number(rate)}万元", rate, "万元"), Amount(f"{number(usual)}万元", usual, "万元"))
    return about("prices", "grant", project, "central_fen", amounts, why, sure=0.4, severity="hint")
