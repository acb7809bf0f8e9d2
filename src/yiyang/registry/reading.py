"""From a delivered file to judged rows: one table per register, every row with its values and its faults.

    source (text) → read_<r> (parsed, faults) → judged_<r> (areas resolved, source rows numbered)

Everything is set-wise SQL on DuckDB; Python sees distinct area codes, never people.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

import duckdb
import pyarrow as pa

from yiyang.engine.facts import FactBook
from yiyang.registry import reasons
from yiyang.registry.contracts import Contract
from yiyang.registry.fields import OPEN, as_int, fault, parsed
from yiyang.registry.identity import hash_sql, id_sql, layers
from yiyang.registry.sources import Source

Areas = Callable[[Iterable[int]], dict[int, int]]  # 12-digit codes as delivered → the code of today; unknown ones left out


class Reader:
    """Reads the sources of one delivery into one DuckDB connection.

    Args:
        known: yyyymmdd, the day on which the delivery was known.
        areas: resolves area codes.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, facts: FactBook, known: int, areas: Areas) -> None:
        self.con, self.facts, self.known, self.areas = con, facts, known, areas

    def read(self, contract: Contract, source: Source) -> None:
        """Make the table judged_<r>; see `judged_columns`."""
        name = contract.register_
        if source.table is not None:
            self.con.register(f"{name}_sheet", source.table)
        # With this optimizer on, DuckDB pulls the slow repair of odd values out of its CASE and pays for it on every row.
        self.con.execute("SET disabled_optimizers = 'common_subexpressions'")
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE read_{name} AS {self._read_sql(contract, source)}")
        self.con.execute("RESET disabled_optimizers")
        if source.table is not None:
            self.con.unregister(f"{name}_sheet")
        self._resolve_areas(contract, source)
        self._number_rows(source)
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE judged_{name} AS {self._judged_sql(contract, source)}")
        self.con.execute(f"DROP TABLE read_{name}")

    def _read_sql(self, contract: Contract, source: Source) -> str:
        """One row per row of the file, in its order, so that the table's rowid numbers the file's rows."""
        given = {n: c for n, c in contract.read.items() if n in source.heading.places and c.type != "id_number"}
        id_column = contract.id_column
        steps = layers(id_column, self.known)
        steps[0] |= {f"p_{n}": parsed(c, n, self.facts) for n, c in given.items()}
        steps[1] |= {f"i_{n}": as_int(f"p_{n}") for n, c in given.items() if c.type == "date"}
        steps.append({f"e_{n}": fault(n, c, self.known) for n, c in given.items() if c.type != "text" or c.required})
        sql = source.query
        for step in steps:
            sql = f"SELECT *, {', '.join(f'{expr} AS {name}' for name, expr in step.items())} FROM ({sql})"
        return f"SELECT {', '.join(self._kept(contract, source))} FROM ({sql})"

    def _kept(self, contract: Contract, source: Source) -> list[str]:
        id_column = contract.id_column
        everything = ", ".join(f"NULLIF(trim({n}), '')" for n in source.heading.places)
        kept = ["CASE WHEN id_error = 0 THEN _n END AS n", "id_error", f"CASE WHEN id_error > 0 THEN {id_column} END AS r_id_number",
                f"id_error = {reasons.ID_MISSING} AND COALESCE({everything}) IS NULL AS is_blank"]
        for name, column in contract.read.items():
            if name not in source.heading.places or column.type == "id_number":
                continue
            kept.append(f"{self._value(name, column.type, column.role, column.check)} AS {name}")
            if column.type != "text" or column.required:
                kept += [f"e_{name}", f"CASE WHEN e_{name} > 0 THEN {name} END AS r_{name}" if column.type != "area"
                         else f"{name} AS r_{name}"]
        return kept

    @staticmethod
    def _value(name: str, kind: str, role: str | None, check: str | None) -> str:
        if role == "household":
            return f"CASE WHEN p_{name} IS NOT NULL THEN {hash_sql(chr(39) + 'H' + chr(39) + f' || p_{name}')} END"
        if check == "birth_date_of_id":
            return f"COALESCE(i_{name}, CASE WHEN id_error = 0 THEN _birth END)"
        if role == "valid_to":
            return f"CASE WHEN i_{name} >= 29000101 THEN {OPEN} ELSE i_{name} END"
        return f"i_{name}" if kind == "date" else f"p_{name}"

    def _resolve_areas(self, contract: Contract, source: Source) -> None:
        """The table `places`: every area code of the register that exists → the code in force."""
        columns = [n for n, c in contract.read.items() if c.type == "area" and n in source.heading.places]
        codes: set[int] = set()
        for column in columns:
            rows = self.con.execute(f"SELECT DISTINCT {column} FROM read_{contract.register_} WHERE {column} IS NOT NULL")
            codes |= {row[0] for row in rows.fetchall()}
        found = sorted(self.areas(codes).items())
        places = pa.table({"code": pa.array([c for c, _ in found], pa.int64()), "area": pa.array([a for _, a in found], pa.int64())})
        self._put("places", places)

    def _number_rows(self, source: Source) -> None:
        """The table `gaps`: from which rowid on how many rows of the file came to nothing (rejected or empty)."""
        rejected = []
        if source.rejects:
            rejected = [r[0] for r in self.con.execute(f"SELECT DISTINCT line FROM {source.rejects}").fetchall()]
        missing = sorted({*rejected, *source.gaps})
        first = source.heading.row + 1
        starts = [line - first - index for index, line in enumerate(missing)]
        # Of several gaps that begin at the same rowid the last one counts them all.
        last = [index for index, start in enumerate(starts) if bisect_left(starts, start + 1) == index + 1]
        self._put("gaps", pa.table({"start": pa.array([starts[i] for i in last], pa.int64()),
                                    "shift": pa.array([i + 1 for i in last], pa.int64())}))

    def _put(self, name: str, table: pa.Table) -> None:
        self.con.register("incoming", table)
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM incoming")
        self.con.unregister("incoming")

    def _judged_sql(self, contract: Contract, source: Source) -> str:
        faults = {n: f"t.{n}" for n in faulty_columns(contract, source)}
        joins = " LEFT JOIN identities AS i ON i.n = t.n"
        columns = [f"CASE WHEN t.n IS NOT NULL THEN COALESCE(i.person, {hash_sql(id_sql('t.n'))}) END AS person", "t.n", "t.r_id_number"]
        for name, column in contract.read.items():
            if column.type == "id_number" or name not in source.heading.places:
                continue
            if column.type == "area":
                joins += f" LEFT JOIN places AS at_{name} ON at_{name}.code = t.{name}"
                faults[f"e_{name}"] = (f"CAST(CASE WHEN t.{name} IS NOT NULL AND at_{name}.area IS NULL THEN {reasons.AREA} "
                                       f"ELSE t.e_{name} END AS TINYINT)")
                columns.append(f"at_{name}.area AS {name}")
            else:
                columns.append(f"t.{name}")
            columns += [f"t.r_{name}"] if f"e_{name}" in faults else []
        faults |= _ends_before(contract, source)
        columns += [f"{expression} AS {name}" for name, expression in faults.items()]
        row = f"CAST(t.rowid + {source.heading.row + 1}"
        if self.con.execute("SELECT count(*) FROM gaps").fetchall()[0][0]:
            joins += " ASOF LEFT JOIN gaps ON t.rowid >= gaps.start"
            row += " + COALESCE(gaps.shift, 0)"
        bad = " + ".join(faults.values()) + " > 0"
        return (f"SELECT {row} AS INTEGER) AS source_row, {bad} AS is_bad, {', '.join(columns)} "
                f"FROM read_{contract.register_} AS t{joins} WHERE NOT t.is_blank")


def faulty_columns(contract: Contract, source: Source) -> list[str]:
    """Names of the fault columns of a register, the id number's first."""
    named = [f"e_{n}" for n, c in contract.read.items()
             if n in source.heading.places and c.type != "id_number" and (c.type != "text" or c.required)]
    return ["id_error", *named]


def _ends_before(contract: Contract, source: Source) -> dict[str, str]:
    start, end = contract.column_with("valid_from"), contract.column_with("valid_to")
    if start not in source.heading.places or end not in source.heading.places:
        return {}
    return {f"e_{end}": f"CAST(CASE WHEN t.e_{end} = 0 AND t.{end} < t.{start} THEN {reasons.ENDS_BEFORE} ELSE t.e_{end} END AS TINYINT)"}
