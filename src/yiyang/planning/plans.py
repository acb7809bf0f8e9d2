"""Plans that come with the product (`policy/plans/`): projects and tasks of the documents it was made from."""

from __future__ import annotations

from pathlib import Path

from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.lists import documents
from yiyang.catalog.loader import Problems
from yiyang.catalog.plan_schema import PlanContent, PlannedProject, PlannedTask
from yiyang.planning.departments import department_of
from yiyang.planning.project_actions import NewProject
from yiyang.planning.task_actions import NewTask

FOLDER = "plans"
# Lies in the same folder and is read by `coherence.terms`.
OTHERS = ("terms.yaml",)
FEN_A_WAN = 1_000_000


def load_plans(policy: Path | None = None) -> dict[str, PlanContent]:
    """Document → what it plans. Raises PolicyError with every mistake, file and line."""
    known, problems, found = set(documents(policy)), Problems(), {}
    for path in sorted(((policy or policy_dir()) / FOLDER).glob("*.yaml")):
        if path.name in OTHERS:
            continue
        plan = loader.load(path, PlanContent)
        if plan.document not in known:
            zh = f"没有名为 {plan.document} 的文件"
            problems.add(path, ("document",), zh, f"no document is named {plan.document}")
        found[plan.document] = plan
    problems.raise_if_any()
    return found


def code_of(area: str) -> int:
    """A short code as twelve digits.

    >>> code_of("511724")
    511724000000
    """
    return int(area.ljust(12, "0"))


def new_project(plan: PlanContent, row: PlannedProject) -> NewProject:
    """A listed project as the platform keeps it; what is not asked from the centre has no source yet."""
    begin, _, end = row.years.partition("-")
    finished, central = int(end or begin), row.central_wan or 0
    money = {"central": central * FEN_A_WAN, "open": max(row.wan - central, 0) * FEN_A_WAN}
    return NewProject(
        area_code=code_of(row.area), kind=row.kind, title=row.title, year=row.year or finished, nature=row.nature,
        from_year=int(begin), to_year=finished, place=row.place, unit=row.unit, department=department_of(row.unit),
        places=row.places, money=money, origin="plan",
        sources=({"document": plan.document, "key": f"{row.kind}-{row.number}", "number": row.number},),
    )  # fmt: skip


def new_task(row: PlannedTask) -> NewTask:
    """A listed task as the platform keeps it."""
    return NewTask(
        number=row.number, title=row.title, lead=tuple((name, department_of(name)) for name in row.lead),
        part=tuple((name, department_of(name)) for name in row.part), local=row.local,
    )  # fmt: skip
