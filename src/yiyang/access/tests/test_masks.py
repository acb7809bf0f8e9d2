"""What a mask leaves to see, and which spellings are one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiyang.access import cleaning, masks


def test_an_id_number_shows_its_first_and_last_four() -> None:
    assert masks.id_number("511724195001011234") == "5117********1234"
    assert masks.id_number("51172419") == "********"


def test_a_telephone_shows_its_first_three_and_last_four() -> None:
    assert masks.telephone("13812345678") == "138****5678"
    assert masks.telephone("6220000") == "*******"


@pytest.mark.parametrize(
    ("name", "family", "ends"),
    [
        ("张", "*", "*"),
        ("张三", "张*", "张*"),
        ("王小明", "王**", "王*明"),
        ("欧阳春兰", "欧***", "欧**兰"),
        ("", "", ""),
    ],
)
def test_a_name_shows_the_family_name_or_both_ends(name: str, family: str, ends: str) -> None:
    assert (masks.name(name), masks.name(name, "ends")) == (family, ends)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("四川省达州市大竹县庙坝镇长乐村3组12号", "四川省达州市大竹县庙坝镇****"),
        ("达州市通川区朝阳街道南坝路88号3栋402", "达州市通川区朝阳街道****"),
        ("大竹县人民路5号", "大竹县****"),
        ("人民路5号", "****"),
        ("", ""),
    ],
)
def test_an_address_ends_at_the_township(address: str, shown: str) -> None:
    assert masks.address(address) == shown


def test_a_column_without_a_mask_of_its_own_is_hidden_whole() -> None:
    assert masks.of_column("person.note")("心脏病") == "****"
    assert masks.of_column("contact.guardian_phone")("13812345678") == "138****5678"


@given(st.sampled_from(["id_number", "phone"]), st.text(alphabet="0123456789X", min_size=11, max_size=20))
def test_no_mask_shows_more_than_eight_characters(column: str, value: str) -> None:
    shown = masks.of_column(f"person.{column}")(value)
    assert len(shown.replace("*", "")) <= 8
    assert value not in shown


def test_numbers_in_free_text_are_masked() -> None:
    line = "GET /people?q=51172419500101123X&tel=13812345678 old 511724500101123 delivery 20261122"
    assert (
        masks.scrubbed(line) == "GET /people?q=5117********123X&tel=138****5678 old 5117********1123 delivery 20261122"
    )


def test_fifteen_digits_are_lifted_to_eighteen() -> None:
    assert cleaning.id_number("110105491231002") == "11010519491231002X"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("+86 0818-6220000", "08186220000"),
        ("+86 818 6220000", "08186220000"),
        ("0818-6220000", "08186220000"),
        ("+86 400 820 8820", "4008208820"),
        ("8613812345678", "13812345678"),
        ("86220000", "86220000"),
        ("+86", ""),
    ],
)
def test_a_telephone_is_written_as_dialled_within_the_country(raw: str, clean: str) -> None:
    assert cleaning.telephone(raw) == clean


@given(st.text(alphabet="0123456789+-() ０１２xX", max_size=25))
def test_cleaning_twice_is_cleaning_once(raw: str) -> None:
    assert cleaning.id_number(cleaning.id_number(raw)) == cleaning.id_number(raw)
