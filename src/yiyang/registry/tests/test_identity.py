"""The id number in SQL agrees with python-stdnum, and says what is wrong with the others."""

from __future__ import annotations

import random
from datetime import date, timedelta

import duckdb
import pytest
from stdnum.cn import ric

from yiyang.registry import reasons
from yiyang.registry.identity import hash_sql, id_sql, layers, person_of
from yiyang.registry.tests.hall import AIHUA

KNOWN = 20261105


def judge(*texts: str | None) -> list[tuple[int, str | None]]:
    """(fault, id number) of each text."""
    sql = "SELECT unnest(?) AS raw"
    for layer in layers("raw", KNOWN):
        sql = f"SELECT *, {', '.join(f'{expr} AS {name}' for name, expr in layer.items())} FROM ({sql})"
    con = duckdb.connect()
    con.execute("SET disabled_optimizers = 'common_subexpressions'")
    found = con.execute(f"SELECT id_error, CASE WHEN id_error = 0 THEN {id_sql('_n')} END FROM ({sql})", [list(texts)])
    return [(fault, number) for fault, number in found.fetchall()]


def some_ids(count: int) -> list[str]:
    """Valid numbers with prefixes old and new, from 1900 to 2026."""
    chance, first = random.Random(7), date(1900, 1, 1)
    bodies = []
    for _ in range(count):
        born = first + timedelta(days=chance.randrange(46_000))
        bodies.append(
            f"{chance.choice((513029, 511721, 360221, 110101, 659004))}{born:%Y%m%d}{chance.randrange(1000):03d}"
        )
    return [body + ric.calc_check_digit(body + "0") for body in bodies]


def test_accepts_what_stdnum_computes() -> None:
    numbers = some_ids(3000)
    assert judge(*numbers) == [(0, number) for number in numbers]


def test_finds_every_other_check_character() -> None:
    wrong = [AIHUA[:17] + check for check in "0123456789X" if check != AIHUA[17]]
    assert {fault for fault, _ in judge(*wrong)} == {reasons.ID_CHECKSUM}


def test_finds_every_single_wrong_digit() -> None:
    wrong = [
        AIHUA[:place] + digit + AIHUA[place + 1 :]
        for place in range(17)
        for digit in "0123456789"
        if digit != AIHUA[place]
    ]
    assert 0 not in {fault for fault, _ in judge(*wrong)}


def test_lifts_fifteen_digits() -> None:
    numbers = [number for number in some_ids(500) if number[6:8] == "19"]
    assert judge(*(number[:6] + number[8:17] for number in numbers)) == [(0, number) for number in numbers]


@pytest.mark.parametrize(
    "dress",
    [
        lambda n: f" {n} ",
        lambda n: f"\t{n}",
        lambda n: f"'{n}",
        lambda n: f"{n[:6]} {n[6:14]} {n[14:]}",
        lambda n: f"\u3000{n}\u00a0",
        lambda n: n.translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")),
        str.lower,
        lambda n: f"{n[:6]}-{n[6:14]}-{n[14:]}",
    ],
)
def test_reads_a_number_however_it_was_typed(dress) -> None:  # type: ignore[no-untyped-def]
    numbers = [AIHUA, *[n for n in some_ids(200) if n.endswith("X")][:5]]
    assert judge(*map(dress, numbers)) == [(0, number) for number in numbers]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, reasons.ID_MISSING),
        ("", reasons.ID_MISSING),
        ("  ", reasons.ID_MISSING),
        ("5.1302E+17", reasons.ID_AS_NUMBER),
        ("5.13029194501010E+17", reasons.ID_AS_NUMBER),
        ("51302919450101", reasons.ID_LENGTH),
        (AIHUA + "1", reasons.ID_LENGTH),
        ("台胞证0123", reasons.ID_LENGTH),
        ("51302919450101O01X", reasons.ID_CHARACTERS),
        ("身份证号码啊", reasons.ID_CHARACTERS),
        ("51302919450101A166", reasons.ID_CHARACTERS),
        ("513029194513010012", reasons.ID_CHECKSUM),
    ],
)
def test_says_what_is_wrong(text: str | None, fault: int) -> None:
    assert judge(text) == [(fault, None)]


@pytest.mark.parametrize("born", ["19451301", "19450230", "18591231", "20261106"])
def test_refuses_a_birth_date_that_cannot_be(born: str) -> None:
    body = f"513029{born}001"
    assert judge(body + ric.calc_check_digit(body + "0")) == [(reasons.ID_BIRTH, None)]


def test_the_person_is_the_same_in_python_and_in_sql(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("", "another key's quote"):
        monkeypatch.setenv("YIYANG_PERSON_KEY", key)
        numbers = some_ids(200)
        found = duckdb.execute(f"SELECT {hash_sql('n')} FROM (SELECT unnest(?) AS n)", [numbers]).fetchall()
        assert [row[0] for row in found] == [person_of(number) for number in numbers]
        assert all(0 <= row[0] < 1 << 63 for row in found)
