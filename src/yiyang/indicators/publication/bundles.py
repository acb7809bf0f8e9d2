"""What one publication holds: tables that are protected together, and how they are told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from yiyang.indicators.publication import files, measured, source
from yiyang.indicators.publication.protecting import Secured
from yiyang.indicators.publication.tables import TOTAL, Dimension, Table


@dataclass(frozen=True)
class Bundle:
    """Tables of one publication.

    Attributes:
        tell: everything that is published of them, as JSON, from what is told of each and what is said about all.
    """

    tables: tuple[Table, ...]
    tell: Callable[[Sequence[Secured], Mapping[str, Any]], str]

    @property
    def size(self) -> int:
        """How many counts it has."""
        return sum(each.size for each in self.tables)


def bundle_of(area: int, on: date, grouped: Sequence[str], *, slug: str, title: str) -> Bundle:
    """Count what a publication tells. Errors: UsageError without groups, people or figures."""
    if source.INDICATORS in grouped:
        found = measured.release(area, on)
        return Bundle(found.tables, found.tell)
    if source.ITEM in grouped:
        tables = source.count_by_item(area, on, list(grouped), slug=slug, title=title)
        return Bundle(tuple(tables), partial(by_item, slug, title))
    table = source.count(area, on, list(grouped), slug=slug, title=title)
    return Bundle((table,), lambda secured, about: files.as_json(table, secured[0].shown, about))


def by_item(slug: str, title: str, secured: Sequence[Secured], about: Mapping[str, Any]) -> str:
    """Tables of services as one: who is entitled to each, and in front all elders. Services do not add up."""
    first = secured[0].table
    common = first.dimensions[:-1]
    items = [each.table.dimensions[-1] for each in secured]
    own = Dimension(
        source.ITEM, "服务项目", (TOTAL, *(each.name.removeprefix(source.OF_ITEM) for each in items)),
        ("全部老年人", *(each.zh for each in items)), (-1, *(0,) * len(items)),
    )  # fmt: skip
    counts = [first.counts[..., 0], *(each.table.counts[..., 1] for each in secured)]
    shown = [secured[0].shown[..., 0], *(each.shown[..., 1] for each in secured)]
    table = Table(slug, title, first.universe, first.moment, (*common, own), np.stack(counts, axis=-1))
    told: dict[str, Any] = json.loads(files.as_json(table, np.stack(shown, axis=-1), about))
    told["dimensions"][-1]["adds"] = False
    return json.dumps(told, ensure_ascii=False, indent=1)
