"""What a delivered field says, in SQL: the integer it is stored as, and the fault it has (0 = none).

A value is read in two ways. `quick` reads the usual writing on every row. `careful` reads all others; it costs ten
times as much, so it only sees each distinct writing once (a million dates are some ten thousand distinct ones).
"""

from __future__ import annotations

from yiyang.engine.facts import FactBook
from yiyang.registry import reasons
from yiyang.registry.agreement import stored
from yiyang.registry.contracts import Column
from yiyang.registry.sql import quoted

OPEN = 99991231
ENDLESS = 29000101  # an end in the thirtieth century or later means none
EARLIEST = 18800101
OPEN_WORDS = ("长期", "永久", "长期有效", "无")
TRUE = ("是", "有", "1", "Y", "YES", "TRUE", "T", "√", "对", "已签约", "已完成")
FALSE = ("否", "无", "没有", "0", "N", "NO", "FALSE", "F", "×", "未签约", "未完成")
WIDE = "０１２３４５６７８９：－／．　\u00a0\ufeff\t\r\n "
NARROW = "0123456789:-/."


def clean(raw: str) -> str:
    """Without blanks of any kind, full-width digits made plain, letters in capitals; empty is NULL."""
    return f"NULLIF(upper(translate({raw}, {quoted(WIDE)}, {quoted(NARROW)})), '')"


def quick(column: Column, raw: str, facts: FactBook) -> str:
    """SQL of the value if it is written in the usual way, else NULL. Areas are never quick: each needs the table."""
    if column.type in ("enum", "bool"):
        cases = " ".join(f"WHEN {quoted(word)} THEN {value}" for word, value in words(column, facts).items())
        return f"CAST(CASE {raw} {cases} END AS INTEGER)"
    if column.type == "date":
        return as_int(f"TRY_CAST(CASE WHEN strlen({raw}) = 10 THEN {raw} END AS DATE)")
    if column.type == "int":
        return f"TRY_CAST({raw} AS INTEGER)"
    return "CAST(NULL AS BIGINT)"


def careful(column: Column, raw: str, facts: FactBook) -> str:
    """SQL of the value however it is written; NULL if it cannot be read. An area gives its code of twelve digits."""
    text = clean(raw)
    if column.type in ("enum", "bool"):
        cases = " ".join(f"WHEN {quoted(word.upper())} THEN {value}" for word, value in words(column, facts).items())
        return f"CAST(CASE {text} {cases} END AS INTEGER)"
    if column.type == "date":
        return as_int(f"TRY_CAST({_iso(raw, endless=column.role == 'valid_to')} AS DATE)")
    if column.type == "int":
        return f"TRY_CAST({text} AS INTEGER)"
    return (
        f"CASE WHEN regexp_full_match({text}, '[0-9]{{6}}|[0-9]{{9}}|[0-9]{{12}}') "
        f"THEN TRY_CAST(rpad({text}, 12, '0') AS BIGINT) END"
    )


def words(column: Column, facts: FactBook) -> dict[str, int]:
    """Delivered word → stored integer."""
    fact = facts[str(column.fact)]
    plain = {**dict.fromkeys(TRUE, 1), **dict.fromkeys(FALSE, 0)} if column.type == "bool" else {}
    return plain | {word: stored(fact, value) for word, value in column.codes.items()}


def fault(name: str, column: Column, known: int) -> str:
    """SQL of the fault, over `name` (the value), b_name (is the cell empty?) and n (the id number's digits)."""
    unreadable = {"enum": reasons.CODE, "bool": reasons.CODE, "date": reasons.DATE, "int": reasons.NUMBER}.get(
        column.type, reasons.AREA
    )
    empty = reasons.MISSING if column.required else 0
    cases = [f"WHEN {name} IS NULL THEN CASE WHEN b_{name} THEN {empty} ELSE {unreadable} END"]
    if column.type == "date":
        cases.append(f"WHEN {name} < {EARLIEST} THEN {reasons.ANCIENT}")
        if column.role != "valid_to":
            cases.append(f"WHEN {name} > {known} THEN {reasons.FUTURE}")
    if column.check == "birth_date_of_id":
        cases.append(f"WHEN {name} <> {birth_of('n')} THEN {reasons.BIRTH_DIFFERS}")
    return f"CAST(CASE {' '.join(cases)} ELSE 0 END AS TINYINT)"


def birth_of(n: str) -> str:
    """SQL: the birth date within an id number's first seventeen digits, as yyyymmdd."""
    return f"CAST({n} // 1000 % 100000000 AS INTEGER)"


def as_int(day: str) -> str:
    """SQL: a DATE as yyyymmdd."""
    return f"CAST(year({day}) * 10000 + month({day}) * 100 + day({day}) AS INTEGER)"


def _iso(raw: str, *, endless: bool) -> str:
    """SQL: any of the usual writings of a day as 2026-10-01; a month alone is its first day."""
    text = clean(f"regexp_replace({raw}, '([0-9日])[ T][0-9:.]+$', '\\1')")
    forms = [
        ("[0-9]{8}", f"{_cut(text, 1, 4)} || '-' || {_cut(text, 5, 2)} || '-' || {_cut(text, 7, 2)}"),
        ("[0-9]{6}", f"{_cut(text, 1, 4)} || '-' || {_cut(text, 5, 2)} || '-01'"),
        # A bare number of five digits is the day count of a spreadsheet cell that lost its date format.
        ("[0-9]{5}", f"CAST(DATE '1899-12-30' + TRY_CAST({text} AS INTEGER) AS VARCHAR)"),
        ("[0-9]{4}[-/.年][0-9]{1,2}月?", f"regexp_replace({text}, '([0-9]{{4}}).([0-9]{{1,2}})月?', '\\1-\\2-01')"),
        (
            "[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?",
            f"regexp_replace({text}, '([0-9]{{4}}).([0-9]{{1,2}}).([0-9]{{1,2}})日?', '\\1-\\2-\\3')",
        ),
    ]
    cases = [f"WHEN regexp_full_match({text}, {quoted(form)}) THEN {iso}" for form, iso in forms]
    if endless:
        cases.append(f"WHEN {text} IN ({', '.join(map(quoted, OPEN_WORDS))}) THEN '9999-12-31'")
    return f"CASE {' '.join(cases)} END"


def _cut(text: str, start: int, size: int) -> str:
    return f"substr({text}, {start}, {size})"
