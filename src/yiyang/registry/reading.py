"""From a delivered file to judged rows: one table per register, every row with its values and its faults.

    source (text) → read_<r> (values in the usual writing) → odd_<column> (each other writing once) → judged_<r>

Everything is set-wise SQL on DuckDB; Python sees distinct area codes, never people.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

import duckdb
import pyarrow as pa

from yiyang.engine.facts import FactBook
from yiyang.registry import reasons, sql, unidentified
from yiyang.registry.contracts import Column, Contract
from yiyang.registry.fields import ENDLESS, OPEN, birth_of, careful, clean, fault, quick
from yiyang.registry.identity import hash_sql, id_sql, layers
from yiyang.registry.sources import Source

Areas = Callable[
    [Iterable[int]], dict[int, int]
]  # 12-digit codes as delivered → the code of today; unknown ones left out


class Reader:
    """Reads the sources of one delivery into one DuckDB connection, which has the table `identities`.

    Args:
        known: yyyymmdd, the day on which the delivery was known.
        areas: resolves area codes.
        linking: rows without a usable id number take their person from the table `links`.
        collecting: gather such rows and what others tell of themselves, see `unidentified`.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        facts: FactBook,
        known: int,
        areas: Areas,
        *,
        linking: bool = False,
        collecting: bool = False,
    ) -> None:
        self.linking, self.collecting = linking, collecting
        self.con, self.facts, self.known, self.areas = con, facts, known, areas
        # With this optimizer on, DuckDB pulls the repair of odd values out of its CASE and pays for it on every row.
        con.execute("SET disabled_optimizers = 'common_subexpressions'")

    def read(self, contract: Contract, source: Source) -> None:
        """Make the tables judged_<r> and bad_<r>.

        judged_<r>: rid, source_row, is_bad, n (the id number's first 17 digits), person, is_new (not in `identities`
        yet), id_error, and per read column its value and its fault e_<column>. bad_<r>: the bad rows of it, with the
        delivered text r_<column> beside each value.
        """
        name = contract.register_
        if source.table is not None:
            self.con.register(f"{name}_sheet", source.table)
        sql.table(self.con, f"read_{name}", self._read_sql(contract, source))
        if source.table is not None:
            self.con.unregister(f"{name}_sheet")
        odd = [n for n, c in typed(contract, source).items() if self._read_odd(name, n, c)]
        has_gaps = self._number_rows(source)
        sql.table(self.con, f"judged_{name}", self._judged_sql(contract, source, odd, has_gaps))
        texts_ = ", ".join(["r_id_number", *(f"r_{n}" for n in typed(contract, source))])
        bad = f"SELECT * FROM judged_{name} WHERE is_bad"
        sql.table(
            self.con, f"bad_{name}", f"SELECT j.*, {texts_} FROM ({bad}) AS j JOIN read_{name} AS t ON t.rowid = j.rid"
        )
        if self.collecting:
            unidentified.collect(self.con, contract, source, faulty_columns(contract, source)[1:])
        self.con.execute(f"DROP TABLE read_{name}")

    def _read_sql(self, contract: Contract, source: Source) -> str:
        """One row per row of the file, in its order, so that the table's rowid numbers the file's rows."""
        columns = typed(contract, source)
        steps = layers(contract.id_column, self.known)
        steps[0] |= {f"q_{n}": quick(c, n, self.facts) for n, c in columns.items()}
        steps[0] |= {f"q_{n}": f"NULLIF(trim({n}), '')" for n in texts(contract, source)}
        query = source.query
        for step in steps:
            query = f"SELECT *, {', '.join(f'{expr} AS {name}' for name, expr in step.items())} FROM ({query})"
        kept = [
            "CASE WHEN id_error = 0 THEN _n END AS n",
            "id_error",
            f"CASE WHEN id_error > 0 THEN {contract.id_column} END AS r_id_number",
            f"{self._is_blank(contract, source)} AS is_blank",
        ]
        for name, column in columns.items():
            # Short texts are cheap to keep, and a day in the future has to be shown as it was written.
            raw = name if column.type in ("date", "area") else f"CASE WHEN q_{name} IS NULL THEN {name} END"
            kept += [f"q_{name} AS {name}", f"{raw} AS r_{name}"]
        kept += [f"{self._text(name, column)} AS {name}" for name, column in texts(contract, source).items()]
        if self.linking or self.collecting:
            kept += unidentified.kept_columns(contract, source, collect=self.collecting)
        return f"SELECT {', '.join(kept)} FROM ({query})"

    @staticmethod
    def _is_blank(contract: Contract, source: Source) -> str:
        """SQL: whether the whole row is empty. A CASE, because AND would look at every row's columns."""
        everything = ", ".join(f"NULLIF(trim({n}), '')" for n in contract.read if n in source.heading.places)
        return f"CASE WHEN id_error = {reasons.ID_MISSING} THEN COALESCE({everything}) IS NULL ELSE FALSE END"

    @staticmethod
    def _text(name: str, column: Column) -> str:
        if column.role != "household":
            return f"q_{name}"
        hashed = hash_sql(f"'H' || q_{name}")
        return f"CASE WHEN q_{name} IS NOT NULL THEN {hashed} END"

    def _read_odd(self, register: str, name: str, column: Column) -> bool:
        """Make odd_<column> (raw, value, is_empty): every writing that was not quick, once. False if there are none."""
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE odd_{name} AS SELECT raw, {careful(column, 'raw', self.facts)} AS value, "
            f"{clean('raw')} IS NULL AS is_empty FROM (SELECT DISTINCT r_{name} AS raw FROM read_{register} "
            f"WHERE {name} IS NULL AND r_{name} IS NOT NULL)"
        )
        if column.type == "area":
            codes = [
                row[0]
                for row in self.con.execute(f"SELECT DISTINCT value FROM odd_{name} WHERE value IS NOT NULL").fetchall()
            ]
            found = sorted(self.areas(codes).items())
            self._put(
                "places",
                pa.table(
                    {
                        "value": pa.array([c for c, _ in found], pa.int64()),
                        "area": pa.array([a for _, a in found], pa.int64()),
                    }
                ),
            )
            self.con.execute(
                f"CREATE OR REPLACE TEMP TABLE odd_{name} AS SELECT raw, area AS value, is_empty "
                f"FROM odd_{name} LEFT JOIN places USING (value)"
            )
        return bool(self.con.execute(f"SELECT count(*) FROM odd_{name}").fetchall()[0][0])

    def _number_rows(self, source: Source) -> bool:
        """Make `gaps`: from which rowid on how many rows of the file came to nothing (rejected or empty)."""
        rejected = []
        if source.rejects:
            rejected = [r[0] for r in self.con.execute(f"SELECT DISTINCT line FROM {source.rejects}").fetchall()]
        missing = sorted({*rejected, *source.gaps})
        first = source.heading.row + 1
        starts = [line - first - index for index, line in enumerate(missing)]
        # Of several gaps that begin at the same rowid the last one counts them all.
        last = [index for index, start in enumerate(starts) if bisect_left(starts, start + 1) == index + 1]
        self._put(
            "gaps",
            pa.table(
                {
                    "start": pa.array([starts[i] for i in last], pa.int64()),
                    "shift": pa.array([i + 1 for i in last], pa.int64()),
                }
            ),
        )
        return bool(missing)

    def _put(self, name: str, table: pa.Table) -> None:
        self.con.register("incoming", table)
        sql.table(self.con, name, "SELECT * FROM incoming")
        self.con.unregister("incoming")

    def _judged_sql(self, contract: Contract, source: Source, odd: list[str], has_gaps: bool) -> str:
        faults = {f"e_{n}": fault(n, c, self.known) for n, c in typed(contract, source).items()}
        faults |= {
            f"e_{n}": f"CAST(CASE WHEN {n} IS NULL THEN {reasons.MISSING} ELSE 0 END AS TINYINT)"
            for n, c in texts(contract, source).items()
            if c.required
        }
        faults |= _ends_before(contract, source, faults)
        judged = ", ".join(["*", *(f"{expression} AS {name}" for name, expression in faults.items())])
        values = [
            f"COALESCE({n}, {birth_of('n')}) AS {n}" if c.check == "birth_date_of_id" else n
            for n, c in (typed(contract, source) | texts(contract, source)).items()
        ]
        faulty = faulty_columns(contract, source)
        columns = [
            "rid",
            "source_row",
            "n",
            "person",
            "is_new",
            *faulty,
            f"{' + '.join(faulty)} > 0 AS is_bad",
            *values,
        ]
        valued = self._valued_sql(contract, source, odd, has_gaps)
        return f"SELECT {', '.join(columns)} FROM (SELECT {judged} FROM ({valued}))"

    def _valued_sql(self, contract: Contract, source: Source, odd: list[str], has_gaps: bool) -> str:
        """Rows with their number in the file, their person, and every value however it was written."""
        shift = " + COALESCE(gaps.shift, 0)" if has_gaps else ""
        columns = [
            f"CAST(t.rowid + {source.heading.row + 1}{shift} AS INTEGER) AS source_row",
            "t.rowid AS rid",
            "t.n",
            "i.n IS NULL AS is_new",
        ]
        person = f"CASE WHEN t.n IS NOT NULL THEN COALESCE(i.person, {hash_sql(id_sql('t.n'))})"
        joins = " LEFT JOIN identities AS i ON i.n = t.n" + (
            " ASOF LEFT JOIN gaps ON t.rowid >= gaps.start" if has_gaps else ""
        )
        if self.linking:
            joins += f" LEFT JOIN links ON links.row_key = t.row_key AND links.register = '{contract.register_}'"
            columns += [
                "CASE WHEN links.person IS NULL THEN t.id_error ELSE CAST(0 AS TINYINT) END AS id_error",
                f"{person} ELSE links.person END AS person",
            ]
        else:
            columns += ["t.id_error", f"{person} END AS person"]
        for name, column in typed(contract, source).items():
            value, empty = f"t.{name}", f"t.r_{name} IS NULL"
            if name in odd:
                joins += f" LEFT JOIN odd_{name} ON odd_{name}.raw = t.r_{name}"
                value, empty = (
                    f"COALESCE(t.{name}, odd_{name}.value)",
                    f"({empty} OR COALESCE(odd_{name}.is_empty, FALSE))",
                )
            if column.role == "valid_to":
                value = f"CASE WHEN {value} >= {ENDLESS} THEN {OPEN} ELSE {value} END"
            columns += [f"{value} AS {name}", f"{empty} AS b_{name}"]
        columns += [f"t.{name}" for name in texts(contract, source)]
        return f"SELECT {', '.join(columns)} FROM read_{contract.register_} AS t{joins} WHERE NOT t.is_blank"


def typed(contract: Contract, source: Source) -> dict[str, Column]:
    """The delivered columns that are stored as integers."""
    return {
        n: c for n, c in contract.read.items() if n in source.heading.places and c.type not in ("id_number", "text")
    }


def texts(contract: Contract, source: Source) -> dict[str, Column]:
    """The delivered columns of text: the name and the household."""
    return {n: c for n, c in contract.read.items() if n in source.heading.places and c.type == "text"}


def faulty_columns(contract: Contract, source: Source) -> list[str]:
    """Names of the fault columns of a register, the id number's first."""
    required = [n for n, c in texts(contract, source).items() if c.required]
    return ["id_error", *(f"e_{n}" for n in contract.read if n in typed(contract, source) or n in required)]


def _ends_before(contract: Contract, source: Source, faults: dict[str, str]) -> dict[str, str]:
    start, end = contract.column_with("valid_from"), contract.column_with("valid_to")
    if start not in source.heading.places or end not in source.heading.places:
        return {}
    before = f"CASE WHEN {end} < {start} THEN {reasons.ENDS_BEFORE} ELSE {faults[f'e_{end}']} END"
    return {f"e_{end}": f"CAST({before} AS TINYINT)"}
