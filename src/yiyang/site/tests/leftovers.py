"""A file of tests leaves no rows to the next one: whether that passes would depend on which came first."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

Rows = dict[str, int]


class Watch:
    """Counts the rows of a database, entered as one who sees them all."""

    def __init__(self, conninfo: str) -> None:
        self.conninfo = conninfo
        self.before = self.rows()

    def rows(self) -> Rows:
        """Table → rows that are committed."""
        with psycopg.connect(self.conninfo) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            count = sql.SQL("SELECT {}, count(*) FROM {}")
            counts = [count.format(sql.Literal(name), sql.Identifier(name)) for (name,) in tables]
            return dict(connection.execute(sql.SQL(" UNION ALL ").join(counts)).fetchall())

    def left(self) -> Rows:
        """Table → how many rows it has more, or fewer, than when this was last asked."""
        before, self.before = self.before, self.rows()
        return {name: more for name, now in self.before.items() if (more := now - before.get(name, 0))}


# The tests' database, from when a test first asks for it.
watched: list[Watch] = []


@pytest.fixture(scope="module", autouse=True)
def leaves_no_rows(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails the last test of a file that committed something."""
    yield
    left = watched[0].left() if watched else {}
    assert not left, f"{request.node.nodeid} leaves rows to other tests (use a transaction that is taken back): {left}"
