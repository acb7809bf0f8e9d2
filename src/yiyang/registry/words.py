"""Names of groups for lists and pages: read once a process, because a list asks for them in every row."""

from __future__ import annotations

from functools import cache

from yiyang.catalog.groups import load_groups, named
from yiyang.catalog.schema import Group


@cache
def group_words() -> dict[str, Group]:
    """Groups by id, in the order of their numbers."""
    return named(load_groups())
