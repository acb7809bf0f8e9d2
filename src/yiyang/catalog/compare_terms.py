"""What of two items can be weighed, and what differs whoever the person is: unit, frequency, price."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from yiyang.base.screen import t
from yiyang.catalog.binding import RuleInfo
from yiyang.catalog.labels import EVERY, KINDS, NO_AMOUNT, say
from yiyang.catalog.schema import Every, Exactness, Kind, Per
from yiyang.engine.proof_floor import RECURRENT
from yiyang.engine.rules import PERIODS_A_YEAR, Rule


class Bearing(StrEnum):
    """What a difference means for the floor."""

    WORSE = "worse"
    BETTER = "better"
    UNPROVEN = "unproven"
    NOT_COMPARABLE = "not_comparable"
    NOTE = "note"


@dataclass(frozen=True)
class Difference:
    bearing: Bearing
    text: str


@dataclass(frozen=True)
class Entry:
    """One item of one list: the rule and where it came from."""

    rule: Rule
    info: RuleInfo

    @property
    def is_priced(self) -> bool:
        return bool(self.rule.tiers)

    @property
    def is_free(self) -> bool:
        return self.info.item.no_amount == "free_of_charge"

    @property
    def is_by_formula(self) -> bool:
        return self.info.item.no_amount == "by_formula"

    @property
    def is_silent(self) -> bool:
        """Whether nothing is stated for those to whom no tier applies."""
        return not self.is_free and (not self.is_priced or self.info.item.no_amount is not None)


@dataclass(frozen=True)
class Terms:
    """Whether the amounts are to be weighed person by person, and what else there is to say."""

    amounts: bool
    differences: tuple[Difference, ...]


def terms(lower: Entry, upper: Entry) -> Terms:
    """What holds for everybody who gets the item under both lists."""
    found = [_scale(lower, upper), _per(lower, upper), _price(lower, upper), _frequency(lower, upper)]
    said = [difference for difference in found if difference]
    amounts = upper.is_priced and not (lower.is_free or found[0] or found[1] or found[2])
    return Terms(amounts, (*said, *_unpriced(lower, upper), *_kind(lower, upper)))


def _scale(lower: Entry, upper: Entry) -> Difference | None:
    """Amounts a month and a year are weighed by the year; *once* and *each time* have no year."""
    one, other = lower.info.item.every, upper.info.item.every
    if not (lower.is_priced and upper.is_priced) or one == other or (one in RECURRENT and other in RECURRENT):
        return None
    return _not_comparable(
        f"上级{say(EVERY[other])}计、本级{say(EVERY[one])}计，不能折算到同一期间",
        f"the upper list counts {say(EVERY[other])}, the lower {say(EVERY[one])}: there is no common period",
    )


def _per(lower: Entry, upper: Entry) -> Difference | None:
    """What every person gets reaches what a household gets; not the other way round."""
    one, other = lower.rule.per, upper.rule.per
    if not (lower.is_priced and upper.is_priced) or one == other:
        return None
    if (one, other) == (Per.PERSON, Per.HOUSEHOLD):
        return None
    words = {Per.PERSON: t("人", "person"), Per.HOUSEHOLD: t("户", "household"), Per.FACILITY: t("站点", "facility")}
    above, below = words[Per(other)], words[Per(one)]
    return _not_comparable(
        f"上级按{above}计、本级按{below}计，一{below}几人或几{below}一人时结果不同",
        f"the upper list counts by {above}, the lower by {below}",
    )


def _price(lower: Entry, upper: Entry) -> Difference | None:
    if upper.is_free and not lower.is_free:
        return Difference(
            Bearing.UNPROVEN, t("上级免费提供，本级没有写明免费", "free above; the lower list does not say so")
        )
    if upper.is_by_formula and not lower.is_by_formula:
        said = say(NO_AMOUNT[lower.info.item.no_amount or "not_stated"])
        if lower.is_priced:
            return _not_comparable(
                "上级按公式计发，本级是定额，无法比较", "by formula above, a fixed amount below: not comparable"
            )
        return Difference(
            Bearing.UNPROVEN, t(f"上级按公式计发，本级{said}", f"by formula above; the lower list: {said}")
        )
    return None


def _frequency(lower: Entry, upper: Entry) -> Difference | None:
    """Only a frequency that the upper list states is a floor; *at most* is a ceiling."""
    wanted, given = _times(upper), _times(lower)
    if wanted is None or wanted.exactness is Exactness.AT_MOST:
        return None
    if given is None:
        return Difference(
            Bearing.UNPROVEN,
            t(f"上级写明{wanted.words}，本级没有写明次数", f"{wanted.words} above; the lower list states no frequency"),
        )
    both = t(f"上级{wanted.words}，本级{given.words}", f"{wanted.words} above, {given.words} below")
    if given.a_year is None or wanted.a_year is None:
        same = given.every is wanted.every and given.exactness is not Exactness.AT_MOST and given.times >= wanted.times
        return None if same else Difference(Bearing.NOT_COMPARABLE, both)
    if given.a_year < wanted.a_year:
        return Difference(Bearing.WORSE, both)
    if given.exactness is Exactness.AT_MOST:
        return Difference(Bearing.UNPROVEN, both)
    return Difference(Bearing.BETTER, both) if given.a_year > wanted.a_year else None


@dataclass(frozen=True)
class _Times:
    times: int
    every: Every
    exactness: Exactness

    @property
    def a_year(self) -> int | None:
        return self.times * PERIODS_A_YEAR[self.every] if self.every in RECURRENT else None

    @property
    def words(self) -> str:
        limit = {Exactness.AT_LEAST: t("至少", "at least "), Exactness.AT_MOST: t("最多", "at most ")}
        exact, every = limit.get(self.exactness, ""), say(EVERY[self.every])
        return t(f"{every}{exact}{self.times}次", f"{exact}{self.times} times {every}")


def _times(entry: Entry) -> _Times | None:
    item = entry.info.item
    if item.times is None or item.times not in entry.info.values:
        return None
    return _Times(entry.info.values[item.times], item.every, item.values[item.times].exactness)


def _unpriced(lower: Entry, upper: Entry) -> tuple[Difference, ...]:
    if not lower.is_priced or upper.is_priced or upper.is_free or upper.is_by_formula:
        return ()
    text = t("上级没有写明金额，本级写明多少都算达到", "the upper list states no amount, so any amount reaches it")
    return (Difference(Bearing.NOTE, text),)


def _kind(lower: Entry, upper: Entry) -> tuple[Difference, ...]:
    """Money instead of a service is for people to judge."""
    one, other = lower.info.item.kind, upper.info.item.kind
    if one is other or {one, other} == {Kind.SERVICE, Kind.IN_KIND}:
        return ()
    text = t(
        f"给付方式不同：上级为{say(KINDS[other])}，本级为{say(KINDS[one])}，请人工核对",
        f"given differently: {say(KINDS[other])} above, {say(KINDS[one])} below; please check",
    )
    return (Difference(Bearing.NOTE, text),)


def _not_comparable(zh: str, en: str) -> Difference:
    return Difference(Bearing.NOT_COMPARABLE, t(zh, en))
