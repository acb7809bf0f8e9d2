"""Finding people among millions: what is typed becomes conditions that an index serves under row-level security.

Below a policy PostgreSQL evaluates only leakproof operators, and LIKE is none: a prefix is written as a half-open range
on a C-collated column. Numbers are found by their keyed hashes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from yiyang.access.ranges import NO_AREA
from yiyang.engine.facts import as_int
from yiyang.registry.models import Membership, Person

# At most this much is looked at of what is typed.
LONGEST = 60
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]")
NUMBER = re.compile(r"[\s\d\-—+（）()]{5,}[\s\dxX]*")
# i, u and v begin no initial; a text without any vowel is no pinyin.
NO_INITIAL, VOWEL = re.compile(r"[iuv]"), re.compile(r"[aeiouv]")
# Up to here letters that may be both are looked for as both.
SHORT = 3
OLDEST = 130
PLACES = {"both": ("area_code", "registered_code"), "resident": ("area_code",), "registered": ("registered_code",)}


@dataclass(frozen=True)
class Asked:
    """What is looked for.

    Attributes:
        text: a name's beginning, pinyin, initials, an id number or a telephone.
        area: a code of 2 to 12 digits, or -1 for no area; `place`: by residence, registration or both.
        group: a hardship group; sex: 0 male, 1 female; age from and to in whole years.
        alive, current: yes, no or either; contested: only people with facts in dispute.
    """

    text: str = ""
    area: int | None = None
    place: str = "both"
    group: str = ""
    sex: int | None = None
    age_from: int | None = None
    age_to: int | None = None
    alive: bool | None = None
    current: bool | None = None
    contested: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Text:
    """A typed text as a condition, its kind (for the log, which keeps no names), and the column it is sorted by."""

    q: Q
    kind: str
    order: str = ""


def people(asked: Asked, on: date) -> QuerySet[Person]:
    """People of the scope in force who fit, without those merged into another file.

    Raises:
        ValidationError: an area or age that cannot be.
    """
    rows = Person.objects.filter(merged_into=None)
    if asked.text:
        rows = rows.filter(text_q(asked.text).q)
    if asked.area is not None:
        rows = rows.filter(area_q(asked.area, asked.place))
    if asked.group:
        rows = rows.filter(pk__in=members(asked.group))
    for name, value in (("sex", asked.sex), ("alive", asked.alive), ("is_current", asked.current)):
        rows = rows if value is None else rows.filter(**{name: value})
    rows = rows.filter(ages_q(asked.age_from, asked.age_to, on))
    return rows.exclude(contested=[]) if asked.contested else rows


def text_q(text: str) -> Text:
    """What a typed text asks for.

    >>> text_q("wang").kind, text_q("zhh").kind, text_q("张").kind, text_q("138 0000 1234").kind
    ('pinyin', 'initials', 'name', 'number')
    """
    text = " ".join(text.replace("\x00", "").split())[:LONGEST]
    if looks_like_number(text):
        return Text(Q(id_hash=text) | Q(phone_hash=text), "number")
    if HAN.search(text):
        return Text(prefix("name", text.replace(" ", "")), "name", "name")
    letters = re.sub(r"[^a-z]", "", text.lower())
    if not letters:
        return Text(prefix("name", text), "name", "name")
    if not VOWEL.search(letters):
        return Text(prefix("initials", letters), "initials", "initials")
    if NO_INITIAL.search(letters) or len(letters) > SHORT or len(letters) == 1:
        return Text(prefix("pinyin", letters), "pinyin", "pinyin")
    return Text(prefix("pinyin", letters) | prefix("initials", letters), "letters", "pinyin")


def looks_like_number(text: str) -> bool:
    """Whether somebody typed an id number or a telephone rather than a name."""
    return bool(NUMBER.fullmatch(text)) and sum(letter.isdigit() for letter in text) >= 7


def prefix(column: str, text: str) -> Q:
    """The condition that a C-collated column begins with a text.

    >>> prefix("name", "张")
    <Q: (AND: ('name__gte', '张'), ('name__lt', '弡'))>
    """
    return Q(**{f"{column}__gte": text, f"{column}__lt": _after(text)})


def _after(text: str) -> str:
    """The first text in order of code points that does not begin with this one."""
    # Python and PostgreSQL's C collation (on UTF-8) order alike; surrogates stand for no character.
    following = ord(text[-1]) + 1
    return text[:-1] + chr(0xE000 if 0xD800 <= following < 0xE000 else following)


def area_q(code: int, place: str = "both") -> Q:
    """The condition that somebody lives (`resident`), is registered (`registered`) or either in an area."""
    low, high = (code, code + 1) if code == NO_AREA else (code, code + _size(code))
    columns = PLACES.get(place, PLACES["both"])
    if code == NO_AREA:
        # Without a place of residence it lies nowhere, even if it is registered somewhere.
        columns = PLACES["resident"]
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__gte": low, f"{column}__lt": high})
    return found


def parsed_area(text: str) -> int:
    """A code as typed or chosen. Raises ValidationError."""
    digits = text.strip()
    if digits == str(NO_AREA):
        return NO_AREA
    if not (digits.isascii() and digits.isdigit() and len(digits) in (2, 4, 6, 9, 12)):
        raise ValidationError("区划代码应为 2、4、6、9 或 12 位数字。")
    return int(digits.ljust(12, "0"))


def _size(code: int) -> int:
    from yiyang.areas.logic import span

    low, high = span(code)
    return high - low


def members(group: str) -> QuerySet[Any]:
    """Keys of the people who are in a group now. By membership: an index on (group, person) serves it."""
    return Membership.objects.filter(group=group, left=None).values("person_id")


def ages_q(youngest: int | None, oldest: int | None, on: date) -> Q:
    """The condition that somebody's age in whole years lies between two, both included.

    Raises:
        ValidationError: beyond what people live.
    """
    for age in (youngest, oldest):
        if age is not None and not 0 <= age <= OLDEST:
            raise ValidationError(f"年龄应在 0 至 {OLDEST} 之间。")
    found, today = Q(), as_int(on)
    if youngest is not None:
        found &= Q(birth_date__lte=today - youngest * 10000)
    return found if oldest is None else found & Q(birth_date__gt=today - (oldest + 1) * 10000)


def kinds(asked: Asked) -> dict[str, Any]:
    """What the log may keep of a search: which kinds of conditions, never what was typed."""
    told: dict[str, Any] = {"text": text_q(asked.text).kind} if asked.text else {}
    named: Sequence[str] = ("area", "group", "sex", "age_from", "age_to", "alive", "current")
    told |= {name: value for name in named if (value := getattr(asked, name)) not in (None, "")}
    return told | ({"contested": True} if asked.contested else {})
