"""What refers to areas, found in the database's own catalogue: a room that comes later is moved too.

By code: columns with a foreign key to `areas_area.code` (`access.rls.FollowArea`). By id: foreign keys to
`areas_area.id` outside of this room, which are reaches (grants, tokens) and seats (accounts).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.apps import apps
from django.db import connection, models

COLUMNS = """
    SELECT c.relname, a.attname, k.attname, EXISTS (
        SELECT 1 FROM pg_index AS u WHERE u.indrelid = c.oid AND u.indisunique AND u.indpred IS NULL
            AND a.attnum = ANY (u.indkey) AND u.indnatts > 1),
        format_type(k.atttypid, k.atttypmod)
    FROM pg_constraint AS f
    JOIN pg_class AS c ON c.oid = f.conrelid
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
    JOIN pg_attribute AS t ON t.attrelid = f.confrelid AND t.attnum = f.confkey[1]
    JOIN pg_index AS p ON p.indrelid = c.oid AND p.indisprimary
    JOIN pg_attribute AS k ON k.attrelid = c.oid AND k.attnum = p.indkey[0]
    WHERE f.contype = 'f' AND f.confrelid = 'areas_area'::regclass AND t.attname = %s
        AND c.relname NOT LIKE 'areas\\_%%'
    ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Column:
    """A column that refers to areas.

    Attributes:
        key, key_type: the table's primary key, and its type in the database.
        is_figure: one row an area (a figure of a month): it stays with the area for which it was counted when two areas
            become one.
    """

    table: str
    column: str
    key: str
    is_figure: bool
    key_type: str

    @property
    def label(self) -> str:
        """As the screen calls it: 老年人·居住地."""
        model = next((model for model in apps.get_models() if model._meta.db_table == self.table), None)
        if model is None:
            return f"{self.table}.{self.column}"
        field = next((field for field in model._meta.concrete_fields if field.column == self.column), None)
        return f"{model._meta.verbose_name}·{_word(field, self.column)}"


def _word(field: models.Field[object, object] | None, column: str) -> str:
    return column if field is None else str(field.verbose_name)


@dataclass(frozen=True)
class Count:
    """How many rows of a kind a change concerns, and whether they move."""

    label: str
    rows: int
    moves: bool = True

    def as_json(self) -> dict[str, object]:
        """For the change's record."""
        return asdict(self)


# (what it is called, SQL that counts with %(codes)s): rows that hang on others without a foreign key.
_also: list[tuple[str, str]] = []


def also(label: str, sql: str) -> None:
    """A room says what else hangs on the rows of an area, to be told in a preview."""
    if (label, sql) not in _also:
        _also.append((label, sql))


def by_code() -> list[Column]:
    """Columns that hold an area's code."""
    return _columns("code")


def by_id() -> list[Column]:
    """Columns outside of this room that hold an area's id."""
    return _columns("id")


def _columns(target: str) -> list[Column]:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [target])
        return [Column(*row) for row in cursor.fetchall()]


def counts(codes: Sequence[int], merged: Sequence[int], ids: Sequence[int]) -> list[Count]:
    """What hangs on areas: by code (of `merged` ones, figures stay), by id (stays: it follows the area itself)."""
    found = []
    with connection.cursor() as cursor:
        for each in by_code():
            moved = [code for code in codes if not (each.is_figure and code in set(merged))]
            for part, moves in ((moved, True), (sorted(set(codes) - set(moved)), False)):
                cursor.execute(f'SELECT count(*) FROM {each.table} WHERE "{each.column}" = ANY(%s)', [part])
                found.append(Count(each.label, cursor.fetchone()[0], moves))
        for label, sql in _also:
            cursor.execute(sql, {"codes": list(codes)})
            found.append(Count(label, cursor.fetchone()[0]))
        for each in by_id():
            cursor.execute(f'SELECT count(*) FROM {each.table} WHERE "{each.column}" = ANY(%s)', [list(ids)])
            found.append(Count(each.label, cursor.fetchone()[0], False))
    return [count for count in found if count.rows]
