"""Forms write single places of the text: nothing else moves, and either way leads to the same values."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiyang.base.errors import UsageError
from yiyang.base.paths import policy_dir
from yiyang.catalog.issued import files_of
from yiyang.catalog.loader import values_of
from yiyang.revisions.item_forms import (
    PLACES,
    ItemForm,
    Tier,
    dated,
    figures_of,
    initial_of,
    new_value,
    tiers_of,
    write_fields,
    write_tiers,
)
from yiyang.revisions.items import names_of, titles
from yiyang.revisions.text import drop, put

AREAS = ("511724", "511700", "500151", "000000")
FILES = {area: files_of(policy_dir() / "lists" / area) for area in AREAS}
ITEMS = [(area, name) for area in AREAS for name in names_of(FILES[area])]
# What people write, and what YAML might mistake: colons, commas, braces, words that are truths, quotes, dates.
AWKWARD = st.one_of(
    st.text("高龄津贴 ab:,{}[]#&*!|>'\"%@`-?0123456789\\", min_size=1, max_size=30).filter(str.strip),
    st.sampled_from(
        ["是", "on", "yes", "null", "~", "2020-01-01", "6000", "a: b", "x # y", "- z", "'", '"', "{", "“引”"]
    ),
)


def text_of(area: str, name: str) -> str:
    return f"# 县里的说明\n{FILES[area][f'{name}.yaml']}# 完\n"


def cleaned(text: str, area: str) -> dict[str, Any]:
    """What the form would post when nobody touches it."""
    raw = values_of(text)
    form = ItemForm(raw, titles(FILES[area]), policy_dir())
    data: dict[str, Any] = {}
    for name, value in form.initial.items():
        if value not in ("", None, False):
            data[name] = "on" if value is True else value
    posted = ItemForm(raw, titles(FILES[area]), policy_dir(), data)
    assert posted.is_valid(), posted.errors
    return dict(posted.cleaned_data)


@pytest.mark.parametrize(("area", "name"), ITEMS)
def test_a_form_that_nobody_touches_leaves_every_byte(area: str, name: str) -> None:
    text = text_of(area, name)
    assert write_tiers(write_fields(text, cleaned(text, area)), tiers_of(values_of(text))) == text


@given(st.sampled_from(ITEMS), AWKWARD, AWKWARD)
@settings(max_examples=60)
def test_form_then_text_is_text_then_form(item: tuple[str, str], name: str, article: str) -> None:
    area, slug = item
    text = text_of(area, slug)
    by_form = {**initial_of(values_of(text)), "name_zh": name.strip(), "article": article.strip()}
    edited = write_fields(text, by_form)
    raw = values_of(edited)
    assert raw["name"]["zh"] == name.strip()
    assert raw["source"]["article"] == article.strip()
    note = "\nextra: 手写\n"
    assert write_fields(text + note, by_form) == edited + note
    assert edited.startswith("# 县里的说明\n")
    assert edited.endswith("# 完\n")


@given(st.sampled_from(ITEMS), st.data())
@settings(max_examples=60)
def test_a_change_of_one_place_changes_no_other(item: tuple[str, str], data: st.DataObject) -> None:
    text = text_of(*item)
    before = values_of(text)
    place = data.draw(st.sampled_from([place.loc for place in PLACES.values()]))
    value = data.draw(AWKWARD)
    after = values_of(put(text, place, value))
    assert {key: one for key, one in after.items() if key != place[0]} == {
        key: one for key, one in before.items() if key != place[0]
    }
    assert values_of(drop(put(text, ("zz",), value), ("zz",))) == before


def test_a_new_figure_keeps_those_before() -> None:
    text = text_of("511724", "old_age_allowance")
    edited = dated(text, "eighties", 7000, date(2027, 1, 1))
    assert "from: {2015-12-31: 2000, 2020-12-31: 6000, 2027-01-01: 7000}" in edited
    assert len(edited.splitlines()) == len(text.splitlines())
    assert figures_of(values_of(edited))[1].history[-1] == ("2027-01-01", "70.00")


def test_a_new_value_and_a_new_tier_are_written_where_they_belong() -> None:
    text = text_of("511724", "old_age_allowance")
    edited = new_value(text, "oldest", "105周岁及以上", "fen", 90000, date(2027, 1, 1))
    rows = [Tier("age >= 105", "oldest"), *tiers_of(values_of(text))[:3]]
    raw = values_of(write_tiers(edited, rows))
    assert raw["amount"]["tiers"][0] == {"when": "age >= 105", "value": "oldest"}
    assert raw["values"]["oldest"]["from"] == {date(2027, 1, 1): 90000}
    assert raw["values"]["oldest"]["source"] == raw["source"]


def test_one_tier_for_all_is_an_amount_without_tiers() -> None:
    text = text_of("511724", "old_age_allowance")
    assert values_of(write_tiers(text, [Tier("", "eighties")]))["amount"] == {"value": "eighties"}
    assert "amount" not in values_of(write_tiers(text, []))


def test_what_a_form_cannot_change_is_refused_and_not_guessed() -> None:
    with pytest.raises(UsageError, match="change the text"):
        drop("cases:\n  - name: 一\n    answer: 二\n", ("cases", 0, "name"))


def test_an_empty_text_gets_its_first_key(tmp_path: Path) -> None:
    assert put("", ("version",), "2027") == 'version: "2027"\n'
