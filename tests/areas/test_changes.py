"""Renamed, recoded, merged, split and transferred: everybody is moved, nobody is lost, nobody sees more than before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from yiyang.access.scope import Scope, acting, platform
from yiyang.accounts.models import Grant
from yiyang.accounts.scopes import scope_of
from yiyang.areas import actions
from yiyang.areas.changes import Asked, Merge, Recode, Rename, Split, Transfer, as_json, from_json
from yiyang.areas.models import Area, AreaChange, FormerArea, MovedRow
from yiyang.areas.places import as_of, current, current_codes
from yiyang.areas.preview import preview
from yiyang.areas.tasks import carry_out_due
from yiyang.areas.tests.places import DAZHU, TODAY, TONGCHUAN, WUMU, ZHUYANG, area, villages
from yiyang.base.errors import UsageError
from yiyang.registry.models import GroupFigure, Person

pytestmark = pytest.mark.django_db
ORDER: dict[str, Any] = {"document": "川民函〔2026〕1号", "effective": date(2026, 11, 1)}


def places() -> dict[str, tuple[int, int]]:
    """Name → (lives, registered), of everybody."""
    with acting(platform("test")):
        return {
            name: (lives, reg)
            for name, lives, reg in Person.objects.values_list("name", "area_code", "registered_code")
        }


def sees(user: Any, on: date = TODAY) -> set[str]:
    with acting(scope_of(user, on)):
        return set(Person.objects.values_list("name", flat=True))


def test_a_new_name_changes_nothing_else(officer: Scope, three: dict[str, Any]) -> None:
    before, town = places(), area(WUMU)
    actions.carry_out(Rename(town.pk, "乌木街道"), by=officer, **ORDER)
    town.refresh_from_db()
    assert (town.name, town.code) == ("乌木街道", WUMU)
    assert places() == before
    assert as_of(date(2026, 10, 31)).get().name == "乌木镇"
    assert not as_of(date(2026, 11, 1)).exists()


def test_a_new_code_takes_villages_and_people_along(officer: Scope, three: dict[str, Any]) -> None:
    town, before = area(WUMU), places()
    count = len(villages(WUMU))
    actions.carry_out(Recode(town.pk, 511724190000), by=officer, **ORDER)
    assert len(villages(511724190000)) == count
    assert places()["保国"] == (before["保国"][0] - WUMU + 511724190000,) * 2
    assert places()["春兰"] == (511724190000,) * 2
    assert places()["爱华"][1] == before["爱华"][1] - WUMU + 511724190000
    assert current_codes()[before["保国"][0]] == places()["保国"][0]


def test_a_merged_town_is_ended_and_its_people_are_in_the_other(officer: Scope, three: dict[str, Any]) -> None:
    wumu, zhuyang = area(WUMU), area(ZHUYANG)
    before = len(villages(WUMU)) + len(villages(ZHUYANG))
    change = actions.carry_out(Merge((wumu.pk,), zhuyang.pk), by=officer, **ORDER)
    wumu.refresh_from_db()
    assert (wumu.valid_to, wumu.successor) == (date(2026, 10, 31), zhuyang)
    assert len(villages(ZHUYANG)) == before
    assert villages(WUMU) == []
    assert places()["春兰"] == (ZHUYANG, ZHUYANG)
    assert all(ZHUYANG <= lives < ZHUYANG + 1000 for lives, _ in places().values())
    assert change.state == "done"
    assert any("老年人·居住地" in count["label"] and count["rows"] == 2 for count in change.moved)
    assert current_codes()[WUMU] == ZHUYANG


def test_who_answered_for_a_merged_town_keeps_its_villages_and_gets_no_others(
    officer: Scope, three: dict[str, Any], grant: Callable[..., Any], person: Callable[..., Any]
) -> None:
    clerk, other = grant("赵经办", "township_clerk", WUMU), grant("钱经办", "township_clerk", ZHUYANG)
    person("冬梅", ZHUYANG)
    assert sees(clerk) == {"爱华", "保国", "春兰"}
    actions.carry_out(Merge((area(WUMU).pk,), area(ZHUYANG).pk), by=officer, **ORDER)
    assert sees(clerk) == {"爱华", "保国"}
    assert sees(other) == {"爱华", "保国", "春兰", "冬梅"}


def test_a_merger_hands_over_only_when_it_says_so(
    officer: Scope, three: dict[str, Any], grant: Callable[..., Any], person: Callable[..., Any]
) -> None:
    clerk = grant("赵经办", "township_clerk", WUMU)
    person("冬梅", ZHUYANG)
    change = actions.carry_out(Merge((area(WUMU).pk,), area(ZHUYANG).pk, hand_over=True), by=officer, **ORDER)
    assert sees(clerk) == {"爱华", "保国", "春兰", "冬梅"}
    actions.undo(change, by=officer)
    assert sees(clerk) == {"爱华", "保国", "春兰"}
    assert Grant.objects.get(user=clerk).area.code == WUMU


def test_figures_stay_with_the_area_for_which_they_were_counted(officer: Scope) -> None:
    first, second = villages(WUMU)[:2]
    with acting(platform("test")):
        for each in (first, second):
            GroupFigure.objects.create(month="2026-10", area_code=each.code, group="alone", people=5)
    plan = preview(Merge((first.pk,), second.pk), by=officer, effective=date(2026, 11, 1))
    assert [(count.rows, count.moves) for count in plan.counts] == [(1, False)]
    actions.carry_out(Merge((first.pk,), second.pk), by=officer, **ORDER)
    with acting(platform("test")):
        assert GroupFigure.objects.count() == 2


def test_a_split_takes_the_stated_villages_and_leaves_the_rest(officer: Scope, three: dict[str, Any]) -> None:
    parts = villages(WUMU)[:2]
    change = actions.carry_out(Split(area(WUMU).pk, "乌木新镇", tuple(p.pk for p in parts)), by=officer, **ORDER)
    new = Area.objects.get(name="乌木新镇")
    assert [v.name for v in villages(new.code or 0)] == [p.name for p in parts]
    assert places()["保国"][0] // 1000 == (new.code or 0) // 1000
    assert places()["春兰"] == (WUMU, WUMU)
    actions.undo(change, by=officer)
    assert not Area.objects.filter(name="乌木新镇").exists()


def test_a_town_goes_to_another_county_with_its_people_and_its_clerk(
    officer: Scope, three: dict[str, Any], grant: Callable[..., Any]
) -> None:
    clerk = grant("赵经办", "township_clerk", WUMU)
    there, here = grant("孙科长", "county_officer", TONGCHUAN), grant("李科长", "county_officer", DAZHU)
    actions.carry_out(Transfer(area(WUMU).pk, area(TONGCHUAN).pk), by=officer, **ORDER)
    assert sees(clerk) == {"爱华", "保国", "春兰"}
    assert sees(there) == {"爱华", "保国", "春兰"}
    assert sees(here) == {"爱华"}


@pytest.mark.parametrize("kind", ["rename", "recode", "merge", "split", "transfer"])
def test_a_change_undone_leaves_everything_as_it_was(officer: Scope, three: dict[str, Any], kind: str) -> None:
    wumu, parts = area(WUMU), villages(WUMU)
    every: dict[str, Asked] = {
        "rename": Rename(wumu.pk, "乌木街道"),
        "recode": Recode(wumu.pk, 511724190000),
        "merge": Merge((wumu.pk,), area(ZHUYANG).pk),
        "split": Split(wumu.pk, "乌木新镇", (parts[0].pk,)),
        "transfer": Transfer(wumu.pk, area(TONGCHUAN).pk),
    }
    asked = every[kind]
    assert from_json(as_json(asked)) == asked
    before, tree = places(), list(Area.objects.order_by("pk").values())
    change = actions.carry_out(asked, by=officer, **ORDER)
    actions.undo(change, by=officer)
    assert places() == before
    assert list(Area.objects.order_by("pk").values()) == tree
    assert not FormerArea.objects.exists()
    assert not MovedRow.objects.exists()
    with pytest.raises(UsageError):
        actions.undo(change, by=officer)


def test_who_came_since_stays_when_a_merger_is_undone(
    officer: Scope, three: dict[str, Any], person: Callable[..., Any]
) -> None:
    change = actions.carry_out(Merge((area(WUMU).pk,), area(ZHUYANG).pk), by=officer, **ORDER)
    person("冬梅", ZHUYANG)
    actions.undo(change, by=officer)
    assert places()["冬梅"][0] == ZHUYANG
    assert places()["春兰"][0] == WUMU


def test_a_preview_writes_nothing(officer: Scope, three: dict[str, Any]) -> None:
    before, tree = places(), list(Area.objects.order_by("pk").values())
    plan = preview(Merge((area(WUMU).pk,), area(ZHUYANG).pk), by=officer, effective=TODAY)
    assert len(plan.shifts) == len(villages(WUMU))
    assert plan.problems == []
    assert places() == before
    assert list(Area.objects.order_by("pk").values()) == tree
    assert not AreaChange.objects.exists()


def test_a_later_day_waits_for_the_worker(
    officer: Scope, three: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    later = timezone.localdate() + timedelta(days=30)
    change = actions.carry_out(Rename(area(WUMU).pk, "乌木街道"), by=officer, document="文件", effective=later)
    assert change.state == "planned"
    carry_out_due(0)
    assert area(WUMU).name == "乌木镇"
    monkeypatch.setattr(timezone, "localdate", lambda: later)
    carry_out_due(0)
    change.refresh_from_db()
    assert (change.state, area(WUMU).name) == ("done", "乌木街道")


def test_what_speaks_against_a_waiting_change_by_its_day_is_kept_with_it(
    officer: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = timezone.localdate() + timedelta(days=30)
    change = actions.carry_out(Rename(area(WUMU).pk, "乌木街道"), by=officer, document="文件", effective=later)
    actions.carry_out(Rename(area(ZHUYANG).pk, "乌木街道"), by=officer, **ORDER)
    monkeypatch.setattr(timezone, "localdate", lambda: later)
    carry_out_due(0)
    change.refresh_from_db()
    assert change.state == "failed"
    assert "已有" in change.problems[0][0]
    assert actions.cancel(change, by=officer).state == "cancelled"


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        (lambda: Rename(area(WUMU).pk, "乌木镇"), "没有变化"),
        (lambda: Rename(area(WUMU).pk, "竹阳街道"), "已有"),
        (lambda: Recode(area(WUMU).pk, ZHUYANG), "已用"),
        (lambda: Recode(area(WUMU).pk, 511724190001), "不是"),
        (lambda: Recode(area(WUMU).pk, 511702190000), "不是"),
        (lambda: Merge((area(WUMU).pk,), area(WUMU).pk), "不含"),
        (lambda: Merge((area(WUMU).pk,), area(DAZHU).pk), "不同级"),
        (lambda: Merge((villages(WUMU)[0].pk,), villages(ZHUYANG)[0].pk), "请先划转"),
        (lambda: Split(area(WUMU).pk, "新镇", (villages(ZHUYANG)[0].pk,)), "下级"),
        (lambda: Split(area(WUMU).pk, "新镇", tuple(v.pk for v in villages(WUMU))), "至少要留下"),
        (lambda: Transfer(area(WUMU).pk, area(DAZHU).pk), "已属"),
        (lambda: Transfer(area(WUMU).pk, area(511700000000).pk), "不能作"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_the_reason(officer: Scope, asked: Callable[[], Any], word: str) -> None:
    tree = list(Area.objects.order_by("pk").values())
    with pytest.raises(UsageError) as refused:
        actions.carry_out(asked(), by=officer, **ORDER)
    assert any(word in zh for zh, _ in refused.value.problems)
    assert list(Area.objects.order_by("pk").values()) == tree


def test_a_change_needs_a_document_and_comes_after_the_last_one(officer: Scope) -> None:
    with pytest.raises(UsageError) as refused:
        actions.carry_out(Rename(area(WUMU).pk, "乌木街道"), by=officer, document=" ", effective=TODAY)
    assert "批准文件" in refused.value.problems[0][0]
    actions.carry_out(Rename(area(WUMU).pk, "乌木街道"), by=officer, **ORDER)
    with pytest.raises(UsageError) as refused:
        actions.carry_out(Rename(area(WUMU).pk, "乌木乡"), by=officer, document="文件", effective=date(2026, 10, 1))
    assert "不能更早" in refused.value.problems[0][0]


def test_an_officer_of_a_county_changes_no_areas_and_a_city_none_outside(grant: Callable[..., Any]) -> None:
    with acting(scope_of(grant("李科长", "county_officer", DAZHU), TODAY)) as scope, pytest.raises(PermissionDenied):
        preview(Rename(area(WUMU).pk, "乌木街道"), by=scope, effective=TODAY)
    with acting(scope_of(grant("外市", "city_officer", 360200000000), TODAY)) as scope, pytest.raises(PermissionDenied):
        preview(Merge((area(WUMU).pk,), area(ZHUYANG).pk), by=scope, effective=TODAY)


def test_old_codes_go_on_to_mean_what_they_meant(officer: Scope) -> None:
    """乌木镇 is recoded, then its first village merged into its second: both former codes lead to what is there now."""
    old = [v.code or 0 for v in villages(WUMU)[:2]]
    actions.carry_out(Recode(area(WUMU).pk, 511724190000), by=officer, **ORDER)
    first, second = villages(511724190000)[:2]
    actions.carry_out(Merge((first.pk,), second.pk), by=officer, **ORDER)
    codes = current_codes()
    assert [current(code, codes) for code in old] == [second.code, second.code]
    assert current(WUMU + 999, codes) == 511724190000
    assert current(513029000000, codes) == DAZHU
    assert current(ZHUYANG, codes) == ZHUYANG


def test_a_code_that_was_in_use_is_not_given_again(officer: Scope) -> None:
    actions.carry_out(Recode(area(WUMU).pk, 511724190000), by=officer, **ORDER)
    with pytest.raises(UsageError) as refused:
        actions.carry_out(Recode(area(ZHUYANG).pk, WUMU), by=officer, **ORDER)
    assert "曾用" in refused.value.problems[0][0]
