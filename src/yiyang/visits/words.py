"""What pages say of visits: the words of policy for slugs, and the answers of a report in its form's own words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from yiyang.catalog.facts import load_facts
from yiyang.registry.words import group_words
from yiyang.visits.models import Report
from yiyang.visits.policy import Question, load_visits

Line = tuple[str, str, bool]
STEPS = {
    "report": "发现",
    "assign": "派单",
    "act": "处置",
    "verify": "核实办结",
    "return": "退回重办",
    "escalate": "超时督办",
    "close": "办结",
    "void": "认定误报",
}


def finding_kinds() -> list[tuple[str, str]]:
    """Kinds of findings as choices."""
    return [(slug, each.zh) for slug, each in load_visits().findings.kinds.items()]


def finding_word(slug: str) -> str:
    """A kind of finding in words; a kind that policy has dropped stays readable as its slug."""
    kind = load_visits().findings.kinds.get(slug)
    return kind.zh if kind else slug


def unit_of(kind: str) -> str:
    """The unit to which a kind of finding goes at first."""
    found = load_visits().findings.kinds.get(kind)
    return found.unit if found else "township"


def alerts() -> list[tuple[str, str]]:
    """Kinds of alerts as choices."""
    return [(slug, each.zh) for slug, each in load_visits().alerts.items()]


def alert_word(slug: str) -> str:
    """A kind of alert in words."""
    return dict(alerts()).get(slug, slug)


def groups_word(groups: Iterable[str]) -> str:
    """Short names of some groups."""
    names = group_words()
    return "、".join(names[group].short.zh for group in groups if group in names)


def fact_word(name: str) -> str:
    """A fact's name in words."""
    return load_facts()[name].zh


def skills() -> list[tuple[str, str]]:
    """Skills as choices."""
    return list(load_visits().skills.items())


def skills_word(keys: list[str]) -> str:
    """Several skills in words."""
    known = load_visits().skills
    return "、".join(known.get(key, key) for key in keys)


def answers(report: Report) -> list[tuple[str, list[Line]]]:
    """A report in words: section → question, answer, whether the answer is a sign of alarm.

    Answers to questions that the form no longer has stand at the end under their ids.
    """
    given: dict[str, Any] = json.loads(str(report.answers) or "{}")
    sections = []
    for section in load_visits().form:
        lines = [_line(question, given.pop(question.id)) for question in section.questions if question.id in given]
        if lines := [line for line in lines if line[1]]:
            sections.append((section.title, lines))
    if rest := [line for line in (_asked(key, value) for key, value in given.items()) if line]:
        sections.append(("顺便了解", rest))
    return sections


def _line(question: Question, value: Any) -> Line:
    if question.kind in ("photo", "voice", "sign"):
        return question.text, "", False
    values = value if isinstance(value, list) else [value]
    options = {option.value: option for option in question.options}
    chosen = [options[each] for each in values if each in options]
    words = "、".join(option.text for option in chosen) if options else "、".join(str(each) for each in values)
    return question.text, words, any(option.alarm or option.finding for option in chosen)


def _asked(key: str, value: Any) -> Line | None:
    """An unknown fact that was asked on the way."""
    fact = load_facts().facts.get(key)
    if value in (None, "", []):
        return None
    if fact is None:
        return key, str(value), False
    words = {each.name: each.zh for each in fact.values} | {
        "yes": fact.zh,
        "no": fact.zh_not or "不是",
        "not_said": "说不清",
    }
    return fact.zh, words.get(str(value), str(value)), False
