"""Names are compared as they are written and as they are heard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from yiyang.base.errors import PolicyError
from yiyang.base.paths import policy_dir
from yiyang.registry.linkage import model
from yiyang.registry.linkage.names import readings
from yiyang.registry.linkage.settings import load_settings


def read(*names: str) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in readings(names, load_settings()).to_pylist()}


def test_homophones_and_traditional_characters_sound_the_same() -> None:
    found = read("爱华", "艾花", "愛華")
    assert {row["pinyin"] for row in found.values()} == {"ai hua"}


def test_sounds_that_are_taken_for_one_another_are_folded() -> None:
    found = read("陈志兰", "程字南", "刘树清", "牛素亲")
    assert found["陈志兰"]["sound"] == found["程字南"]["sound"]
    assert found["刘树清"]["sound"] == found["牛素亲"]["sound"]
    assert found["陈志兰"]["pinyin"] != found["程字南"]["pinyin"]


def test_a_surname_has_its_own_reading() -> None:
    found = read("曾春兰", "小曾")
    assert found["曾春兰"]["pinyin"].startswith("zeng ")
    assert found["小曾"]["pinyin"] != "xiao zeng"


def test_two_names_share_a_mask_if_one_character_differs() -> None:
    found = read("保国", "保囯", "李保国", "保")
    masks = {name: set(row["masks"]) for name, row in found.items()}
    assert masks["保国"] & masks["保囯"] == {"保_"}
    assert not masks["保国"] & masks["李保国"]
    assert "保国" in found["李保国"]["shorter"]


def test_the_levels_of_the_policy_are_those_that_are_computed(tmp_path: Path) -> None:
    model.check(load_settings())
    text = (policy_dir() / "linkage.yaml").read_text("utf-8")
    (tmp_path / "linkage.yaml").write_text(text.replace("homophone:", "alike:", 1), "utf-8")
    with pytest.raises(PolicyError, match="name"):
        model.check(load_settings(tmp_path))


def test_an_unknown_key_of_the_policy_is_named(tmp_path: Path) -> None:
    text = (policy_dir() / "linkage.yaml").read_text("utf-8")
    (tmp_path / "linkage.yaml").write_text(text.replace("margin: 7.0", "margins: 7.0"), "utf-8")
    with pytest.raises(PolicyError, match="margins"):
        load_settings(tmp_path)
