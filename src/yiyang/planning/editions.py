"""A document whose tasks and projects are there already, under another name: told, decided once, never doubled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from yiyang.access.scope import Scope, acting
from yiyang.areas.logic import span
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.catalog.lists import documents
from yiyang.planning.models import Correction, PlanFile, PlanTask, Project, Record
from yiyang.planning.sameness import Row, is_most, same_title, twins

KEEP = "plan.keep"


@dataclass(frozen=True)
class Before:
    """A document that a file seems to be a new edition of. `why`: one Chinese sentence."""

    slug: str
    title: str
    why: str


@dataclass
class Known:
    """What the platform has of a document: its tasks and projects by their keys."""

    tasks: dict[int, Row]
    projects: dict[int, Row]


def before(file: PlanFile) -> list[Before]:
    """Documents of the same area, in use under another name, that a file seems to be; none once that was decided."""
    if file.state != PlanFile.State.READ or not file.is_current:
        return []
    titles, tasks, projects = _titles(file), _rows(file, Record.Kind.TASK), _rows(file, Record.Kind.PROJECT)
    found = []
    for slug, known in _in_use(file).items():
        if slug not in file.apart and (why := _why(file, titles.get(slug, ""), tasks, projects, known)):
            found.append(Before(slug, titles.get(slug, slug), why))
    return found


def _why(file: PlanFile, title: str, tasks: list[Row], projects: list[Row], known: Known) -> str:
    same = (len(twins(tasks, known.tasks)), len(twins(projects, known.projects)))
    if title and same_title(file.title, title):
        return "标题相同"
    words = [
        f"{len(rows)} 个{word}中 {count} 个相同"
        for word, rows, count in (("任务", tasks, same[0]), ("项目", projects, same[1]))
        if count
    ]
    return "，".join(words) if is_most(sum(same), [*tasks, *projects]) else ""


def _titles(file: PlanFile) -> dict[str, str]:
    """Slug → title of the area's other documents: given ones, and those that came with the platform."""
    given = PlanFile.objects.filter(area_code=file.area_code, is_current=True).exclude(slug=file.slug)
    return {key: each.title for key, each in documents().items()} | dict(given.values_list("slug", "title"))


def _rows(file: PlanFile, kind: str) -> list[Row]:
    rows = Record.objects.filter(file=file, kind=kind).order_by("line", "id")
    return [(row.data.get("kind", ""), row.number, row.title) for row in rows]


def _in_use(file: PlanFile) -> dict[str, Known]:
    """Slug → tasks and projects, of other documents of the area; also of those that were only given."""
    found: defaultdict[str, Known] = defaultdict(lambda: Known({}, {}))
    for task in PlanTask.objects.filter(area_code=file.area_code):
        found[task.document].tasks[task.pk] = ("", task.number, task.title)
    for project in _projects(file.area_code):
        for source in project.sources:
            found[source["document"]].projects[project.pk] = (project.kind, source.get("number"), project.title)
    for slug in PlanFile.objects.filter(area_code=file.area_code, is_current=True).values_list("slug", flat=True):
        found[slug] = found[slug]
    return {slug: known for slug, known in found.items() if slug != file.slug}


def _projects(area_code: int) -> Iterable[Project]:
    low, high = span(area_code)
    rows: Iterable[Project] = Project.objects.filter(area_code__gte=low, area_code__lt=high).exclude(sources=[])
    return rows


def require_decided(file: PlanFile) -> None:
    """Raises UsageError while nobody has said whether a file is the new edition of another document."""
    open_ones = before(file)
    if open_ones:
        raise UsageError(
            f"这份文件看来是《{open_ones[0].title.strip('《》')}》的新版（{open_ones[0].why}）。请先说明是不是，以免重复登记。",
            "Say first whether it is a new edition of what is there.",
        )


def take_place(*, by: Scope, file: PlanFile, slug: str) -> tuple[int, int]:
    """A file is the new edition of a document: tasks and projects go on under it with all that was decided.

    Returns how many tasks and projects go on, and how many rows of the edition before the new one lacks.

    Raises:
        UsageError: it does not seem to be one. PermissionDenied.
    """
    by.require(KEEP, file.area_code)
    if slug not in {each.slug for each in before(file)}:
        raise UsageError("没有可以接续的文件。", "There is no such edition before.")
    with acting(by), transaction.atomic():
        known = _in_use(file)[slug]
        tasks = _take_tasks(file, slug)
        projects = _take_projects(file, known)
        _follow(file, slug)
        record("decide", what=f"plan_file:{file.pk}", area=file.area_code, detail={"edition_of": slug})
    file.refresh_from_db()
    return tasks + projects, len(lacking(file)) + len(known.projects) - projects


def lacking(file: PlanFile) -> list[PlanTask]:
    """Tasks that go on under a document though its edition in force has them no more."""
    numbers = set(Record.objects.filter(file=file, kind=Record.Kind.TASK).values_list("number", flat=True))
    if file.state != PlanFile.State.READ or not file.is_current or None in numbers:
        return []
    there = PlanTask.objects.filter(area_code=file.area_code, document=file.slug)
    return list(there.exclude(number__in=numbers).order_by("number"))


def _take_tasks(file: PlanFile, slug: str) -> int:
    """Tasks keep their number and all that was reported; they now stand in the file."""
    mine = PlanTask.objects.filter(area_code=file.area_code, document=file.slug).values("number")
    old = PlanTask.objects.filter(area_code=file.area_code, document=slug).exclude(number__in=mine)
    return int(old.update(document=file.slug))


def _take_projects(file: PlanFile, known: Known) -> int:
    """Projects learn that they stand in the file, too, by the key of its row, so that they are found there again."""
    records = list(Record.objects.filter(file=file, kind=Record.Kind.PROJECT).order_by("line", "id"))
    pairs = twins([(row.data["kind"], row.number, row.title) for row in records], known.projects)
    rows: dict[int, Any] = {row.pk: row for row in Project.objects.filter(pk__in=pairs.values())}
    for place, key in pairs.items():
        source = {"document": file.slug, "key": records[place].data["key"], "number": records[place].number}
        rows[key].sources = [*rows[key].sources, source]
    Project.objects.bulk_update(rows.values(), ["sources"])
    return len(pairs)


def _follow(file: PlanFile, slug: str) -> None:
    """The edition before steps back; what was decided about its doubts holds for the rows that are the same."""
    PlanFile.objects.filter(area_code=file.area_code, slug=slug).update(is_current=False)
    PlanFile.objects.filter(pk=file.pk).update(apart=[*file.apart, slug])
    mine = Correction.objects.filter(area_code=file.area_code, slug=file.slug).values_list("key", "field")
    taken = set(mine)
    for each in Correction.objects.filter(area_code=file.area_code, slug=slug):
        if (each.key, each.field) not in taken:
            Correction.objects.create(
                area_code=file.area_code, slug=file.slug, key=each.key, field=each.field, value=each.value,
                by_name=each.by_name,
            )  # fmt: skip


def keep_apart(*, by: Scope, file: PlanFile, slug: str) -> None:
    """A file is another document, however alike: not asked again. Raises PermissionDenied."""
    by.require(KEEP, file.area_code)
    with acting(by), transaction.atomic():
        PlanFile.objects.filter(pk=file.pk).update(apart=[*file.apart, slug])
        record("decide", what=f"plan_file:{file.pk}", area=file.area_code, detail={"apart_from": slug})
    file.refresh_from_db()
