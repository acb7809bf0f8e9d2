"""Projects: entered, moved on step by step, rolled on, paid, taken over from documents."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.timezone import localdate as today

from conftest import DAZHOU, DAZHU, TONGCHUAN
from yiyang.access.scope import Scope
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.planning import project_actions as actions
from yiyang.planning.models import Estate, Lottery, Payment, Project, ProjectStep
from yiyang.planning.project_actions import Changed, NewProject
from yiyang.planning.tests.town import entered, scope

pytestmark = pytest.mark.django_db


def stages(project: Project) -> list[str]:
    return list(ProjectStep.objects.filter(project=project).values_list("stage", flat=True))


def test_a_project_goes_through_its_stages_and_each_step_stays(clerk: Scope) -> None:
    project = entered(clerk)
    with work(clerk):
        for stage in ("approved", "funded", "building"):
            project = actions.move(by=clerk, project=project, stage=stage, on=today())
        assert stages(project) == ["proposed", "approved", "funded", "building"]
        assert project.version == 4


def test_no_stage_is_skipped(clerk: Scope) -> None:
    project = entered(clerk)
    with work(clerk), pytest.raises(UsageError, match="approved, stopped"):
        actions.move(by=clerk, project=project, stage="building", on=today())


def test_going_back_and_stopping_need_a_reason(clerk: Scope) -> None:
    project = entered(clerk)
    with work(clerk):
        actions.move(by=clerk, project=project, stage="approved", on=today())
        for stage in ("proposed", "stopped"):
            with pytest.raises(UsageError, match="needs a reason"):
                actions.move(by=clerk, project=project, stage=stage, on=today())
        actions.move(by=clerk, project=project, stage="proposed", on=today(), words="批复文号有误")
        assert stages(project)[-1] == "proposed"


def test_a_step_is_neither_in_the_future_nor_before_its_stage(clerk: Scope) -> None:
    project = entered(clerk)
    with work(clerk):
        for on in (today() + timedelta(days=1), today() - timedelta(days=1)):
            with pytest.raises(UsageError, match="Neither"):
                actions.move(by=clerk, project=project, stage="approved", on=on)


def test_two_who_move_it_at_once_do_not_both_succeed(clerk: Scope) -> None:
    project = entered(clerk)
    with work(clerk):
        actions.move(by=clerk, project=project, stage="approved", on=today(), version=1)
        with pytest.raises(Changed):
            actions.move(by=clerk, project=project, stage="stopped", on=today(), words="重复", version=1)


def test_what_is_not_begun_rolls_on_with_its_years_and_reason(clerk: Scope) -> None:
    project = entered(clerk, from_year=2024, to_year=2025)
    with work(clerk):
        with pytest.raises(UsageError, match="reason"):
            actions.roll(by=clerk, project=project, year=2025, words=" ")
        rolled = actions.roll(by=clerk, project=project, year=2026, words="用地未批")
        step = ProjectStep.objects.filter(project=project).last()
        assert (rolled.year, rolled.first_year, rolled.from_year, rolled.to_year) == (2026, 2024, 2026, 2027)
        assert step is not None
        assert (step.from_year, step.to_year, step.words) == (2024, 2026, "用地未批")


def test_what_is_being_built_does_not_roll_on(clerk: Scope) -> None:
    project = entered(clerk)
    with work(clerk):
        for stage in ("approved", "funded", "building"):
            actions.move(by=clerk, project=project, stage=stage, on=today())
        with pytest.raises(UsageError, match="not begun"):
            actions.roll(by=clerk, project=project, year=2030, words="拖延")


def test_the_same_voucher_twice_pays_once(clerk: Scope) -> None:
    project = entered(clerk)
    paid: dict[str, Any] = {"source": "central", "fen": 100_000, "on": today(), "voucher": "川财社〔2024〕1号"}
    with work(clerk):
        one, two = (actions.pay(by=clerk, project=project, **paid) for _ in range(2))
        assert one.pk == two.pk
        assert actions.paid_fen(project) == 100_000
        with pytest.raises(UsageError, match="another amount"):
            actions.pay(by=clerk, project=project, **(paid | {"fen": 1}))


def test_a_correction_says_why_and_never_goes_below_nothing(clerk: Scope) -> None:
    project = entered(clerk)
    with work(clerk):
        actions.pay(by=clerk, project=project, source="bonds", fen=500, on=today(), voucher="1")
        with pytest.raises(UsageError, match="reason"):
            actions.pay(by=clerk, project=project, source="bonds", fen=-500, on=today(), voucher="2")
        with pytest.raises(UsageError, match="less than nothing"):
            actions.pay(by=clerk, project=project, source="bonds", fen=-501, on=today(), voucher="2", words="错登")
        actions.pay(by=clerk, project=project, source="bonds", fen=-500, on=today(), voucher="2", words="错登")
        assert actions.paid_fen(project) == 0
        assert Payment.objects.filter(project=project).count() == 2


def test_what_happened_to_a_project_cannot_be_rewritten(clerk: Scope) -> None:
    from django.db import ProgrammingError, transaction

    project = entered(clerk)
    with work(clerk), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ProjectStep.objects.filter(project=project).update(words="没有这回事")


def test_another_countys_project_is_neither_seen_nor_moved(clerk: Scope, grant: Callable[..., Any]) -> None:
    other = scope(grant("保国", "county_officer", TONGCHUAN))
    project = entered(clerk)
    with work(other):
        assert not Project.objects.exists()
        assert not ProjectStep.objects.exists()
        with pytest.raises(PermissionDenied):
            actions.move(by=other, project=project, stage="approved", on=today())


def test_more_nursing_beds_than_beds_are_refused(clerk: Scope) -> None:
    with pytest.raises(UsageError, match="nursing beds"):
        entered(clerk, places=10, nursing=11)


def test_taking_over_twice_changes_nothing(clerk: Scope) -> None:
    row = NewProject(
        area_code=DAZHU, kind="elderly", title="失能老人照护楼", year=2023, places=300, money={"central": 360_000_000},
        sources=({"document": "plan", "key": "a1", "number": 1},), origin="plan",
    )  # fmt: skip
    with work(clerk):
        assert actions.take_over(by=clerk, rows=[row]) == (1, 0)
        assert actions.take_over(by=clerk, rows=[row]) == (0, 1)
        found = Project.objects.get()
        assert found.version == 1
        assert len(found.sources) == 1


def test_a_project_in_two_documents_knows_both(clerk: Scope) -> None:
    rows = [
        NewProject(
            area_code=DAZHU, kind="elderly", title="照护楼", year=2023, sources=({"document": slug, "key": "k"},)
        )
        for slug in ("county", "city")
    ]
    with work(clerk):
        assert actions.take_over(by=clerk, rows=rows) == (1, 1)
        assert [each["document"] for each in Project.objects.get().sources] == ["county", "city"]


def test_changing_it_needs_what_was_looked_at(clerk: Scope) -> None:
    project = entered(clerk)
    with work(clerk):
        changed = actions.edit(by=clerk, project=project, version=1, changes={"places_in_use": 150})
        assert changed.places_in_use == 150
        with pytest.raises(Changed):
            actions.edit(by=clerk, project=project, version=1, changes={"places": 100})
        with pytest.raises(UsageError, match="in use"):
            actions.edit(by=clerk, project=project, version=2, changes={"places": 100})


def test_an_estate_is_kept_and_changed_by_who_looked_at_it(clerk: Scope) -> None:
    made = Estate(area_code=DAZHU, title="东湖新城", homes=850, provided_m2=Decimal(200))
    with work(clerk):
        kept = actions.keep_estate(by=clerk, estate=made)
        kept.provided_m2 = Decimal(260)
        actions.keep_estate(by=clerk, estate=kept, version=1)
        with pytest.raises(Changed):
            actions.keep_estate(by=clerk, estate=kept, version=1)
        with pytest.raises(UsageError, match="that name"):
            actions.keep_estate(by=clerk, estate=Estate(area_code=DAZHU, title="东湖新城", homes=1))


def test_a_years_lottery_money_is_one_figure(clerk: Scope) -> None:
    given: dict[str, Any] = {"area_code": DAZHU, "year": 2025, "is_plan": False, "source": "2025 年决算"}
    with work(clerk):
        actions.keep_lottery(by=clerk, total_fen=100, elderly_fen=50, **given)
        actions.keep_lottery(by=clerk, total_fen=100, elderly_fen=61, **given)
        assert Lottery.objects.get().elderly_fen == 61
        with pytest.raises(UsageError, match="No more"):
            actions.keep_lottery(by=clerk, total_fen=100, elderly_fen=101, **given)


def test_a_zone_without_a_code_stands_apart_from_its_citys_own_projects(
    grant: Any, logged_in: Any, settings: Any
) -> None:
    settings.SECOND_FACTOR = False
    user = grant("爱华", "city_officer", DAZHOU)
    by = scope(user)
    entered(by, "市老年养护院", area_code=DAZHOU, unit="市民政局", places=300)
    entered(by, "麻柳中心", area_code=DAZHOU, unit="达州东部经开区管委会", place="达川区", places=200)
    entered(by, "周家中心", places=100)
    browser = logged_in(user)
    page = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", browser.get(reverse("planning:board")).content.decode()))
    assert re.search(r"达州东部经开区（没有区划代码） \S+ 1 0 \d 200", page)
    assert re.search(r"达州市本级 \S+ 1 0 \d 300", page)
    assert "达州东部经开区" in browser.get(reverse("planning:projects")).content.decode()
