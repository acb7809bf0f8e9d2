"""Names of figures as data: strictly read, and what they must not be taken for."""

from __future__ import annotations

from pathlib import Path

import pytest

from yiyang.base.errors import PolicyError
from yiyang.planning.coherence.terms import load_terms

GOOD = "terms:\n  - {id: beds, zh: 床位, unit: 张, kind: stock, any: ['床位总数']}\n"


def write(folder: Path, text: str) -> Path:
    (folder / "plans").mkdir()
    (folder / "plans" / "terms.yaml").write_text(text, encoding="utf-8")
    return folder


def test_terms_of_a_bureau_are_read(tmp_path: Path) -> None:
    (term,) = load_terms(write(tmp_path, GOOD)).terms
    assert term.names("床位总数达到", "", "张")
    assert not term.names("床位总数达到", "", "%")


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("stock", "number"),
        GOOD.replace("zh: 床位", "name: 床位"),
        GOOD.replace("床位总数", "床位("),
        GOOD.replace("kind:", "near: nothing, kind:"),
        GOOD + GOOD.removeprefix("terms:\n"),
    ],
)
def test_terms_that_cannot_hold_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PolicyError):
        load_terms(write(tmp_path, text))


@pytest.mark.parametrize(
    ("words", "unit", "term"),
    [
        ("养老机构护理型床位占比", "%", "nursing_beds"),
        ("民办养老机构护理型床位占比", "%", None),
        ("农村社区日间照料机构覆盖率", "%", "rural_day_care"),
        ("社区日间照料机构覆盖率", "%", "day_care"),
        ("城市社区日间照料机构覆盖率", "%", None),
        ("新建区域性养老服务中心", "个", None),
        ("区域性养老服务中心覆盖率", "%", "regional_coverage"),
        ("示范性婴幼儿照护服务机构", "个", "childcare_models"),
        ("每千人口拥有婴幼儿托位数", "个", "childcare_rate"),
    ],
)
def test_names_are_told_apart(words: str, unit: str, term: str | None) -> None:
    found = load_terms().find(words, words, unit)
    assert (found.id if found else None) == term
