"""The questions of "我能享受什么" and what to bring, as `policy/questions/` and `policy/papers.yaml` say them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

from yiyang.base.errors import PolicyError
from yiyang.base.paths import policy_dir
from yiyang.catalog.facts import load_facts
from yiyang.catalog.loader import Problems, Stamp, load, stamp
from yiyang.catalog.schema import Slug, Strict
from yiyang.engine.facts import Fact, FactBook, Kind


class Choice(Strict):
    """One answer in plain words, and the fact's value that it means."""

    value: str | bool | int | None = None
    days_ago: int | None = None
    """Of a date: so many days before the reference day."""
    says: str
    help: str = ""

    @property
    def key(self) -> str:
        """How an answer is carried from page to page."""
        return f"d{self.days_ago}" if self.days_ago is not None else str(self.value).lower()


class NotKnown(Strict):
    """The answer of whoever does not know, and how he may find out."""

    says: str
    do: str


class Question(Strict):
    """policy/questions/<fact>.yaml: one fact, asked in plain words. `{who}` becomes 您 or 老人."""

    fact: Slug
    way: Literal["choices", "birth", "place", "assumed"]
    """choices: one of a few; birth: a date; place: county and town; assumed: never asked, `value` holds."""
    asks: str = ""
    help: str = ""
    choices: tuple[Choice, ...] = ()
    value: bool | None = None
    unknown: NotKnown | None = None
    short: str
    """What is not known yet, in a few words: 还差 …"""
    self_check: bool = False
    """Whoever does not know may first see for himself by the self-check whether an assessment is worth asking for."""

    def says(self, text: str, who: str) -> str:
        """A text of the question for whoever it is about."""
        return text.replace("{who}", who)


class Papers(Strict):
    """policy/papers.yaml: what to bring when applying."""

    everybody: tuple[str, ...]
    proxy: tuple[str, ...]
    kinds: Mapping[Slug, tuple[str, ...]]
    facts: Mapping[Slug, tuple[str, ...]]


def load_papers(policy: Path | None = None) -> Papers:
    """What to bring. Raises PolicyError where the file breaks the schema."""
    return load((policy or policy_dir()) / "papers.yaml", Papers)


def load_questions(policy: Path | None = None) -> Mapping[str, Question]:
    """Every question by fact.

    Raises:
        PolicyError: a file breaks the schema, asks about no fact, or offers a value that the fact does not have.
    """
    folder = (policy or policy_dir()) / "questions"
    return _load(policy, tuple(stamp(path) for path in sorted(folder.glob("*.yaml"))))


@lru_cache(maxsize=8)
def _load(policy: Path | None, files: tuple[Stamp, ...]) -> Mapping[str, Question]:
    found, problems, book = {}, Problems(), load_facts(policy)
    for name, *_ in files:
        path = Path(name)
        question = load(path, Question)
        if question.fact != path.stem:
            zh, en = f"fact 是 {question.fact}，与文件名不同", f"fact is {question.fact}, unlike the name of the file"
            problems.add(path, ("fact",), zh, en)
        _check(path, question, book, problems)
        found[question.fact] = question
    problems.raise_if_any()
    return found


def _check(path: Path, question: Question, book: FactBook, problems: Problems) -> None:
    try:
        fact = book[question.fact]
        for choice in question.choices:
            stored(fact, choice, 20000101)
    except PolicyError as error:
        problems.add(path, ("choices",), error.zh, error.en)
    if question.way == "choices" and not (question.asks and question.choices and question.unknown):
        problems.add(path, (), "要有 asks、choices 和 unknown", "needs asks, choices and unknown")


def stored(fact: Fact, choice: Choice, reference: int) -> int:
    """The stored integer that a choice means; `reference` is the reference day as yyyymmdd.

    Raises ConditionError for a value that the fact does not have.
    """
    if choice.days_ago is not None:
        return days_before(reference, choice.days_ago)
    if fact.kind is Kind.BOOL:
        return int(bool(choice.value))
    return fact.code(str(choice.value)) if fact.is_listed else int(choice.value or 0)


def days_before(reference: int, days: int) -> int:
    """The day so many days earlier, both yyyymmdd."""
    day = date(reference // 10000, reference // 100 % 100, reference % 100) - timedelta(days)
    return day.year * 10000 + day.month * 100 + day.day
