"""What follows when people's facts change: groups entered and left, and facts in dispute; in the same transaction."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from yiyang.catalog.facts import load_facts
from yiyang.registry import corrected, group_keeping, store
from yiyang.registry.contracts import load_contracts
from yiyang.registry.refresh import Standing
from yiyang.registry.sql import Connection


@contextmanager
def drawn(con: Connection, people: str, on: Standing, of: str, scratch: Path) -> Iterator[None]:
    """Around the update of people from the DuckDB table `people`.

    Args:
        of: temporary table of PostgreSQL with those who were resolved; '' = everybody.
    """
    group_keeping.move(con, people, on, of, scratch)
    yield
    keep_disputes(corrected.disputes(con, load_contracts(), load_facts(), on), of)
    group_keeping.count(on, of)


def keep_disputes(found: Iterable[tuple[int, str]], of: str) -> None:
    """Write down on which facts registers and clerks differ; of those resolved, nobody else has any."""
    by_person: defaultdict[int, list[str]] = defaultdict(list)
    for person, fact in found:
        by_person[person].append(fact)
    keys = list(by_person)
    among = f"AND id IN (SELECT person FROM {of})" if of else ""
    store.execute(
        f"UPDATE registry_person SET contested = '[]' WHERE contested <> '[]' AND id <> ALL (%s::bigint[]) {among}",
        [keys],
    )
    store.execute(
        "UPDATE registry_person AS p SET contested = c.facts FROM unnest(%s::bigint[], %s::jsonb[]) AS c (id, facts) "
        "WHERE p.id = c.id AND p.contested <> c.facts",
        [keys, [json.dumps(by_person[key]) for key in keys]],
    )
