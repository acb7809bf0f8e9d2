"""A share drawn so that anybody can draw it again, and what falls due."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from conftest import DAZHU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.assessment import actions, cli_draw, drawing, due, lots
from yiyang.assessment.models import Draw, Request, Result
from yiyang.assessment.tests.answering import GB, scale, worst
from yiyang.assessment.tests.house import House, intact, refused
from yiyang.audit.record import work
from yiyang.base.errors import NotAsPublished

SEED = {"seed": "2026139: 03 11 17 20 28 33 + 09", "seed_from": "福彩双色球第 2026139 期"}
DIGITS = st.text("0123456789", min_size=3, max_size=8)


@pytest.fixture
def house(grant: Any) -> House:
    return House(grant)


def last_month() -> str:
    return f"{timezone.localdate().replace(day=1) - timedelta(days=1):%Y-%m}"


def draw(house: House, **words: Any) -> Draw:
    with work(house.officer):
        return actions.draw(by=house.officer, area=DAZHU, **({"month": last_month()} | SEED | words))


def issued_before(house: House, person: Any, *names: str) -> list[Result]:
    """Results of the month before this one."""
    found = [house.issued(person(name, ZHUYANG)) for name in names]
    backdate()
    return found


def backdate() -> None:
    """All results were issued on the last day but one of the month before."""
    with work(platform("test")):
        Result.objects.update(issued_at=timezone.localtime().replace(day=1) - timedelta(days=2))


@given(st.sets(DIGITS, min_size=1, max_size=60), st.text(min_size=1, max_size=20))
def test_a_draw_is_the_share_of_the_pool_and_the_same_in_any_order(pool: set[str], seed: str) -> None:
    drawn = lots.drawn_of(sorted(pool), seed, Decimal("0.05"), 1)
    assert drawn == lots.drawn_of(sorted(pool, reverse=True), seed, Decimal("0.05"), 1)
    assert len(drawn) == max(1, -(-len(pool) // 20))
    assert set(drawn) <= pool


def test_another_seed_draws_others() -> None:
    pool = [f"PG{number:04d}" for number in range(400)]
    one, other = (lots.drawn_of(pool, seed, Decimal("0.05"), 1) for seed in ("1", "2"))
    assert len(one) == 20
    assert one != other


def test_anybody_verifies_without_a_platform(tmp_path: Path) -> None:
    pool, file = [f"PG{number}" for number in range(40)], tmp_path / "draw.json"
    drawn = lots.drawn_of(pool, "1", Decimal("0.05"), 1)
    said = {"pool": pool, "drawn": drawn, "share": "0.05", "seed": "1", "pool_hash": lots.pool_hash(pool)}
    file.write_text(json.dumps(said), encoding="utf-8")
    command = [sys.executable, "-m", "yiyang", "assess", "draw", "verify", "--json", str(file)]
    alone = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "YIYANG"))}
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=alone)
    assert json.loads(told.stdout) == {"holds": True, "problems": []}


@pytest.mark.django_db
def test_the_drawn_are_assessed_again_by_others_and_the_file_proves_the_draw(
    house: House, person: Any, tmp_path: Path
) -> None:
    house.others()
    results = issued_before(house, person, "甲", "乙", "丙")
    made = draw(house)
    with work(house.officer):
        again, said = Request.objects.select_related("contested").get(kind="sample"), drawing.as_file(made)
    assert (sorted(made.pool), len(made.drawn)) == (sorted(each.number for each in results), 1)
    assert again.contested is not None
    assert again.contested.number == made.drawn[0]
    assert lots.verify(said) == []
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    assert CliRunner().invoke(cli_draw.app, ["draw", "verify", str(file)]).exit_code == 0
    file.write_text(json.dumps(said | {"drawn": [results[0].number, results[1].number]}), encoding="utf-8")
    told = CliRunner().invoke(cli_draw.app, ["draw", "verify", str(file)])
    assert isinstance(told.exception, NotAsPublished)
    with work(house.officer):
        assert {each.agency.name for each in actions.suggest(again)} == {"仁和评估"}


@pytest.mark.django_db
def test_a_pool_that_was_changed_afterwards_shows(house: House, person: Any) -> None:
    house.others()
    issued_before(house, person, "甲", "乙")
    said = drawing.as_file(draw(house))
    assert lots.verify(said | {"pool": [*said["pool"], "PG511724202610000X"]})


@pytest.mark.django_db
def test_whoever_cannot_be_assessed_by_others_is_left_out_before_the_draw(house: House, person: Any) -> None:
    results = [house.issued(person(name, ZHUYANG)) for name in ("甲", "乙")]
    with work(house.clerk):
        # In time: at the end of a month the time for those of the month before may be over.
        actions.object_to(by=house.clerk, result=results[0], reason="不同意")
    backdate()
    with refused("没有可抽"):
        draw(house)
    house.others()
    made = draw(house)
    assert made.excluded == {results[0].number: "结果有异议"}
    assert made.pool == [results[1].number]


@pytest.mark.django_db
def test_a_month_is_drawn_once_and_when_it_is_over(house: House, person: Any) -> None:
    house.others()
    issued_before(house, person, "甲")
    with refused("没有过完"):
        draw(house, month=f"{timezone.localdate():%Y-%m}")
    with refused("种子"):
        draw(house, seed="", seed_from="")
    draw(house)
    with refused("已经抽过"):
        draw(house)


@pytest.mark.django_db
@pytest.mark.parametrize(("level", "state"), [(4, "valid"), (0, "replaced")])
def test_a_sample_that_differs_replaces_and_one_that_agrees_does_not(
    house: House, person: Any, level: int, state: str
) -> None:
    others = house.others()
    result = issued_before(house, person, "甲")[0]
    draw(house)
    with work(house.officer):
        again = Request.objects.get(kind="sample")
    house.again(again, worst(scale(GB)) if level else intact(), others)
    with work(house.officer):
        assert Result.objects.get(pk=result.pk).state == state
        assert Request.objects.get(pk=again.pk).state == "issued"
        assert Result.objects.filter(request=again).exists() == (level == 0)


@pytest.mark.django_db
def test_what_ends_soon_is_asked_for_once_by_night(house: House, person: Any) -> None:
    soon, later, dead = (house.issued(person(name, ZHUYANG)) for name in ("甲", "乙", "丙"))
    today = timezone.localdate()
    with work(platform("test")):
        Result.objects.filter(pk__in=(soon.pk, dead.pk)).update(valid_to=today + timedelta(days=20))
        type(dead.person).objects.filter(pk=dead.person_id).update(alive=0)
    with work(platform("到期复评")):
        assert due.open_routine(today, "到期复评") == 1
        assert due.open_routine(today, "到期复评") == 0
    with work(house.officer):
        made = Request.objects.get(kind="routine")
        assert (made.person_id, made.channel, made.state) == (soon.person_id, "due", "requested")
        assert made.due == today + timedelta(days=5)
        assert [each.pk for each in due.ending(today)] == [soon.pk, dead.pk]
        assert later.pk not in {each.pk for each in due.ending(today)}


@pytest.mark.django_db
def test_a_routine_one_called_off_is_not_opened_again_the_next_night(house: House, person: Any) -> None:
    soon, today = house.issued(person("甲", ZHUYANG)), timezone.localdate()
    with work(platform("test")):
        Result.objects.filter(pk=soon.pk).update(valid_to=today + timedelta(days=20))
        due.open_routine(today, "到期复评")
        made = Request.objects.get(kind="routine")
    with work(house.officer):
        actions.cancel(by=house.officer, request=made, reason="本人住院")
    with work(platform("test")):
        assert due.open_routine(today, "到期复评") == 0
