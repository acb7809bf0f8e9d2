"""The little language of conditions: text → frozen condition. No Python, no SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, VisitError

from yiyang.base.errors import ConditionError
from yiyang.engine.conditions import EVERYONE, And, Compare, Condition, Named, Not, OneOf, Or, Within
from yiyang.engine.facts import Fact, FactBook, Kind, as_int, hint_en, hint_zh, nearest

GRAMMAR = r"""
?start: or
?or: and ("or" and)*
?and: not ("and" not)*
?not: "not" not -> negation | atom
?atom: "(" or ")" | leaf
leaf: "everyone" -> everyone
    | NAME -> named
    | NAME OP literal -> compare
    | NAME "in" "(" literal ("," literal)* ")" -> one_of
    | NAME "within" AREA -> within
    | NAME "within" "(" AREA ("," AREA)* ")" -> within
?literal: DATE | AREA | INT | NAME | PARAMETER
OP: "==" | "!=" | "<=" | ">=" | "<" | ">"
PARAMETER: "@" /[a-z][a-z0-9_]*/
DATE.3: /\d{4}-\d{2}-\d{2}/
AREA.2: /(\d{12}|\d{9}|\d{6})(?!\d)/
INT: /-?\d+/
NAME: /(?!(?:and|or|not|in|within|everyone)\b)[a-z][a-z0-9_]*/
%import common.WS
%ignore WS
"""

WORDS = {
    "OP": "比较号",
    "NAME": "名称",
    "INT": "整数",
    "DATE": "日期",
    "AREA": "地区代码",
    "PARAMETER": "@取值名",
    "LPAR": "(",
    "RPAR": ")",
    "COMMA": ",",
    "AND": "and",
    "OR": "or",
    "NOT": "not",
    "IN": "in",
    "WITHIN": "within",
    "EVERYONE": "everyone",
    "$END": "条件结束",
}


def parse(text: str, book: FactBook, values: Mapping[str, int] | None = None) -> Condition:
    """Read a condition.

    Args:
        text: for example `age >= 80 and hardship in (destitute, low_income)`.
        book: the facts and terms that may be named.
        values: integers that `@name` stands for.

    Raises:
        ConditionError: says what is wrong, at which column, what is allowed and the nearest known name.

    Example:
        >>> parse("age >= 80", book)  # doctest: +SKIP
        Compare(fact=Fact(name='age', …), op='>=', value=80)
    """
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise _syntax_error(text, error) from None
    try:
        return _Builder(book, dict(values or {})).transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, ConditionError):
            raise error.orig_exc from None
        raise


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=False)


def _syntax_error(text: str, error: UnexpectedInput) -> ConditionError:
    expected: set[str] = set()
    if isinstance(error, UnexpectedCharacters):
        expected = set(error.allowed or ())
    elif isinstance(error, UnexpectedToken):
        expected = set(error.accepts or error.expected or ())
    words = "、".join(sorted(WORDS.get(name, name) for name in expected)) or "条件"
    if (
        isinstance(error, UnexpectedEOF)
        or getattr(error, "column", -1) < 1
        or (isinstance(error, UnexpectedToken) and error.token.type == "$END")
    ):
        return ConditionError(
            f"条件没有写完：{text!r}；此处应有：{words}", f"the condition ends too early: {text!r}; expected: {words}"
        )
    at = error.column
    return ConditionError(
        f"条件第 {at} 个字符处看不懂：{text[at - 1 : at + 11]!r}；此处应有：{words}",
        f"cannot read the condition at character {at}: {text[at - 1 : at + 11]!r}; expected: {words}",
    )


class _Builder(Transformer[Token, Condition]):
    """Bottom-up: tokens to conditions, checked against the book."""

    def __init__(self, book: FactBook, values: dict[str, int]) -> None:
        super().__init__()
        self._book, self._values = book, values

    def everyone(self, _: list[Token]) -> Condition:
        return EVERYONE

    def named(self, parts: list[Token]) -> Condition:
        name = str(parts[0])
        if name in self._book.terms:
            label, text = self._book.terms[name]
            return Named(label, parse(text, self._book))
        fact = self._book[name]
        if fact.kind is not Kind.BOOL:
            raise ConditionError(
                f"“{fact.zh}”（{name}）不是是否类事实，要写成比较，如 {name} {_example(fact)}",
                f"{name} is not a yes/no fact; compare it, for example {name} {_example(fact)}",
            )
        return Compare(fact, "==", 1)

    def compare(self, parts: list[Token]) -> Condition:
        fact = self._fact(parts[0])
        return Compare(fact, str(parts[1]), self._literal(fact, parts[2]))

    def one_of(self, parts: list[Token]) -> Condition:
        fact = self._fact(parts[0])
        return OneOf(fact, tuple(sorted({self._literal(fact, part) for part in parts[1:]})))

    def within(self, parts: list[Token]) -> Condition:
        return Within(self._fact(parts[0]), tuple(str(part) for part in parts[1:]))

    def negation(self, parts: list[Condition]) -> Condition:
        return Not(parts[0])

    def leaf(self, parts: list[Condition]) -> Condition:
        return parts[0]

    def __default__(self, data: object, children: list[Condition], meta: object) -> Condition:
        match str(getattr(data, "value", data)):
            case "and":
                return And(tuple(children))
            case "or":
                return Or(tuple(children))
        raise AssertionError(data)

    def _fact(self, token: Token) -> Fact:
        if str(token) in self._book.terms:
            raise ConditionError(
                f"{token} 是术语，不能比较，直接写 {token}",
                f"{token} is a term, not to be compared: write {token} alone",
            )
        return self._book[str(token)]

    def _literal(self, fact: Fact, token: Token) -> int:
        if token.type == "PARAMETER":
            return self._parameter(str(token)[1:])
        if token.type == "DATE":
            if fact.kind is not Kind.DATE:
                raise ConditionError(
                    f"“{fact.zh}”不是日期，不能与 {token} 比较",
                    f"{fact.name} is no date and cannot be compared with {token}",
                )
            return as_int(_day(str(token)))
        if token.type == "NAME":
            if fact.kind not in (Kind.ENUM, Kind.ORDERED):
                raise ConditionError(
                    f"“{fact.zh}”要与数比较，不是 {token}", f"{fact.name} is compared with a number, not {token}"
                )
            return fact.code(str(token))
        if fact.kind not in (Kind.INT, Kind.YEARS):
            raise ConditionError(
                f"“{fact.zh}”不能与数 {token} 比较{_allowed(fact)}",
                f"{fact.name} cannot be compared with the number {token}{_allowed(fact)}",
            )
        return int(token)

    def _parameter(self, name: str) -> int:
        if name not in self._values:
            near = nearest(name, list(self._values))
            raise ConditionError(
                f"本项目没有名为 {name} 的取值{hint_zh(near)}；可用：{'、'.join(self._values) or '无'}",
                f"the item has no value named {name}{hint_en(near)}; known: {', '.join(self._values) or 'none'}",
            )
        return self._values[name]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConditionError(f"没有 {text} 这一天", f"there is no day {text}") from None


def _example(fact: Fact) -> str:
    return f"== {fact.values[0].name}" if fact.values else "within 511724" if fact.kind is Kind.AREA else ">= 80"


def _allowed(fact: Fact) -> str:
    return f"; {', '.join(label.name for label in fact.values)}" if fact.values else ""
