"""The places of the world, and what lies in each of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from yiyang.accounts.tests.places import DAZHU, TONGCHUAN, WUMU, ZHUYANG
from yiyang.areas.models import Area
from yiyang.registry.identity import check_character, person_of
from yiyang.registry.models import Person

VILLAGE = ZHUYANG + 1
PLACES = {"own": VILLAGE, "sibling": WUMU, "parent": DAZHU, "moved": TONGCHUAN, "nowhere": -1}
NAMES = {"own": "赵爱华", "sibling": "钱保国", "parent": "孙春兰", "moved": "李德明", "nowhere": "周恩慧"}
SINCE = date(2020, 1, 1)


@dataclass
class Things:
    """What lies in one place: keys of one row of each kind, and the marks by which its people are known.

    Attributes:
        keys: what the rooms put there, each also read as an attribute: `there.case`.
    """

    code: int
    marks: tuple[str, ...] = ()
    keys: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.keys[name]
        except KeyError:
            raise AttributeError(name) from None


@dataclass(kw_only=True)
class Place(Things):
    """A place while the rooms put their things there.

    Attributes:
        number: which of the places it is, from 1: for numbers that must differ from place to place.
        place: own, sibling, parent, moved or nowhere.
        home: the area itself.
        who, neighbour: the two people who live there.
    """

    number: int
    place: str
    home: Area
    who: Person
    neighbour: Person


def somewhere(number: int, place: str, code: int) -> Place:
    """A place with two people, and nothing else yet."""
    who, neighbour = _person(number, place, code), _person(number + 50, place, code)
    home = Area.objects.get(code=code)
    there = Place(code=code, number=number, place=place, home=home, who=who, neighbour=neighbour)
    there.marks = (*marks(number, place), *marks(number + 50, place))
    there.keys |= {"code": code, "person": who.pk, "other": neighbour.pk, "name": NAMES[place], "area": home.pk}
    return there


def id_number(number: int) -> str:
    """A right number of somebody's."""
    body = f"51302919400101{number:03d}"
    return body + check_character(body)


def marks(number: int, place: str) -> tuple[str, ...]:
    """By what a person is known: name, number, telephone."""
    return NAMES[place], id_number(number), f"138000{number:05d}"


def _person(number: int, place: str, code: int) -> Person:
    raw = id_number(number)
    # Whoever has moved was somebody's own before.
    first = VILLAGE if place == "moved" else code
    made = Person.objects.create(
        id=person_of(raw),
        id_number=raw,
        name=NAMES[place],
        pinyin=f"pinyin{number}",
        initials=f"py{number}",
        birth_date=19400101,
        sex=1,
        alive=1,
        month="2026-11",
        is_current=True,
        area_code=first,
        registered_code=first,
        phone=f"138000{number:05d}",
        address=f"{NAMES[place]}家",
        groups=["living_alone"],
        facts={"living_arrangement": 0},
    )
    if first != code:
        Person.objects.filter(pk=made.pk).update(area_code=code, registered_code=code)
    return made
