"""What is in a database, in figures that two databases can be compared by: rows, hashes, rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

# The text of a row must not depend on who asks.
_SESSION = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; "
    "SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL xmloption = 'content'; "
    "SET LOCAL search_path = pg_catalog; SET LOCAL row_security = off"
)
_OWN = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_NOT_OF_AN_EXTENSION = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = {oid} AND d.deptype = 'e')"
_TABLES = f"""
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND {_OWN} AND {_NOT_OF_AN_EXTENSION.format(oid="c.oid")} ORDER BY 1, 2"""
# A sum does not ask in which order rows lie, and unlike XOR it sees a row that is there twice.
_TABLE = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 5117)), 0)::text FROM {table} AS t"

# Each gives one text a rule; compared as a whole. `n` of constraints: PostgreSQL 18 lists NOT NULL among them.
_RULES = {
    "policies": "SELECT concat_ws(' ', schemaname, tablename, policyname, permissive, roles, cmd, qual, with_check) "
    "FROM pg_policies",
    "protected tables": f"SELECT concat_ws(' ', n.nspname, c.relname, c.relforcerowsecurity) FROM pg_class c "
    f"JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relrowsecurity AND {_OWN}",
    "triggers": "SELECT concat_ws(' ', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": f"SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
    f"WHERE {_OWN} AND p.prokind IN ('f', 'p') AND {_NOT_OF_AN_EXTENSION.format(oid='p.oid')}",
    "constraints": f"SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(o.oid)) "
    f"FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace WHERE {_OWN} AND contype <> 'n'",
    "indexes": f"SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    f"JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OWN}",
    "rights": f"SELECT concat_ws(' ', n.nspname, c.relname, a.grantee::regrole, a.privilege_type) FROM pg_class c "
    f"JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a WHERE {_OWN} AND a.grantee <> c.relowner",
}
# PostgreSQL words a rule anew when it reads its own wording: casts and brackets come and go, the rest stays.
_PLAIN = r"regexp_replace(rule, '::[a-z ]+(\[\])?|[()\s]', '', 'g')"
# The wording also changes between its versions; the number of rules does not.
_RULE = (
    f"SELECT count(*), coalesce(md5(string_agg(plain, E'\\n' ORDER BY plain COLLATE \"C\")), '') "
    f"FROM ({{query}}) AS r(rule), LATERAL (SELECT {_PLAIN}) AS p(plain)"
)


@dataclass(frozen=True)
class Difference:
    """Something that is not in both alike. `expected` and `found` are (count, hash)."""

    name: str
    expected: tuple[int, str] | None
    found: tuple[int, str] | None


Content = dict[str, dict[str, tuple[int, str]]]


def content(connection: psycopg.Connection[Any]) -> Content:
    """Rows and a hash of each table, number and hash of each kind of rule, within the open transaction."""
    connection.execute(_SESSION)
    tables = {f"{schema}.{name}": _table(connection, schema, name) for schema, name in connection.execute(_TABLES)}
    rules = {kind: _one(connection, _RULE.format(query=query)) for kind, query in _RULES.items()}
    connection.execute("SET LOCAL search_path = DEFAULT")
    return {"tables": tables, "rules": rules}


def _table(connection: psycopg.Connection[Any], schema: str, name: str) -> tuple[int, str]:
    return _one(connection, sql.SQL(_TABLE).format(table=sql.Identifier(schema, name)))


def _one(connection: psycopg.Connection[Any], query: str | sql.Composed) -> tuple[int, str]:
    found = connection.execute(query).fetchone()
    return (found[0], found[1]) if found else (0, "")


def differences(expected: Content, found: Content, same_version: bool) -> list[Difference]:
    """What differs between a backup's content and a database's. Of rules of another major version only the number."""
    wrong = []
    for kind in ("tables", "rules"):
        for name in sorted({*expected[kind], *found[kind]}):
            one, other = expected[kind].get(name), found[kind].get(name)
            only_number = kind == "rules" and not same_version and one and other
            if (one[0] != other[0]) if only_number and one and other else one != other:
                wrong.append(Difference(name, one, other))
    return wrong


def is_empty(connection: psycopg.Connection[Any]) -> bool:
    """Whether a database has no table, view or sequence of anybody's."""
    query = f"""SELECT NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {_OWN} AND {_NOT_OF_AN_EXTENSION.format(oid="c.oid")})"""
    return connection.execute(query).fetchone() == (True,)
