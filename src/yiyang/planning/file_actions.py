"""The only code that writes documents, what was read in them, and what was decided about it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from yiyang.access.scope import Scope, acting
from yiyang.areas.logic import level, span
from yiyang.areas.models import Area
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.planning import editions, files, laying, records
from yiyang.planning.coherence import Finding as Found
from yiyang.planning.coherence import check
from yiyang.planning.models import Correction, Doubt, Finding, PlanFile, Record
from yiyang.planning.project_actions import NewProject, take_over
from yiyang.planning.reading import SUFFIXES, read
from yiyang.planning.task_actions import NewTask, divide

KEEP = "plan.keep"
LEVELS = ("province", "city", "county", "town")
# What a document is called until its title is known, and after it was taken out of use.
NEW, OLD = "new-", "old-"
# The key of a correction that was taken back.
WITHDRAWN = "withdrawn-"
State = PlanFile.State


def give(*, by: Scope, area_code: int, name: str, blocks: Iterable[bytes]) -> PlanFile:
    """Take a document in; a worker reads it. The same content again is the file that is there, in use again.

    Raises:
        UsageError: no such area, a format that is not read, empty or too large. PermissionDenied.
    """
    by.require(KEEP, area_code)
    if level(area_code) not in LEVELS or not Area.objects.filter(code=area_code).exists():
        raise UsageError("请选择文件所属的区划（省、市、县或乡镇）。", "Name the area the document is for.")
    if not files.is_readable(name):
        known = "、".join(SUFFIXES)
        raise UsageError(f"只能读取 {known} 文件；其他格式请先另存为其中一种。", f"Only {known} can be read.")
    data = files.taken(blocks)
    digest = hashlib.sha256(data).hexdigest()
    with acting(by), transaction.atomic():
        values = {"slug": f"{NEW}{digest[:12]}", "name": name[-200:], "size": len(data), "given_by_name": by.name}
        made: PlanFile
        made, is_new = PlanFile.objects.get_or_create(area_code=area_code, sha256=digest, defaults=values)
        if not is_new:
            if made.slug.startswith(OLD):
                again(by=by, file=made)
                made.refresh_from_db()
            return made
        files.put(made, data)
        record("write", what=f"plan_file:{made.pk}", area=area_code, detail={"bytes": len(data)})
        enqueue(made, by)
    return made


def enqueue(file: PlanFile, by: Scope) -> None:
    """Have a worker read it; one that waits already will do."""
    from yiyang.planning import tasks

    with suppress(AlreadyEnqueued), transaction.atomic():
        job = tasks.read_plan.configure(queueing_lock=f"read_plan:{file.pk}", lock=_one_at_a_time(file.area_code))
        job.defer(file=file.pk, request=by.request)


def _one_at_a_time(area_code: int) -> str:
    """Two editions of one document read at once would both hold themselves for the one in force."""
    return f"yiyang.plans.{_province(area_code)[0]}"


def again(*, by: Scope, file: PlanFile) -> None:
    """Read a document once more; one that was taken out of use is in use again. Raises PermissionDenied."""
    by.require(KEEP, file.area_code)
    with acting(by), transaction.atomic():
        mine = PlanFile.objects.filter(pk=file.pk)
        # Its title, not the name that it has while out of use, says whose edition it is.
        mine.filter(slug__startswith=OLD).update(slug=f"{NEW}{file.sha256[:12]}")
        mine.update(state=State.WAITING, problem="")
        enqueue(file, by)


def fail(*, by: Scope, file: PlanFile) -> None:
    """Note that reading broke in a way that nobody foresaw. `by` is the platform."""
    with acting(by), transaction.atomic():
        PlanFile.objects.filter(pk=file.pk).update(
            state=State.FAILED, problem="读取时程序出错，已记入系统日志。可点“重新读取”；仍不行，请联系系统管理员。"
        )


def read_file(*, by: Scope, file: PlanFile) -> PlanFile:
    """Read a document now and lay out what it says; an earlier edition of the same title steps back.

    A file that cannot be read says why and keeps nothing. `by` is the platform.
    """
    try:
        document = _document(by, file)
    except UsageError as problem:
        # The reader calls it by what the platform calls it; whoever gave it knows the file's name.
        told = problem.zh.replace(file.slug, file.name)[:1000]
        with acting(by), transaction.atomic():
            PlanFile.objects.filter(pk=file.pk).update(state=State.FAILED, problem=told)
        file.refresh_from_db()
        return file
    with acting(by), transaction.atomic():
        _lay(file, document)
    file.refresh_from_db()
    return file


def _document(by: Scope, file: PlanFile) -> records.Document:
    """The document with what people decided about its doubts."""
    with acting(by):
        slug = file.slug
        if slug.startswith(NEW):
            slug = slug_of(file.area_code, _title(read(files.content(file), slug, file.area_code)) or file.name)
        known = Correction.objects.filter(area_code=file.area_code, slug=slug)
        decided = [records.Correction(each.key, each.field, each.value) for each in known]
        return read(files.content(file), slug, file.area_code, decided)


def _title(document: records.Document) -> str:
    """The document's own title. A table's caption is none: other documents have such tables, too."""
    captions = {table.caption for table in document.tables}
    return "" if document.title in captions else document.title


def slug_of(area_code: int, title: str) -> str:
    """What a document is called: its area and title, so that its next edition is called the same."""
    digest = hashlib.sha256("".join(title.split()).encode()).hexdigest()[:8]
    return f"{str(area_code).zfill(12)[:6]}-{digest}"


def _lay(file: PlanFile, document: records.Document) -> None:
    others = PlanFile.objects.filter(area_code=file.area_code, slug=document.slug).exclude(pk=file.pk)
    is_current = not others.filter(given_at__gt=file.given_at, state=State.READ).exists()
    if is_current:
        others.update(is_current=False)
    counts = laying.lay(file, document)
    PlanFile.objects.filter(pk=file.pk).update(
        slug=document.slug, title=document.title[:200], issued=document.issued, is_current=is_current,
        state=State.READ, counts=counts, problem="", read_at=timezone.now(),
    )  # fmt: skip


def recheck(*, by: Scope, area_code: int) -> int:
    """Check all current documents of a province's worth of areas with this one; returns how many findings are open.

    What was decided about a finding stays; what is not found any more is marked gone.
    """
    low, high = _province(area_code)
    with acting(by), transaction.atomic():
        with connection.cursor() as cursor:
            # Two documents read at once: the second check sees the first's findings.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"yiyang.plan_findings.{low}"])
        here = PlanFile.objects.filter(area_code__gte=low, area_code__lt=high, state=State.READ, is_current=True)
        documents = [_document(by, file) for file in here.order_by("id")]
        found = {each.key: each for each in check(documents).findings}
        areas = {document.slug: document.area for document in documents}
        _keep_findings(found, areas, low, high)
        return Finding.objects.filter(
            area_code__gte=low, area_code__lt=high, is_gone=False, state=Finding.State.OPEN
        ).count()


def _province(area_code: int) -> tuple[int, int]:
    return span(area_code - area_code % 10**10) if area_code >= 10**10 else span(area_code)


def _keep_findings(found: Mapping[str, Found], areas: Mapping[str, int | None], low: int, high: int) -> None:
    there = {each.key: each for each in Finding.objects.filter(area_code__gte=low, area_code__lt=high)}
    for key, each in found.items():
        values = laying.finding_values(each, areas)
        known = there.get(key)
        if known is None:
            Finding.objects.create(key=key, **values)
            continue
        changed = {name: value for name, value in values.items() if getattr(known, name) != value}
        if changed or known.is_gone:
            Finding.objects.filter(pk=known.pk).update(is_gone=False, **changed)
    gone = [each.pk for key, each in there.items() if key not in found and not each.is_gone]
    Finding.objects.filter(pk__in=gone).update(is_gone=True)


def decide(*, by: Scope, finding: Finding, state: str, reason: str = "") -> None:
    """Confirm, dismiss with a reason, note as mended, or open again. Raises UsageError, PermissionDenied."""
    by.require(KEEP, finding.area_code)
    if state not in Finding.State.values:
        raise UsageError("没有这种处理。", "There is no such state.")
    if state == Finding.State.DISMISSED and not reason.strip():
        raise UsageError("排除请写明理由。", "Dismissing needs a reason.")
    with acting(by), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(
            state=state, reason=reason.strip()[:400], decided_by_name=by.name, decided_at=timezone.now()
        )
        record("decide", what=f"plan_finding:{finding.pk}", area=finding.area_code, detail={"state": state})
    finding.refresh_from_db()


def correct(*, by: Scope, file: PlanFile, key: str, field: str, value: str) -> None:
    """Decide about a field of a row: remembered for this and later editions. The document is laid out anew.

    Raises:
        UsageError: the value cannot be what the field needs. PermissionDenied.
    """
    by.require(KEEP, file.area_code)
    _require_read(file)
    with acting(by), transaction.atomic():
        values = {"value": value.strip()[:400], "by_name": by.name}
        Correction.objects.update_or_create(
            area_code=file.area_code, slug=file.slug, key=key, field=field, defaults=values
        )
        # Read here and now: a value that the field cannot have is refused and nothing is kept.
        _lay(file, _document(by, file))
        record("write", what=f"plan_file:{file.pk}", area=file.area_code, detail={"field": field})
        # It is laid out anew already; only what contradicts is to be looked for again.
        enqueue_check(file.area_code, by)
    file.refresh_from_db()


def withdraw(*, by: Scope, file: PlanFile, key: str, field: str) -> None:
    """Take back what was decided about a field: it is read as before, and doubted again. Raises PermissionDenied."""
    by.require(KEEP, file.area_code)
    _require_read(file)
    with acting(by), transaction.atomic():
        mine = Correction.objects.filter(area_code=file.area_code, slug=file.slug, key=key, field=field)
        # What was decided is never deleted: under another key it is no row's any more.
        mine.update(key=Concat(Value(WITHDRAWN), Cast("pk", CharField())), by_name=by.name)
        _lay(file, _document(by, file))
        record("write", what=f"plan_file:{file.pk}", area=file.area_code, detail={"field": field, "withdrawn": True})
        enqueue_check(file.area_code, by)
    file.refresh_from_db()


def projects_of(file: PlanFile) -> list[NewProject]:
    """The projects that a document lists, as the platform keeps them."""
    return [laying.new_project(file, each.data) for each in _records(file, Record.Kind.PROJECT)]


def take_projects(*, by: Scope, file: PlanFile) -> tuple[int, int]:
    """Take a document's projects over: how many are new, how many were there. Raises UsageError, PermissionDenied."""
    _require_read(file)
    editions.require_decided(file)
    return take_over(by=by, rows=projects_of(file))


def take_tasks(*, by: Scope, file: PlanFile) -> tuple[int, int]:
    """Take a document's tasks over: how many are new, how many were there. Raises UsageError, PermissionDenied."""
    _require_read(file)
    editions.require_decided(file)
    tasks: Sequence[NewTask] = [laying.new_task(each.data) for each in _records(file, Record.Kind.TASK)]
    return divide(by=by, area_code=file.area_code, document=file.slug, tasks=tasks)


def _records(file: PlanFile, kind: str) -> Any:
    return Record.objects.filter(file=file, kind=kind).order_by("line", "id")


def _require_read(file: PlanFile) -> None:
    if file.state != State.READ:
        raise UsageError("文件还没有读取完成。", "The document has not been read yet.")
    if file.slug.startswith(OLD):
        raise UsageError("文件已停用；要用它，请先重新读取。", "The document is out of use: have it read again first.")


def drop(*, by: Scope, file: PlanFile) -> None:
    """Take a document out of use: what was read in it is removed, its text stays sealed.

    The edition before it counts again. Raises PermissionDenied.
    """
    if not by.may(KEEP, file.area_code):
        raise PermissionDenied(KEEP)
    with acting(by), transaction.atomic():
        Record.objects.filter(file=file).delete()
        Doubt.objects.filter(file=file).delete()
        PlanFile.objects.filter(pk=file.pk).update(is_current=False, counts={}, slug=f"{OLD}{file.pk}")
        if file.is_current:
            _step_back(file)
        record("write", what=f"plan_file:{file.pk}", area=file.area_code, detail={"dropped": True})
        enqueue_check(file.area_code, by)


def _step_back(file: PlanFile) -> None:
    before = PlanFile.objects.filter(area_code=file.area_code, slug=file.slug, state=State.READ).exclude(pk=file.pk)
    last = before.order_by("-given_at").first()
    if last is not None:
        PlanFile.objects.filter(pk=last.pk).update(is_current=True)


def enqueue_check(area_code: int, by: Scope) -> None:
    """Have a worker check the documents of a province again."""
    from yiyang.planning import tasks

    low = _province(area_code)[0]
    with suppress(AlreadyEnqueued), transaction.atomic():
        job = tasks.check_plans.configure(queueing_lock=f"check_plans:{low}", lock=_one_at_a_time(area_code))
        job.defer(area=area_code, request=by.request)
