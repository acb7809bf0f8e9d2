"""The pages: a draft edited as a form and as text, what is wrong at its field, nothing lost between two editors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from conftest import DAZHU, TONGCHUAN
from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.revisions.actions import fingerprint
from yiyang.revisions.models import Revision
from yiyang.revisions.text import put

pytestmark = pytest.mark.django_db
ALLOWANCE = "old_age_allowance.yaml"


@pytest.fixture(autouse=True)
def own_data(settings: Any, tmp_path: Path) -> None:
    """Nothing issued here stays; whoever logs in is asked for nothing more."""
    settings.DATA, settings.SECOND_FACTOR = tmp_path, False


@pytest.fixture
def county(grant: Callable[..., Any], logged_in: Callable[..., Client]) -> Client:
    """爱华, who revises the list of 大竹县."""
    return logged_in(grant("爱华", "county_officer", DAZHU))


@pytest.fixture
def draft(county: Client) -> Revision:
    """Begun on the page."""
    answer = county.post(f"/lists/area/{DAZHU}/", {"reason": "提高标准", "starts": _today()})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return _read(int(answer["Location"].split("/")[2]))


def _today() -> str:
    from django.utils import timezone

    return timezone.localdate().isoformat()


def _read(pk: int) -> Revision:
    with work(platform("test")):
        found: Revision = Revision.objects.get(pk=pk)
    return found


def _fields(county: Client, draft: Revision, **more: str) -> dict[str, Any]:
    """What a browser would post of the item's form."""
    context = county.get(f"/lists/{draft.pk}/item/old_age_allowance/").context
    fields = {
        name: value for name, value in context["form"].initial.items() if value not in ("", None, False, [])
    }  # fmt: skip
    rows = {f"tier-{n}-{key}": getattr(row, key) for n, row in enumerate(context["tiers"]) for key in ("when", "value")}
    return {**fields, **rows, "seen": context["seen"], **more}


def test_saving_an_untouched_form_changes_nothing_and_a_new_figure_only_its_line(
    county: Client, draft: Revision
) -> None:
    page = f"/lists/{draft.pk}/item/old_age_allowance/"
    assert county.post(page, _fields(county, draft)).status_code == 302
    assert _read(draft.pk).files == draft.files
    assert county.post(page, _fields(county, draft, **{"value-eighties-figure": "70"})).status_code == 302
    changed = _read(draft.pk)
    before, after = draft.files[ALLOWANCE].splitlines(), changed.files[ALLOWANCE].splitlines()
    assert [line for line in after if line not in before] == [
        (
            f"  eighties: {{zh: 80至89周岁, en: aged 80 to 89, unit: fen, from: {{2015-12-31: 2000, 2020-12-31: 6000, "
            f"{_today()}: 7000}},"
        )
    ]
    shown = county.get(f"/lists/{draft.pk}/differences/").content.decode()
    assert "每月 ¥70.00" in shown


def test_says_what_is_wrong_at_its_field(county: Client, draft: Revision) -> None:
    text = put(draft.files[ALLOWANCE], ("who",), "agee >= 80")
    answer = county.post(
        f"/lists/{draft.pk}/item/old_age_allowance/text/",
        {"item": text, "cases": draft.files["old_age_allowance.cases.yaml"],
         "seen-item": fingerprint(draft.files[ALLOWANCE]),
         "seen-cases": fingerprint(draft.files["old_age_allowance.cases.yaml"])},
    )  # fmt: skip
    assert answer.status_code == 302
    shown = county.get(f"/lists/{draft.pk}/item/old_age_allowance/").content.decode()
    assert "是否想写 age" in shown
    bad = _fields(county, draft, **{"value-eighties-figure": "很多"})
    assert "请填数字" in county.post(f"/lists/{draft.pk}/item/old_age_allowance/", bad).content.decode()


def test_the_second_editor_sees_both_texts(county: Client, draft: Revision) -> None:
    page = f"/lists/{draft.pk}/item/old_age_allowance/text/"
    cases = draft.files["old_age_allowance.cases.yaml"]
    seen = {"seen-item": fingerprint(draft.files[ALLOWANCE]), "seen-cases": fingerprint(cases), "cases": cases}
    mine, theirs = (put(draft.files[ALLOWANCE], ("name", "zh"), name) for name in ("尊老金", "敬老金"))
    assert county.post(page, {**seen, "item": mine}).status_code == 302
    shown = county.post(page, {**seen, "item": theirs}).content.decode()
    assert "已被别人修改" in shown
    assert "尊老金" in shown
    assert "敬老金" in shown


def test_completes_and_says_a_condition(county: Client, draft: Revision) -> None:
    words = {"item": "old_age_allowance", "text": "age >= @from_age and economic_hardship"}
    found = county.post(f"/lists/{draft.pk}/condition/", words).json()
    assert found["sentence"].startswith("年满80周岁")
    half = county.post(f"/lists/{draft.pk}/condition/", {**words, "text": "age >= 80 and har"}).json()
    assert half["options"][0]["text"] == "hardship"
    assert (
        county.post(f"/lists/{draft.pk}/reach/", words).json()["says"] == "本地还没有启用的月度运行，暂不能测算人数。"
    )


def test_an_item_of_the_level_above_is_taken_over_and_one_of_ones_own_is_made(county: Client, draft: Revision) -> None:
    assert county.post(f"/lists/{draft.pk}/items/new/", {"copy": "meal_service"}).status_code == 302
    assert county.post(f"/lists/{draft.pk}/items/new/", {"name": "助浴", "slug": "bathing_service"}).status_code == 302
    found = _read(draft.pk)
    assert {"meal_service.yaml", "bathing_service.yaml"} <= set(found.files)
    assert [one for one in found.problems if one["level"] == "error"] == []
    assert "meal_service" not in {one["item"] for one in found.floor["items"] if one["status"] == "missing"}
    assert county.post(f"/lists/{draft.pk}/item/meal_service/remove/").status_code == 302
    assert "meal_service.yaml" not in _read(draft.pk).files


def test_a_county_beside_finds_nothing(
    draft: Revision, grant: Callable[..., Any], logged_in: Callable[..., Any]
) -> None:
    beside = logged_in(grant("保国", "county_officer", TONGCHUAN))
    for path in ("", "items/", "item/old_age_allowance/", "texts/", "effect/", "differences/"):
        assert beside.get(f"/lists/{draft.pk}/{path}").status_code == 404
    assert beside.post(f"/lists/{draft.pk}/take/submit/").status_code == 404


def test_the_api_tells_the_list_in_force_and_where_a_revision_stands(county: Client, draft: Revision) -> None:
    found = county.get(f"/api/v1/revisions/{draft.pk}").json()
    assert (found["state"], found["acts"][0]["slug"]) == ("draft", "start")
    assert [one["id"] for one in county.get("/api/v1/revisions").json()["items"]] == [draft.pk]
    items = county.get(f"/api/v1/lists/{DAZHU}").json()["items"]
    assert "old_age_allowance" in {item["id"] for item in items}
