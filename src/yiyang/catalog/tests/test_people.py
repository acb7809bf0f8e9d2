"""People as cases describe them become stored integers."""

from __future__ import annotations

from datetime import date

from yiyang.catalog.facts import load_facts
from yiyang.catalog.people import stored
from yiyang.engine.facts import years_since

DAY = date(2026, 11, 1)


def test_an_age_becomes_a_birth_date_whose_birthday_is_today() -> None:
    birth = stored(load_facts(), {"age": 80}, DAY)["birth_date"]
    assert birth == 19461101
    assert years_since(birth, 20261101) == 80


def test_a_birth_date_may_be_given_by_its_column() -> None:
    assert stored(load_facts(), {"birth_date": "1946-11-02"}, DAY)["birth_date"] == 19461102
    assert stored(load_facts(), {"birth_date": date(1946, 11, 2)}, DAY)["birth_date"] == 19461102


def test_names_become_numbers_and_null_is_unknown() -> None:
    person = stored(
        load_facts(), {"hardship": "destitute", "resident_area": "511724", "alive": True, "ability": None}, DAY
    )
    assert (person["hardship"], person["resident_area"], person["alive"], person["ability"]) == (
        1,
        511724000000,
        1,
        None,
    )


def test_what_is_not_named_is_absent() -> None:
    person = stored(load_facts(), {}, DAY)
    assert (person["alive"], person["hardship"], person["birth_date"], person["lonely"]) == (1, 0, None, None)


def test_a_date_is_stored_as_its_digits() -> None:
    assert stored(load_facts(), {"health_check_date": "2026-01-31"}, DAY)["health_check_date"] == 20260131
