"""The database's side of the audit, as migration operations: the chain, the history of writes, and who may read them.

The SQL lies in `audit/sql`; the text that is hashed stands there once and is read by the chain and by `audit.verify`.
"""

from __future__ import annotations

from pathlib import Path

from django.db.migrations.operations import RunSQL

FOLDER = Path(__file__).parent / "sql"
# Secrets, and what changes with every step of a job or every call: not history.
NOT_KEPT = ("password", "digest", "last_login", "last_used_at", "last_address", "done", "step", "changed_at")


def _read(name: str, **parts: str) -> str:
    """A file of SQL. Parts are put in by name; other braces stay as they are."""
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    for part, put in parts.items():
        text = text.replace(f"{{{part}}}", put)
    return text


# Everything that a line or a write says, as one text: JSON, because no value can imitate the border between two.
LINE_TEXT = _read("line_text").strip()
WRITE_TEXT = _read("write_text").strip()

CHAIN = _read("chain", line_text=LINE_TEXT)
UNCHAIN = "DROP TRIGGER chain ON audit_line; DROP FUNCTION audit_chain(); DROP TABLE audit_head;"
WRITES = _read("writes", not_kept=", ".join(f"'{name}'" for name in NOT_KEPT), write_text=WRITE_TEXT)
UNWRITE = (
    "DROP TABLE audit_unsealed; DROP FUNCTION audit_seal_at_commit(); DROP FUNCTION audit_seal_writes(); "
    "DROP FUNCTION audit_writes() CASCADE; DROP FUNCTION audit_kept(jsonb);"
)
READERS = _read("readers")
NO_READERS = (
    "DROP VIEW audit_index; DROP POLICY readers ON audit_write; ALTER TABLE audit_write DISABLE ROW LEVEL SECURITY; "
    "DROP POLICY readers ON audit_line; DROP POLICY writers ON audit_line; "
    "ALTER TABLE audit_line DISABLE ROW LEVEL SECURITY;"
)
EVENTS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
    "truncate": "",
}


class Track(RunSQL):
    """Note every write to a table.

    Args:
        table, key: the table and its primary key.
        area: the column with the area's code; '' = what is written lies in no area.
        inserts: `rows` keeps each inserted row, `count` only how many a statement brought (for tables loaded by
            the million and keep their own history).
        updates: the same of updates by the platform itself, of what it derives from such rows. Updates by anybody
            else are kept as rows.
    """

    def __init__(
        self, table: str, key: str = "id", area: str = "", inserts: str = "rows", updates: str = "rows"
    ) -> None:
        self.args = [table, key, area, inserts, updates]
        calls = f"FOR EACH STATEMENT EXECUTE FUNCTION audit_writes('{key}', '{area}', '{inserts}', '{updates}')"
        super().__init__(
            "; ".join(
                f"CREATE TRIGGER note_{event} AFTER {event.upper()} ON {table} {rows} {calls}"
                for event, rows in EVENTS.items()
            ),
            "; ".join(f"DROP TRIGGER note_{event} ON {table}" for event in EVENTS),
        )

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        return self.__class__.__name__, list(self.args), {}
