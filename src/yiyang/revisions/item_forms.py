"""An item's file as a form. The text is the truth: the form is filled from it and writes single places of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms

from yiyang.catalog.labels import BASES, CHECKED, DELIVERY, EVERY, FORMS, KINDS, NO_AMOUNT, PER
from yiyang.catalog.lists import departments, documents
from yiyang.catalog.loader import values_of
from yiyang.catalog.schema import Item
from yiyang.revisions.text import drop, put

ORDER = tuple(field.alias or name for name, field in Item.model_fields.items())
SLUG = re.compile(r"[a-z][a-z0-9_]*")
UNITS = {"fen": "元", "years": "周岁", "times": "次", "percent": "%", "facilities": "个", "hours": "小时", "days": "天"}
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MORE_TIERS = 2
Raw = dict[str, Any]
Words = Mapping[Any, tuple[str, str]]


def _choices(words: Words, empty: str = "") -> list[tuple[str, str]]:
    found = [(str(getattr(key, "value", key)), pair[0] or "准确数") for key, pair in words.items()]
    return [("", empty), *found] if empty else found


@dataclass(frozen=True)
class Place:
    """Where a field stands in the file. `is_list`: several values. A field left empty takes its key away."""

    loc: tuple[str, ...]
    is_list: bool = False


PLACES: dict[str, Place] = {
    "name_zh": Place(("name", "zh")), "name_en": Place(("name", "en")), "form": Place(("form",)),
    "kind": Place(("kind",)), "gives_zh": Place(("gives", "zh")), "gives_en": Place(("gives", "en")),
    "responsible": Place(("responsible",), is_list=True), "basis": Place(("basis",)), "number": Place(("number",)),
    "who": Place(("who",)), "per": Place(("per",)), "every": Place(("every",)), "times": Place(("times",)),
    "no_amount": Place(("no_amount",)), "delivery": Place(("delivery",)), "starts": Place(("starts",)),
    "ends": Place(("ends",)), "document": Place(("source", "document")), "article": Place(("source", "article")),
    "checked": Place(("source", "checked")), "highest_of": Place(("stacking", "highest_of")),
    "not_with": Place(("stacking", "not_with"), is_list=True), "less": Place(("stacking", "less"), is_list=True),
    "rank": Place(("stacking", "rank")), "purchase_catalogue": Place(("purchase_catalogue",)),
    "note_zh": Place(("note", "zh")), "note_en": Place(("note", "en")),
}  # fmt: skip
# What holds where the file says nothing: not written unless it was there.
SILENT: Raw = {"basis": "registered", "per": "person", "rank": 100, "purchase_catalogue": False}


class ItemForm(forms.Form):
    """The fields of an item; its tiers and figures have rows of their own."""

    name_zh = forms.CharField(label="名称", max_length=80)
    name_en = forms.CharField(label="英文名称", max_length=160, required=False)
    form = forms.ChoiceField(label="类型", choices=_choices(FORMS))
    kind = forms.ChoiceField(label="方式", choices=_choices(KINDS))
    gives_zh = forms.CharField(label="服务内容", max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    gives_en = forms.CharField(label="服务内容（英文）", max_length=800, required=False)
    basis = forms.ChoiceField(label="由哪里的清单负责", choices=_choices(BASES))
    who = forms.CharField(label="服务对象（条件）", widget=forms.Textarea(attrs={"rows": 2, "data-condition": "who"}))
    every = forms.ChoiceField(label="周期", choices=_choices(EVERY))
    per = forms.ChoiceField(label="发给", choices=[("person", "每人"), *_choices(PER)[1:]])
    times = forms.CharField(label="次数（取值名）", max_length=60, required=False)
    no_amount = forms.ChoiceField(label="没有金额的原因", choices=_choices(NO_AMOUNT, "有金额"), required=False)
    delivery = forms.ChoiceField(label="办理方式", choices=_choices(DELIVERY))
    responsible = forms.MultipleChoiceField(label="责任单位", widget=forms.CheckboxSelectMultiple)
    starts = forms.DateField(label="起始日期", widget=DAY)
    ends = forms.DateField(label="终止日期", widget=DAY, required=False, help_text="最后一日；留空为长期。")
    document = forms.ChoiceField(label="依据文件")
    article = forms.CharField(label="条款", max_length=200)
    checked = forms.ChoiceField(label="核对情况", choices=_choices(CHECKED))
    highest_of = forms.CharField(
        label="就高享受的组", max_length=60, required=False, help_text="同组各项只给最高的一项。"
    )
    not_with = forms.MultipleChoiceField(label="不与这些项目同时享受", required=False)
    less = forms.MultipleChoiceField(label="扣除这些项目的金额", required=False)
    rank = forms.IntegerField(label="组内次序", min_value=0, max_value=9999, required=False)
    number = forms.IntegerField(label="公布表中的序号", min_value=1, max_value=999, required=False)
    purchase_catalogue = forms.BooleanField(label="列入政府购买服务目录", required=False)
    note_zh = forms.CharField(label="说明", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    note_en = forms.CharField(label="说明（英文）", max_length=4000, required=False)

    def __init__(self, raw: Raw, items: Mapping[str, str], policy: Path, given: Any = None) -> None:
        super().__init__(given, initial=initial_of(raw))
        units, papers = departments(policy), documents(policy)
        self._offer("responsible", {name: unit.zh for name, unit in units.items()}, raw.get("responsible"))
        self._offer(
            "document", {name: f"《{paper.title}》" for name, paper in papers.items()}, _at(raw, ("source", "document"))
        )
        stacking = raw.get("stacking") if isinstance(raw.get("stacking"), dict) else {}
        for name in ("not_with", "less"):
            self._offer(name, items, (stacking or {}).get(name))

    def _offer(self, field: str, words: Mapping[str, str], there: Any) -> None:
        # What the text says stays choosable, known or not: saving a form must not lose it.
        known = there if isinstance(there, list) else [there] if there else []
        choices = [*words.items(), *((str(name), str(name)) for name in known if name not in words)]
        self.fields[field].choices = choices  # type: ignore[attr-defined]


def initial_of(raw: Raw) -> Raw:
    """What the fields show of a file's values."""
    found = {name: _at(raw, place.loc) for name, place in PLACES.items()}
    return {name: SILENT.get(name, "") if value is None else value for name, value in found.items()}


def _at(raw: Any, loc: tuple[Any, ...]) -> Any:
    for part in loc:
        raw = raw.get(part) if isinstance(raw, dict) else None
    return raw


def write_fields(text: str, cleaned: Mapping[str, Any]) -> str:
    """The text with the fields as the form has them; what is unchanged stays byte for byte."""
    before = initial_of(values_of(text))
    for name, place in PLACES.items():
        if name not in cleaned:
            continue
        value = cleaned[name]
        if place.is_list:
            # In the order of the file, so that choosing the same again changes nothing.
            value = sorted(
                value, key=lambda one: (before[name] or [one]).index(one) if one in (before[name] or []) else 999
            )
        if _same(value, before[name]):
            continue
        text = drop(text, place.loc) if value in ("", None, []) else put(text, place.loc, value, ORDER)
    return _english(text)


def _same(value: Any, before: Any) -> bool:
    return bool(value == before or (value in ("", None, []) and before in ("", None, [])))


def _english(text: str) -> str:
    """Names and sentences stand in both languages; until somebody translates it, Chinese stands for English."""
    raw = values_of(text)
    for name in ("name", "gives", "note"):
        words = raw.get(name)
        if isinstance(words, dict) and words.get("zh") and not words.get("en"):
            text = put(text, (name, "en"), words["zh"])
        elif isinstance(words, dict) and not words.get("zh"):
            text = drop(text, (name,))
    return drop(text, ("stacking",)) if raw.get("stacking") == {} else text


@dataclass(frozen=True)
class Tier:
    """One row of the amounts: for whom (empty = for all), and the name of the value."""

    when: str
    value: str


def tiers_of(raw: Raw) -> list[Tier]:
    """The rows of the amounts, empty ones to fill in at the end."""
    return [*_tiers(raw), *[Tier("", "")] * MORE_TIERS]


def _tiers(raw: Raw) -> list[Tier]:
    amount = raw.get("amount")
    if not isinstance(amount, dict):
        return []
    if amount.get("value"):
        return [Tier("", str(amount["value"]))]
    rows = amount.get("tiers") if isinstance(amount.get("tiers"), list) else []
    return [Tier(str(row.get("when", "")), str(row.get("value", ""))) for row in rows or [] if isinstance(row, dict)]


def write_tiers(text: str, rows: list[Tier]) -> str:
    """The text with the amounts by tiers; untouched where nothing changed."""
    rows = [row for row in rows if row.value]
    raw = values_of(text)
    if rows == _tiers(raw):
        return text
    if not rows:
        return drop(text, ("amount",))
    if len(rows) == 1 and not rows[0].when:
        return put(text, ("amount",), {"value": rows[0].value}, ORDER)
    if len(rows) == len(_tiers(raw)) and _at(raw, ("amount", "tiers")):
        for number, row in enumerate(rows):
            for key, value in (("when", row.when or "everyone"), ("value", row.value)):
                if raw["amount"]["tiers"][number].get(key) != value:
                    text = put(text, ("amount", "tiers", number, key), value)
        return text
    return put(
        text, ("amount",), {"tiers": [{"when": row.when or "everyone", "value": row.value} for row in rows]}, ORDER
    )


@dataclass(frozen=True)
class Figure:
    """A value of the item as the form shows it. `history`: (first day, figure as people write it)."""

    name: str
    zh: str
    unit: str
    unit_zh: str
    exactness: str
    history: tuple[tuple[str, str], ...]
    article: str


def figures_of(raw: Raw) -> list[Figure]:
    """The item's values."""
    values = raw.get("values") if isinstance(raw.get("values"), dict) else {}
    return [_figure(str(name), value) for name, value in (values or {}).items() if isinstance(value, dict)]


def _figure(name: str, value: Raw) -> Figure:
    unit = str(value.get("unit", ""))
    dates = value.get("from") if isinstance(value.get("from"), dict) else {}
    history = tuple((str(day), said(figure, unit)) for day, figure in sorted((dates or {}).items(), key=str))
    exactness = str(value.get("exactness", "exact"))
    article = str(_at(value, ("source", "article")) or "")
    return Figure(name, str(value.get("zh", name)), unit, UNITS.get(unit, unit), exactness, history, article)


def said(figure: Any, unit: str) -> str:
    """6000 fen as 60.00, anything else as it is."""
    return f"{figure / 100:.2f}" if unit == "fen" and isinstance(figure, int) else str(figure)


def stored(text: str, unit: str) -> int:
    """What somebody writes, as the file has it. Raises ValueError."""
    number = Decimal(text.strip().removesuffix("元"))
    whole = number * 100 if unit == "fen" else number
    if whole != whole.to_integral_value() or whole < 0 or whole > 10**12:
        raise ValueError(text)
    return int(whole)


def dated(text: str, name: str, figure: int, day: date) -> str:
    """The text with a figure from a day on; what held before stays in its history."""
    return put(text, ("values", name, "from", day), figure)


def new_value(text: str, name: str, zh: str, unit: str, figure: int, day: date) -> str:
    """The text with one more value, resting on the item's own source."""
    source = values_of(text).get("source")
    return put(
        text, ("values", name), {"zh": zh, "en": zh, "unit": unit, "from": {day: figure}, "source": source}, ORDER
    )


class Rows:
    """The rows of tiers and figures as they were posted, with what is wrong at each field."""

    def __init__(self, post: Mapping[str, str], raw: Raw, starts: date) -> None:
        self.problems: dict[str, str] = {}
        self._post, self._raw, self._starts = post, raw, starts

    def _get(self, name: str) -> str:
        return str(self._post.get(name, "")).strip()

    def tiers(self) -> list[Tier]:
        """The posted amounts."""
        found = [Tier(self._get(f"tier-{n}-when"), self._get(f"tier-{n}-value")) for n in range(40)]
        for number, row in enumerate(found):
            if row.when and not row.value:
                self.problems[f"tier-{number}-value"] = "请选择这一档的取值。"
        return found

    def changes(self) -> Iterator[Callable[[str], str]]:
        """Changes of the text that the posted figures mean."""
        for figure in figures_of(self._raw):
            if given := self._get(f"value-{figure.name}-figure"):
                number = self._number(f"value-{figure.name}-figure", given, figure.unit)
                day = self._day(f"value-{figure.name}-from")
                if number is not None and day is not None:
                    yield lambda text, n=figure.name, f=number, d=day: dated(text, n, f, d)  # type: ignore[misc]
        if name := self._get("new-name"):
            yield from self._new(name)

    def _new(self, name: str) -> Iterator[Callable[[str], str]]:
        zh, unit = self._get("new-zh"), self._get("new-unit")
        if not SLUG.fullmatch(name) or name in (self._raw.get("values") or {}):
            self.problems["new-name"] = "取值名用小写字母、数字和下划线，且不能与已有的相同。"
        if not zh:
            self.problems["new-zh"] = "请写明这个数是什么。"
        if unit not in UNITS:
            self.problems["new-unit"] = "请选择单位。"
        number, day = self._number("new-figure", self._get("new-figure"), unit), self._day("new-from")
        if number is not None and day is not None and not {"new-name", "new-zh", "new-unit"} & set(self.problems):
            yield lambda text: new_value(text, name, zh, unit, number, day)

    def _number(self, field: str, text: str, unit: str) -> int | None:
        try:
            return stored(text, unit)
        except (ValueError, ArithmeticError):
            self.problems[field] = "请填数字，例如 60 或 60.50。" if unit == "fen" else "请填整数。"
            return None

    def _day(self, field: str) -> date | None:
        given = self._get(field)
        try:
            return date.fromisoformat(given) if given else self._starts
        except ValueError:
            self.problems[field] = "请填日期，例如 2027-01-01。"
            return None
