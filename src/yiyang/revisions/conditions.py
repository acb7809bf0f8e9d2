"""A condition while it is typed: what may stand at the cursor, what is wrong, and the sentence it makes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from yiyang.base.errors import ConditionError
from yiyang.catalog.facts import load_facts
from yiyang.catalog.labels import area_name
from yiyang.engine.facts import Fact, FactBook, Kind
from yiyang.engine.language import parse
from yiyang.engine.sentences import Speaker

MOST = 60
TOKEN = re.compile(r"@?[a-z][a-z0-9_]*|\d{4}-\d\d-\d\d|\d+|==|!=|<=|>=|<|>|[(),]")
PARTIAL = re.compile(r"[@a-z0-9_一-鿿]*$")
JOINS = (("and", "并且"), ("or", "或者"))
STARTS = (("not", "不是"), ("everyone", "所有人"))
OPS = (("==", "等于"), ("!=", "不等于"))
ORDER_OPS = ((">=", "不低于"), ("<=", "不高于"), (">", "高于"), ("<", "低于"))
WORDS = ("and", "or", "not", "in", "within", "everyone")


@dataclass(frozen=True)
class Suggestion:
    """What may be put in: the text, how it is said, and of which kind it is."""

    text: str
    says: str
    kind: str


@dataclass(frozen=True)
class Judged:
    """A condition: its sentence, or what is wrong with it."""

    sentence: str = ""
    error: str = ""


def judge(text: str, values: Mapping[str, int], policy: Path) -> Judged:
    """Say the condition in Chinese, or what is wrong and what to do."""
    if not text.strip():
        return Judged(error="请写明条件；对所有人写 everyone。")
    try:
        return Judged(sentence=Speaker("zh", area_name).say(parse(text, load_facts(policy), values)))
    except ConditionError as error:
        # What there is stands in the list at the cursor; here the nearest name is enough.
        return Judged(error=error.zh.partition("；可用：")[0])


def complete(
    text: str, cursor: int, values: Mapping[str, str], area: str, policy: Path
) -> tuple[int, list[Suggestion]]:
    """What may stand at the cursor.

    Args:
        values: the item's values by name, and how they are called.
        area: the list's area, offered after `within`.

    Returns:
        Where the word begun at the cursor starts, and the suggestions that fit it, the likeliest first.
    """
    before = text[: max(0, min(cursor, len(text)))]
    partial = PARTIAL.search(before)
    typed = partial[0] if partial else ""
    start = len(before) - len(typed)
    found = _expected(TOKEN.findall(before[:start]), load_facts(policy), values, area)
    return start, _fitting(found, typed)[:MOST]


def _fitting(found: Iterable[Suggestion], typed: str) -> list[Suggestion]:
    """Those that begin with what was typed, then those that hold it, in code or in Chinese."""
    everything = list(found)
    first = [one for one in everything if one.text.startswith(typed) or one.says.startswith(typed)]
    return first + [one for one in everything if one not in first and (typed in one.text or typed in one.says)]


def _expected(tokens: list[str], book: FactBook, values: Mapping[str, str], area: str) -> list[Suggestion]:
    last = tokens[-1] if tokens else ""
    inside = _list_of(tokens, book)
    if inside is not None:
        return _literals(inside, values, area) if last in ("(", ",") else [_word(",", "再加一个"), _word(")", "完")]
    if last in ("", "and", "or", "not", "("):
        return _leaves(book)
    if last == "within":
        return [_word(area, area_name(area)), _word("(", "几个地区")]
    if last == "in":
        return [_word("(", "几个之一")]
    if last in ("==", "!=", "<", "<=", ">", ">=") and len(tokens) > 1:
        fact = book.facts.get(tokens[-2])
        return _literals(fact, values, area) if fact else []
    if last in book.facts and (len(tokens) < 2 or tokens[-2] not in ("==", "!=")):
        return _after(book.facts[last])
    return [Suggestion(text, says, "keyword") for text, says in JOINS] + [_word(")", "右括号")]


def _word(text: str, says: str) -> Suggestion:
    return Suggestion(text, says, "keyword")


def _list_of(tokens: list[str], book: FactBook) -> Fact | None:
    """The fact whose list of values is open at the end of the tokens."""
    depth = 0
    for number in range(len(tokens) - 1, -1, -1):
        if tokens[number] == ")":
            depth += 1
        elif tokens[number] == "(" and depth:
            depth -= 1
        elif tokens[number] == "(":
            is_list = number >= 2 and tokens[number - 1] in ("in", "within")
            return book.facts.get(tokens[number - 2]) if is_list else None
    return None


def _leaves(book: FactBook) -> list[Suggestion]:
    facts = [Suggestion(name, fact.zh, "fact") for name, fact in book.facts.items()]
    terms = [Suggestion(name, label.zh, "term") for name, (label, _) in book.terms.items()]
    return [*facts, *terms, *(Suggestion(text, says, "keyword") for text, says in STARTS)]


def _after(fact: Fact) -> list[Suggestion]:
    if fact.kind is Kind.AREA:
        return [_word("within", "在……之内")]
    ordered = fact.kind in (Kind.ORDERED, Kind.YEARS, Kind.INT, Kind.DATE)
    ops = [*(ORDER_OPS if ordered else ()), *OPS] if fact.kind is not Kind.BOOL else []
    also = [_word("in", "是其中之一")] if fact.is_listed else []
    joins = [_word(text, says) for text, says in JOINS] if fact.kind is Kind.BOOL else []
    return [*joins, *(Suggestion(text, says, "operator") for text, says in ops), *also]


def _literals(fact: Fact, values: Mapping[str, str], area: str) -> list[Suggestion]:
    if fact.kind is Kind.AREA:
        return [_word(area, area_name(area))]
    labels = [Suggestion(label.name, label.zh, "value") for label in fact.values]
    names = [Suggestion(f"@{name}", says, "figure") for name, says in values.items()] if not labels else []
    return labels + names
