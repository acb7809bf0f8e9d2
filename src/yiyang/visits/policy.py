"""`policy/visits.yaml`, strictly read: who is visited how often, what counts, what is asked, when findings are due."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from yiyang.base.errors import ConditionError
from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.facts import load_facts
from yiyang.catalog.groups import load_groups
from yiyang.catalog.lists import documents
from yiyang.catalog.loader import Problems
from yiyang.catalog.schema import Source
from yiyang.catalog.visits_schema import AlertKind, Option, Question, Rule, Visits
from yiyang.engine.conditions import Condition
from yiyang.engine.facts import FactBook
from yiyang.engine.language import parse

FILE = "visits.yaml"
__all__ = ["AlertKind", "Option", "Question", "Rule", "Visits", "condition", "load_visits"]


def condition(text: str, book: FactBook | None = None) -> Condition:
    """A condition of this file. Raises ConditionError."""
    return parse(text, book or load_facts())


def load_visits(policy: Path | None = None) -> Visits:
    """The policy of visits; cached until the file changes.

    Raises:
        PolicyError: names every problem with file and line.
    """
    path = (policy or policy_dir()) / FILE
    found = loader.load(path, Visits)
    if found not in _checked:
        problems = Problems()
        for loc, zh, en in _wrong(found, policy):
            problems.add(path, loc, zh, en)
        problems.raise_if_any()
        _checked[:] = [found]
    return found


_checked: list[Visits] = []
Wrong = Iterator[tuple[tuple[str | int, ...], str, str]]


def _wrong(found: Visits, policy: Path | None) -> Wrong:
    """Names that do not exist and conditions that cannot be read."""
    yield from _unknown_names(found, policy)
    book = load_facts(policy)
    for loc, text in _conditions(found):
        try:
            parse(text, book)
        except ConditionError as error:
            yield loc, error.zh, error.en
    for number, section in enumerate(found.form):
        for place, question in enumerate(section.questions):
            yield from _wrong_question(found, question, ("form", number, "questions", place), book)


def _unknown_names(found: Visits, policy: Path | None) -> Wrong:
    groups, known = {each.id for each in load_groups(policy)}, set(documents(policy))
    for part in ("rules", "alerts"):
        for slug, rule in getattr(found, part).items():
            for group in set(rule.groups) - groups:
                yield (part, slug, "groups"), f"没有重点人群“{group}”", f"there is no group {group}"
            if not rule.groups and rule.who is None:
                yield (part, slug), "没有写给谁：groups 或 who", "says nobody: groups or who"
    for slug, rule in found.rules.items():
        for skill in set(rule.skills) - set(found.skills):
            yield ("rules", slug, "skills"), f"没有技能“{skill}”", f"there is no skill {skill}"
        if rule.at_home > rule.times:
            yield ("rules", slug, "at_home"), "上门次数多于总次数", "more visits at home than visits"
        if not rule.at_home and rule.seen_every is None:
            yield ("rules", slug, "seen_every"), "没有写多久上门见一次", "does not say how often he is seen at home"
    for loc, source in _sources(found):
        if source.document not in known:
            yield (*loc, "document"), f"没有名为 {source.document} 的文件", f"no document is named {source.document}"


def _sources(found: Visits) -> Iterator[tuple[tuple[str | int, ...], Source]]:
    yield ("targets", "rate", "source"), found.targets.rate.source
    yield ("targets", "visitors_a_village", "source"), found.targets.visitors_a_village.source
    for way, entry in found.means.items():
        if entry.source:
            yield ("means", way, "source"), entry.source
    for slug, rule in found.rules.items():
        for source in (*([rule.source] if rule.source else []), *rule.documents_also):
            yield ("rules", slug, "source"), source


def _conditions(found: Visits) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for part in ("rules", "excused", "alerts"):
        for slug, each in getattr(found, part).items():
            if each.who is not None:
                yield (part, slug, "who"), each.who


def _wrong_question(found: Visits, question: Question, loc: tuple[str | int, ...], book: FactBook) -> Wrong:
    if question.who is not None:
        try:
            parse(question.who, book)
        except ConditionError as error:
            yield (*loc, "who"), error.zh, error.en
    for option in question.options:
        if option.finding and option.finding not in found.findings.kinds:
            yield loc, f"没有异常类型“{option.finding}”", f"there is no finding {option.finding}"
    if question.fact and question.fact not in found.observed:
        yield (*loc, "fact"), f"{question.fact} 不在 observed 中", f"{question.fact} is not observed"
    for shown in question.shown_if:
        if shown.question not in found.questions:
            yield (*loc, "shown_if"), f"没有问题“{shown.question}”", f"there is no question {shown.question}"
