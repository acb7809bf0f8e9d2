"""The plans that come with the product, and the demo made from them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from conftest import DAZHU
from yiyang.base.errors import PolicyError
from yiyang.planning import demo, plans
from yiyang.planning.models import Estate, Payment, PlanTask, Project, ProjectStep

TODAY = date(2026, 11, 23)


def test_every_project_and_task_of_the_documents_is_there() -> None:
    found = plans.load_plans()
    projects = Counter((slug, row.kind) for slug, plan in found.items() for row in plan.projects)
    assert projects == {
        ("dazhou_1l1s", "elderly"): 28, ("dazhou_1l1s", "childcare"): 77, ("dazhu_plan_14th", "elderly"): 3,
    }  # fmt: skip
    tasks = {slug: len(plan.tasks) for slug, plan in found.items() if plan.tasks}
    assert tasks == {"dazhou_1l1s": 52, "dazhou_24_tasks": 24, "jingdezhen_17_tasks": 17, "tongliang_20_tasks": 20}


def test_beds_and_money_are_those_of_the_documents_totals() -> None:
    rows = [row for row in plans.load_plans()["dazhou_1l1s"].projects if row.kind == "elderly"]
    assert (sum(row.places for row in rows), sum(row.wan for row in rows)) == (6220, 152_370)
    young = [row for row in plans.load_plans()["dazhou_1l1s"].projects if row.kind == "childcare"]
    assert (sum(row.places for row in young), sum(row.wan for row in young)) == (6860, 56_584)


def test_tasks_are_numbered_without_gap() -> None:
    for plan in plans.load_plans().values():
        assert [task.number for task in plan.tasks] == list(range(1, len(plan.tasks) + 1))


def test_a_plan_of_an_unknown_document_is_refused_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "sources").mkdir()
    (tmp_path / "plans" / "x.yaml").write_text('document: nobody_wrote\narea: "511724"\n', encoding="utf-8")
    with pytest.raises(PolicyError, match=r"x\.yaml:1.*nobody_wrote"):
        plans.load_plans(tmp_path)


@pytest.mark.django_db
def test_the_demo_has_projects_in_many_stages_and_never_in_the_future(as_platform: None) -> None:
    demo.make(DAZHU, TODAY)
    stages = Counter(Project.objects.values_list("stage", flat=True))
    assert len(stages) >= 4
    assert not ProjectStep.objects.filter(on__gt=TODAY, stage__in=("building", "operating")).exists()
    assert not Payment.objects.filter(on__gt=TODAY).exists()
    assert Project.objects.filter(is_synthetic=False).count() == 0
    assert PlanTask.objects.count() == 76
    assert Estate.objects.count() == 4
