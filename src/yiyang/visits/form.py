"""The form of a visit: made for one person, and its answers checked again on the server. Pure.

The form asks only what may matter for that person, and unknown facts that hang on an entitlement, so that one visit
answers several questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from yiyang.base.errors import UsageError
from yiyang.engine.facts import Fact, FactBook
from yiyang.engine.reference import Person as Facts
from yiyang.engine.reference import holds
from yiyang.visits.policy import Option, Question, Visits, condition

Json = dict[str, Any]
Answers = Mapping[str, Any]
MET, MEANS = "met", "means"
FILES = ("photo", "voice", "sign")
ASKED = "顺便了解"
NOT_SAID = "not_said"


@dataclass(frozen=True)
class Followed:
    """What an answer leads to."""

    question: Question
    option: Option


def form_for(
    policy: Visits, facts: Facts, reference: int, book: FactBook, *, counts: Sequence[str], asks: Sequence[str] = ()
) -> Json:
    """The generic form (`field.kinds`) for one person.

    Args:
        facts: what is known of him, by column, as stored.
        reference: today, yyyymmdd.
        counts: ways that count for the visit; offered first, and a hint is given where only some do.
        asks: unknown facts to be asked besides.
    """
    sections = []
    for section in policy.form:
        asked = [_shown(each) for each in section.questions if _may_matter(each, facts, reference, book)]
        if asked:
            sections.append({"title": section.title, "help": "", "questions": asked})
    wanted = [name for name in asks if name not in policy.questions][: policy.asks.most]
    if wanted:
        # Before the last section, which ends with files.
        sections.insert(-1, {"title": ASKED, "help": "", "questions": [_asked(book[name]) for name in wanted]})
    _say_which_count(sections, counts, policy)
    return {"version": policy.version, "sections": sections}


def _may_matter(question: Question, facts: Facts, reference: int, book: FactBook) -> bool:
    """What is unknown may matter."""
    return question.who is None or holds(condition(question.who, book), facts, reference) is not False


def _shown(question: Question) -> Json:
    """Without what only the server need know."""
    found: Json = {"id": question.id, "text": question.text, "kind": question.kind, "required": question.required}
    if question.options:
        found["options"] = [_option(each) for each in question.options]
    found |= {name: value for name in ("help", "longest", "most") if (value := getattr(question, name))}
    if question.shown_if:
        found["shown_if"] = [{"question": each.question, "in": list(each.in_)} for each in question.shown_if]
    return found


def _option(option: Option) -> Json:
    more = {name: value for name in ("help", "alarm") if (value := getattr(option, name))}
    return {"value": option.value, "text": option.text, **more}


def _asked(fact: Fact) -> Json:
    options = [{"value": each.name, "text": each.zh} for each in fact.values] or [
        {"value": "yes", "text": fact.zh}, {"value": "no", "text": fact.zh_not or "不是"},
    ]  # fmt: skip
    return {
        "id": fact.name, "text": f"{fact.zh}是哪一种？", "kind": "one", "required": False,
        "options": [*options, {"value": NOT_SAID, "text": "说不清"}], "shown_if": [{"question": MET, "in": ["yes"]}],
    }  # fmt: skip


def _say_which_count(sections: Iterable[Json], counts: Sequence[str], policy: Visits) -> None:
    words = "、".join(policy.means[way].zh for way in policy.means if way in counts and way != "device")
    for section in sections:
        for question in section["questions"]:
            if question["id"] == MEANS and set(counts) != set(policy.means):
                question["help"] = f"这次计入完成的方式：{words}"


def require_said(policy: Visits, answers: Answers, *ids: str) -> None:
    """Raises UsageError naming each of the questions that has no answer: not to say whether one met him is not *no*."""
    missing = [policy.questions[each] for each in ids if not answers.get(each)]
    if missing:
        problems = [(f"没有回答：{each.text}", f"{each.id}: no answer") for each in missing]
        raise UsageError("探访记录还不完整：", "The report is not whole:", problems)


def checked(policy: Visits, answers: Answers, book: FactBook, *, asks: Sequence[str] = ()) -> Json:
    """The answers, cleaned: only questions that are shown, only answers that exist.

    Raises:
        UsageError: names each question that has no answer, or an impossible one.
    """
    problems: list[tuple[str, str]] = []
    found: Json = {}
    for question in policy.questions.values():
        if question.kind in FILES or not _is_shown(question, found):
            continue
        _take(question, answers.get(question.id), found, problems)
    known = {*policy.questions, *asks}
    problems += [
        (f"没有问题“{key}”。", f"there is no question {key}") for key in answers if key not in known and key[:1] != "_"
    ]
    for name in asks:
        if name not in policy.questions and answers.get(name) not in (None, "", NOT_SAID):
            found |= {name: answers[name]}
            if stored(book[name], answers[name]) is None:
                problems.append((f"“{book[name].zh}”没有这个取值。", f"{name} has no such value"))
    if problems:
        raise UsageError("探访记录还不完整：", "The report is not whole:", problems)
    return found


def _is_shown(question: Question, found: Json) -> bool:
    return all(_has(found.get(each.question), each.in_) for each in question.shown_if)


def _has(value: Any, wanted: Sequence[str]) -> bool:
    return any(each in wanted for each in value) if isinstance(value, list) else value in wanted


def _take(question: Question, value: Any, found: Json, problems: list[tuple[str, str]]) -> None:
    if value in (None, "", []):
        # A question for some people only may not have been asked.
        if question.required and question.who is None:
            problems.append((f"没有回答：{question.text}", f"{question.id}: no answer"))
    elif _is_possible(question, value):
        found[question.id] = value
    else:
        problems.append((f"回答不对：{question.text}", f"{question.id}: impossible answer"))


def _is_possible(question: Question, value: Any) -> bool:
    options = {each.value for each in question.options}
    if question.kind == "one":
        return isinstance(value, str) and value in options
    if question.kind == "many":
        return isinstance(value, list) and all(isinstance(each, str) and each in options for each in value)
    if question.kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str) and len(value) <= (question.longest or 400) and "\x00" not in value


def followed(policy: Visits, answers: Answers) -> list[Followed]:
    """The options that were chosen, in the order of the form."""
    found = []
    for question in policy.questions.values():
        given = answers.get(question.id)
        values = given if isinstance(given, list) else [given]
        found += [Followed(question, each) for each in question.options if each.value in values]
    return found


def stored(fact: Fact, answer: Any) -> int | None:
    """An answer (a value's name; yes or no of a bool) as the fact is stored; None = none of its values."""
    if not fact.values:
        known: dict[Any, int] = {"yes": 1, "no": 0}
        return known.get(answer)
    return next((number for number, each in enumerate(fact.values) if each.name == answer), None)


def refuse_times(began_at: datetime, ended_at: datetime, now: datetime) -> None:
    """Raises UsageError for a report that ends before it begins, lies ahead, or is older than two months."""
    if began_at > ended_at or ended_at > now + timedelta(minutes=10) or ended_at < now - timedelta(days=62):
        raise UsageError(
            "探访的时间不对：开始不晚于结束，结束不晚于现在，也不早于两个月前。",
            "The times are wrong: begin before end, not ahead, not older than two months.",
        )
