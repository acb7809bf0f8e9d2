"""The second lock as migration operations: row-level security, grants, and links to areas that follow a change of code.

Every policy reads the transaction's settings through a sub-select, which PostgreSQL evaluates once a query; a missing
setting is NULL and gives no row. Policies bind `yiyang_app`; the owner migrates, backs up and restores.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.migrations.operations import RunSQL

APP_ROLE = "yiyang_app"


def ranges_sql(lock: str) -> str:
    """SQL: the multirange of a lock (`people`, `work` or `audit`), NULL when unset."""
    return f"(SELECT nullif(current_setting('yiyang.{lock}', true), '')::int8multirange)"


def setting_sql(name: str) -> str:
    """SQL: another setting of the scope, NULL when unset or empty."""
    return f"(SELECT nullif(current_setting('yiyang.{name}', true), ''))"


def in_ranges_sql(lock: str, columns: Sequence[str]) -> str:
    """SQL: whether one of the columns lies in the lock's ranges."""
    return " OR ".join(f"{column} <@ {ranges_sql(lock)}" for column in columns)


def is_own_sql(column: str) -> str:
    """SQL: whether a column names a person whose file the citizen in the portal may see; no citizen, no person."""
    return f"{column} <@ (SELECT nullif(current_setting('yiyang.persons', true), '')::int8multirange)"


class Protect(RunSQL):
    """Row-level security on a table for the application's role: `condition` for reading and for writing."""

    def __init__(self, table: str, condition: str) -> None:
        self.table, self.condition = table, condition
        super().__init__(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; "
            f"CREATE POLICY scope ON {table} USING ({condition}) WITH CHECK ({condition})",
            f"DROP POLICY scope ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        )

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        return self.__class__.__name__, [self.table, self.condition], {}


def by_area(table: str, lock: str = "people", columns: Sequence[str] = ("area_code",), person: str = "") -> Protect:
    """Protect a table by its own area codes; `person`: the column by which a citizen sees what is his own."""
    return Protect(table, in_ranges_sql(lock, columns) + (f" OR {is_own_sql(person)}" if person else ""))


def by_person(table: str, column: str = "person_id") -> Protect:
    """Protect a table by the person its rows speak of: seen by whoever sees the person; all by the platform itself."""
    person = f"EXISTS (SELECT 1 FROM registry_person AS p WHERE p.id = {table}.{column})"
    return Protect(table, f"{setting_sql('self')} = 'on' OR {person}")


def with_parent(table: str, parent: str, column: str) -> Protect:
    """Protect a table by the row its rows belong to: seen with that row; all by the platform itself.

    The platform need not be asked a million times whether it sees the row.
    """
    row = f"EXISTS (SELECT 1 FROM {parent} AS p WHERE p.id = {table}.{column})"
    return Protect(table, f"{setting_sql('self')} = 'on' OR {row}")


class FollowArea(RunSQL):
    """A column of area codes refers to areas.code and follows when that code changes."""

    def __init__(self, table: str, column: str) -> None:
        self.table, self.column = table, column
        name = f"{table}_{column}_follows_area"
        super().__init__(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES areas_area (code) "
            "ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE",
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
        )

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        return self.__class__.__name__, [self.table, self.column], {}
