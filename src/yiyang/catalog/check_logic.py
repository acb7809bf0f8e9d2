"""What is wrong with an item's conditions and tiers, found by looking at every possible person.

Whether somebody can fulfil a condition is asked of everybody who can exist (the implications of `policy/facts.yaml`
hold); gaps are sought among people of 60 and over, for whom the lists are made. A part of a condition counts as idle by
logic alone, so that what the facts happen to imply may still be written out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from yiyang.areas import logic as areas
from yiyang.catalog.binding import BoundProgram, RuleInfo
from yiyang.catalog.facts import load_implications
from yiyang.catalog.findings import Finding, Level, finding
from yiyang.catalog.loader import Loc
from yiyang.engine.conditions import Compare, Condition, Everyone, all_of
from yiyang.engine.facts import FactBook, Kind
from yiyang.engine.proof import always, find, first_tier, gaps, never, parts_never_decisive, unreachable_tiers
from yiyang.engine.proof_space import Universe, Witness
from yiyang.engine.rules import Rule
from yiyang.engine.sentences import Speaker

ELDER = 60
NOBODY = ("没有任何人能符合这个条件", "nobody can ever fulfil this condition")


def area_name(code: str) -> str:
    return areas.name(areas.normalise(code))


SPEAKERS = (Speaker("zh", area_name), Speaker("en", area_name))


@dataclass(frozen=True)
class _Item:
    """A rule with what is needed to speak of it."""

    rule: Rule
    info: RuleInfo
    book: FactBook
    everybody: Universe
    elders: Universe

    def found(self, level: Level, kind: str, loc: Loc, zh: str, en: str) -> Finding:
        return finding(level, kind, self.info.list_area, self.info.path, loc, zh, en, self.rule.item)

    def person(self, witness: Witness) -> tuple[str, str]:
        """The telling facts of a witness in Chinese and English; being alive and living here go without saying."""
        facts = [self.book[name] for name in witness.telling or witness.values]
        told = [fact for fact in facts if fact.kind is not Kind.AREA and fact.name != "alive"]
        parts = [Compare(fact, "==", witness.values[fact.name]) for fact in told]
        zh, en = ([speaker.say(part) for part in parts] for speaker in SPEAKERS)
        return "，".join(zh), ", ".join(en)


def check_logic(bound: BoundProgram, policy: Path | None = None) -> Iterator[Finding]:
    """Findings on every rule of a program whose scopes do not speak of areas (`effective_program`)."""
    implied = load_implications(policy)
    everybody = Universe(implications=implied)
    elders = Universe(Compare(bound.book["age"], ">=", ELDER), implied)
    for rule, info in zip(bound.program.rules, bound.infos, strict=True):
        item = _Item(rule, info, bound.book, everybody, elders)
        if never(rule.condition, everybody):
            yield item.found(Level.ERROR, "never", ("who",), *NOBODY)
            continue
        found = [*_who(item), *_tiers(item)]
        yield from found
        # A gap beside a tier in the wrong place would only be its shadow.
        if not any(one.level is Level.ERROR for one in found):
            yield from _gap(item)


def _who(item: _Item) -> Iterator[Finding]:
    rule = item.rule
    if not isinstance(rule.who, Everyone) and always(rule.who, item.everybody):
        yield item.found(
            Level.WARNING,
            "always",
            ("who",),
            "任何人都符合这个条件；如属本意，请写 everyone",
            "everybody fulfils this condition; if that is meant, write everyone",
        )
    yield from _idle(item, ("who",), rule.who)


def _idle(item: _Item, loc: Loc, condition: Condition) -> Iterator[Finding]:
    for part in parts_never_decisive(condition):
        zh, en = (speaker.say(part) for speaker in SPEAKERS)
        yield item.found(
            Level.WARNING,
            "idle",
            loc,
            f"条件中的“{zh}”不起作用：去掉它，对任何人的结果都不变",
            f"the part “{en}” does nothing: without it the answer is the same for everybody",
        )


def _tiers(item: _Item) -> Iterator[Finding]:
    rule, dead = item.rule, unreachable_tiers(item.rule, item.everybody)
    for n in dead:
        yield item.found(
            Level.ERROR,
            "unreachable",
            ("amount", "tiers", n),
            f"第{n + 1}档（{_name(item, n, 'zh')}）永远轮不到：符合它的人已先落入前面的档，或不在对象之内",
            f"tier {n + 1} ({_name(item, n, 'en')}) is never reached: "
            "whoever it is for falls under an earlier tier or is not entitled",
        )
    for n, tier in enumerate(rule.tiers):
        if n not in dead:
            yield from _overlap(item, n, dead)
            yield from _idle(item, ("amount", "tiers", n, "when"), tier.when)


def _overlap(item: _Item, n: int, dead: tuple[int, ...]) -> Iterator[Finding]:
    """A later tier that pays more would hold too: the order decides, to the person's loss."""
    rule = item.rule
    for later in range(n + 1, len(rule.tiers)):
        if later in dead or rule.tiers[later].fen <= rule.tiers[n].fen:
            continue
        both = all_of(rule.condition, first_tier(rule, n), rule.tiers[later].when)
        if witness := find(both, item.elders):
            zh, en = item.person(witness)
            yield item.found(
                Level.WARNING,
                "overlap",
                ("amount", "tiers", n),
                f"第{n + 1}档与金额更高的第{later + 1}档重叠，按顺序只得较低的一档：例如{zh}的人",
                f"tier {n + 1} overlaps tier {later + 1}, which pays more; by the order the lower is paid: {en}",
            )
            return


def _gap(item: _Item) -> Iterator[Finding]:
    if item.info.item.no_amount == "not_stated":
        return
    if witness := gaps(item.rule, item.elders):
        zh, en = item.person(witness)
        yield item.found(
            Level.ERROR,
            "gap",
            ("amount", "tiers"),
            f"有符合条件却没有对应档次的人：{zh}。请补一档；若文件确未载明，加上 no_amount: not_stated",
            f"somebody is entitled but no tier holds: {en}. "
            "Add a tier; if the document is silent, add no_amount: not_stated",
        )


def _name(item: _Item, n: int, lang: str) -> str:
    values: Mapping[str, object] = item.info.item.values
    return str(getattr(values[item.info.tier_values[n]], lang))
