"""What a delivered field says, in SQL: the integer it is stored as, and the fault it has (0 = none)."""

from __future__ import annotations

from yiyang.engine.facts import FactBook
from yiyang.registry import reasons
from yiyang.registry.agreement import stored
from yiyang.registry.contracts import Column
from yiyang.registry.sources import quoted

OPEN = 99991231
EARLIEST = 18800101
OPEN_WORDS = ("长期", "永久", "长期有效", "无")
TRUE = ("是", "有", "1", "Y", "YES", "TRUE", "T", "√", "对", "已签约", "已完成")
FALSE = ("否", "无", "没有", "0", "N", "NO", "FALSE", "F", "×", "未签约", "未完成")
WIDE = "０１２３４５６７８９：－／．　\u00a0\ufeff\t\r\n "
NARROW = "0123456789:-/."


def clean(raw: str) -> str:
    """Without blanks of any kind, full-width digits made plain, letters in capitals; empty is NULL."""
    return f"NULLIF(upper(translate({raw}, {quoted(WIDE)}, {quoted(NARROW)})), '')"


def parsed(column: Column, raw: str, facts: FactBook) -> str:
    """SQL of the value: INTEGER for codes, DATE for dates, BIGINT of twelve digits for areas, else text."""
    if column.type == "enum":
        return _looked_up(raw, {word: stored(facts[str(column.fact)], value) for word, value in column.codes.items()})
    if column.type == "bool":
        words = {**dict.fromkeys(TRUE, 1), **dict.fromkeys(FALSE, 0)}
        words |= {word: stored(facts[str(column.fact)], value) for word, value in column.codes.items()}
        return _looked_up(raw, words)
    if column.type == "date":
        return _date(raw, endless=column.role == "valid_to")
    if column.type == "area":
        return _area(raw)
    return f"TRY_CAST({clean(raw)} AS INTEGER)" if column.type == "int" else f"NULLIF(trim({raw}, ' \u3000'), '')"


def fault(name: str, column: Column, known: int) -> str:
    """SQL of the fault, over the columns `name` (raw), p_name (parsed) and, for dates, i_name (yyyymmdd)."""
    unreadable = {"enum": reasons.CODE, "bool": reasons.CODE, "date": reasons.DATE, "int": reasons.NUMBER}.get(
        column.type, reasons.AREA)
    empty = reasons.MISSING if column.required else 0
    cases = [f"WHEN p_{name} IS NULL THEN CASE WHEN {clean(name)} IS NULL THEN {empty} ELSE {unreadable} END"]
    if column.type == "date":
        cases.append(f"WHEN i_{name} < {EARLIEST} THEN {reasons.ANCIENT}")
        if column.role != "valid_to":
            cases.append(f"WHEN i_{name} > {known} THEN {reasons.FUTURE}")
    if column.check == "birth_date_of_id":
        cases.append(f"WHEN i_{name} <> _birth THEN {reasons.BIRTH_DIFFERS}")
    return f"CAST(CASE {' '.join(cases)} ELSE 0 END AS TINYINT)"


def as_int(day: str) -> str:
    """SQL: a DATE as yyyymmdd."""
    return f"CAST(year({day}) * 10000 + month({day}) * 100 + day({day}) AS INTEGER)"


def _looked_up(raw: str, words: dict[str, int]) -> str:
    """The word as it stands is tried first; cleaning is only paid for where that fails."""
    plain = " ".join(f"WHEN {quoted(word)} THEN {value}" for word, value in words.items())
    upper = " ".join(f"WHEN {quoted(word.upper())} THEN {value}" for word, value in words.items())
    return f"CAST(COALESCE(CASE {raw} {plain} END, CASE {clean(raw)} {upper} END) AS INTEGER)"


def _date(raw: str, *, endless: bool) -> str:
    text = clean(f"regexp_replace({raw}, '([0-9日])[ T][0-9:.]+$', '\\1')")
    iso = (f"CASE WHEN regexp_full_match({text}, '[0-9]{{8}}') THEN {_cut(text, 8)} "
           f"WHEN regexp_full_match({text}, '[0-9]{{6}}') THEN {_cut(text, 6)} || '-01' "
           # A bare number of five digits is the day count of a spreadsheet cell that lost its date format.
           f"WHEN regexp_full_match({text}, '[0-9]{{5}}') THEN CAST(DATE '1899-12-30' + TRY_CAST({text} AS INTEGER) AS VARCHAR) "
           f"WHEN regexp_full_match({text}, '[0-9]{{4}}[-/.年][0-9]{{1,2}}月?') "
           f"THEN regexp_replace({text}, '([0-9]{{4}}).([0-9]{{1,2}})月?', '\\1-\\2-01') "
           f"WHEN regexp_full_match({text}, '[0-9]{{4}}[-/.年][0-9]{{1,2}}[-/.月][0-9]{{1,2}}日?') "
           f"THEN regexp_replace({text}, '([0-9]{{4}}).([0-9]{{1,2}}).([0-9]{{1,2}})日?', '\\1-\\2-\\3') "
           + (f"WHEN {text} IN ({', '.join(map(quoted, OPEN_WORDS))}) THEN '9999-12-31' " if endless else "") + "END")
    return f"COALESCE(TRY_CAST(CASE WHEN strlen({raw}) = 10 THEN {raw} END AS DATE), TRY_CAST({iso} AS DATE))"


def _cut(text: str, size: int) -> str:
    parts = [f"substr({text}, 1, 4)", f"substr({text}, 5, 2)", *([f"substr({text}, 7, 2)"] if size == 8 else [])]
    return " || '-' || ".join(parts)


def _area(raw: str) -> str:
    number = f"TRY_CAST({clean(raw)} AS BIGINT)"
    return (f"CASE strlen({raw}) WHEN 12 THEN TRY_CAST({raw} AS BIGINT) "
            f"ELSE CASE strlen({clean(raw)}) WHEN 12 THEN {number} WHEN 9 THEN {number} * 1000 WHEN 6 THEN {number} * 1000000 END END")
