"""Who is entitled to what, as a table: each service by itself, and beside the tables of people."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest

from conftest import DAZHU, WUMU, ZHUYANG
from yiyang.base.errors import UsageError
from yiyang.indicators.publication import bundles, files, sdmx, source
from yiyang.indicators.publication.attack import attack
from yiyang.indicators.publication.bundles import Bundle
from yiyang.indicators.publication.protecting import check, protect
from yiyang.indicators.publication.rules import Rules
from yiyang.indicators.publication.tables import grouped

ON, RULES = date(2026, 10, 31), Rules(least=10, width=5)
ELDERS = [(ZHUYANG, 400), (WUMU, 250), (DAZHU + 103000, 180)]
# 高龄津贴 for many, 适老化改造 for four people of one town.
ENTITLED = [
    (ZHUYANG, "old_age_allowance", 90), (WUMU, "old_age_allowance", 60), (DAZHU + 103000, "old_age_allowance", 45),
    (ZHUYANG, "home_retrofit", 30), (WUMU, "home_retrofit", 4), (DAZHU + 103000, "home_retrofit", 25),
]  # fmt: skip


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Bundle]:
    """The bundle of made-up counts."""
    monkeypatch.setattr(source, "_counted", lambda *asked: ELDERS)
    monkeypatch.setattr(source, "_entitled", lambda *asked: ENTITLED)
    return lambda: bundles.bundle_of(DAZHU, ON, ["area", "item"], slug="elders_60_area_item", title="享受服务情况")


def told(bundle: Bundle) -> dict[str, Any]:
    """What is published of it."""
    secured, proof = protect(bundle.tables, RULES)
    assert check(secured, proof).holds
    found: dict[str, Any] = json.loads(bundle.tell(secured, {"licence": "x", "note": "y"}))
    return found


def value(found: dict[str, Any], area: int, item: str) -> int | None:
    """One count as it is told."""
    places, items = (each["codes"] for each in found["dimensions"])
    at: int | None = found["values"][places.index(f"{area:012d}") * len(items) + items.index(item)]
    return at


def test_each_service_stands_beside_all_elders(counted: Callable[..., Bundle]) -> None:
    found = told(counted())
    assert found["dimensions"][1]["adds"] is False
    assert value(found, DAZHU, "_T") == 830
    assert value(found, DAZHU, "old_age_allowance") == 195
    assert value(found, ZHUYANG, "old_age_allowance") == 90


def test_four_people_of_a_town_are_withheld_and_stay_so(counted: Callable[..., Bundle]) -> None:
    found = told(counted())
    assert value(found, WUMU, "home_retrofit") is None
    seen = files.read_all(json.dumps(found))
    assert [each.shape.dimensions[-1].name for each in seen] == ["item_home_retrofit", "item_old_age_allowance"]
    assert not [each for each in attack(seen).closest if each.high > 0 and each.low < RULES.least]


def test_a_service_for_everybody_of_a_group_gives_no_hidden_count_of_people_away(
    counted: Callable[..., Bundle], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who is entitled is a part of all elders: what is not told of these bounds that, and the other way round.
    monkeypatch.setattr(source, "_entitled", lambda *asked: [(ZHUYANG, "x", 397), (WUMU, "x", 250)])
    monkeypatch.setattr(source, "item_names", lambda: {"x": "某项"})
    found = told(counted())
    assert None in (value(found, ZHUYANG, "x"), value(found, ZHUYANG, "_T"))
    seen = files.read_all(json.dumps(found))
    assert not [each for each in attack(seen).closest if each.high > 0 and each.low < RULES.least]


def test_where_nobody_is_entitled_there_is_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_counted", lambda *asked: ELDERS)
    monkeypatch.setattr(source, "_entitled", lambda *asked: [])
    with pytest.raises(UsageError, match="Nobody is entitled"):
        source.count_by_item(DAZHU, ON, ["area", "item"], slug="t", title="t")


def test_it_is_written_as_csv_and_sdmx(counted: Callable[..., Bundle]) -> None:
    found = told(counted())
    assert files.columns_of(found)[:5] == ["TIME_PERIOD", "AREA", "AREA_LABEL", "ITEM", "ITEM_LABEL"]
    head = sdmx.as_csv(found).splitlines()[0].split(",")
    assert head[3:7] == ["FREQ", "REF_AREA", "ITEM", "TIME_PERIOD"]


def test_subtotals_stand_before_what_lies_in_them() -> None:
    codes = list(source.AGES)
    found = grouped("age", "年龄", codes, codes, source.SUBTOTALS["age"])
    assert found.codes[:4] == ("_T", "60-64", "65+", "65-69")
    assert found.codes[found.parents[found.codes.index("85-89")]] == "80+"
    assert found.codes[found.parents[found.codes.index("80+")]] == "65+"
    counts = found.adding @ np.arange(1, len(found.leaves) + 1)
    assert counts[0] == 28
    assert counts[found.codes.index("80+")] == 5 + 6 + 7


def test_a_subtotal_of_nothing_that_is_there_is_left_out() -> None:
    found = grouped("age", "年龄", ["60-64", "65-69"], ["a", "b"], source.SUBTOTALS["age"])
    assert found.codes == ("_T", "60-64", "65+", "65-69")
