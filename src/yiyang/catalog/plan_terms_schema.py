"""The schema of `policy/plans/terms.yaml`: under which names plans speak of the same figure."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal

from pydantic import model_validator

from yiyang.catalog.schema import Slug, Strict

_LOOSE = re.compile(r"[\s（）()《》“”\"、]")


class Term(Strict):
    """One figure that plans promise, with the patterns of its names."""

    id: Slug
    zh: str
    unit: str
    other_units: tuple[str, ...] = ()
    """Units in which it is wrongly given at times."""
    kind: Literal["rate", "stock", "flow"]
    """rate: may be compared between levels; stock: what there is; flow: what is added."""
    near: Slug | None = None
    """Another figure that is often meant by it."""
    any: tuple[str, ...]
    """Patterns of which one must occur in the name."""
    none: tuple[str, ...] = ()
    """Patterns that must not occur around it."""

    @model_validator(mode="after")
    def _patterns_can_be_read(self) -> Term:
        for pattern in (*self.any, *self.none):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern}: {error}") from None
        return self

    @cached_property
    def _wanted(self) -> re.Pattern[str]:
        return re.compile("|".join(self.any))

    @cached_property
    def _unwanted(self) -> re.Pattern[str] | None:
        return re.compile("|".join(self.none)) if self.none else None

    def names(self, words: str, around: str, unit: str) -> bool:
        """Whether words (and nothing around them that excludes it) name this figure, counted in this unit."""
        if unit not in ("", self.unit, *self.other_units):
            return False
        return bool(self._wanted.search(loose(words))) and not (self._unwanted and self._unwanted.search(loose(around)))


class Terms(Strict):
    """policy/plans/terms.yaml"""

    terms: tuple[Term, ...]

    @model_validator(mode="after")
    def _names_hold(self) -> Terms:
        ids = [term.id for term in self.terms]
        twice = {each for each in ids if ids.count(each) > 1}
        strange = {term.near for term in self.terms if term.near} - set(ids)
        if twice or strange:
            raise ValueError(f"ids that occur twice or that `near` names in vain: {', '.join(sorted(twice | strange))}")
        return self

    def find(self, words: str, around: str, unit: str) -> Term | None:
        """The first figure that the words name."""
        return next((term for term in self.terms if term.names(words, around, unit)), None)


def loose(text: str) -> str:
    """A text without spaces, brackets and quotation marks."""
    return _LOOSE.sub("", text)
