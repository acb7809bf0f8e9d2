"""Somebody by an exact number: the keyed hashes of the id number and of the telephone are indexed."""

from __future__ import annotations

import re

from django.db.models import Q

from yiyang.registry.models import Person

MOST = 20
NUMBER = re.compile(r"[\s\d\-—+（）()]{5,}[\s\dxX]*")


def looks_like_number(text: str) -> bool:
    """Whether somebody typed an id number or a telephone rather than a name."""
    return bool(NUMBER.fullmatch(text)) and sum(letter.isdigit() for letter in text) >= 7


def by_number(text: str) -> list[Person]:
    """People of the scope whose id number or telephone this is; at most twenty."""
    found = Person.objects.filter(Q(id_hash=text) | Q(phone_hash=text), merged_into=None)
    return list(found.order_by("pk")[:MOST])
