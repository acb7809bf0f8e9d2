"""Lists taken out: ordered with a reason, made by the worker within the orderer's scope, fetched by him alone.

The scope is the orderer's as it is when the worker comes to it, narrowed to where he worked when he ordered: a right
that was taken away meanwhile takes nothing out. A killed worker leaves a folder that the next attempt clears.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.module_loading import import_string

from yiyang.access import sheets
from yiyang.access.ranges import NO_AREA, Ranges
from yiyang.access.scope import Scope, platform
from yiyang.access.sealed_files import open_file, seal_file
from yiyang.accounts.jobs import scope_of_job
from yiyang.areas import logic as areas
from yiyang.audit.record import record, work
from yiyang.base.errors import UsageError
from yiyang.kit.listing import Column, Table
from yiyang.kit.wording import day as said_day
from yiyang.registry.models import Export

State = Export.State
KEPT = timedelta(days=7)
PORTION = 5_000
FORMATS = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}


@dataclass(frozen=True)
class Kind:
    """A list that can be taken out: its title, the right it needs, and how a request becomes the list."""

    title: str
    right: str
    table: Callable[[HttpRequest], Table]


def kind_of(slug: str) -> Kind | None:
    """The list of that name in the table EXPORTS of the settings; None where there is none."""
    found = settings.EXPORTS.get(slug)
    return Kind(found[0], found[1], import_string(found[2])) if found else None


def title_of(slug: str) -> str:
    """What a list is called; its slug where the table no longer has it."""
    return settings.EXPORTS.get(slug, (slug,))[0]


def _kind(export: Export) -> Kind:
    known = kind_of(export.kind)
    if known is None:
        raise UsageError("没有这种名单。", f"There is no list {export.kind}.")
    return known


def order(
    *, by: Scope, kind: str, filters: Mapping[str, str], columns: Sequence[str], format: str, reason: str
) -> Export:
    """Order a list of what the filters leave, and the job that makes it.

    Raises:
        UsageError: no such list, format or column, or no reason. PermissionDenied: he may not take it out.
    """
    known = kind_of(kind)
    if known is None or format not in FORMATS:
        raise UsageError("没有这种名单或格式。", "There is no such list or format.")
    by.require(known.right)
    if not reason.strip():
        raise UsageError("导出须写明理由。", "An export needs a reason.")
    within = by.where(known.right)
    keys = {column.key for column in known.table(_request({})).columns}
    made = Export.objects.create(
        kind=kind,
        filters={"filters": dict(filters), "within": [list(span) for span in within.spans]},
        columns=[key for key in columns if key in keys],
        format=format,
        reason=reason.strip()[:400],
        ordered_by=by.user or 0,
        ordered_by_name=by.name,
    )
    _note(made, reason, {"act": "ordered", "filters": sorted(filters), "columns": made.columns})
    from yiyang.registry import tasks_exports

    job = tasks_exports.make_export.configure(lock=f"export:{made.pk}", queueing_lock=f"export:{made.pk}")
    job.defer(export=made.pk, user=by.user, request=by.request)
    return made


def make(export: int, user: int, request: str) -> None:
    """What the worker does: the list as a sealed file, whole or not at all; after a killed worker all over again."""
    scope = scope_of_job(user, request)
    with work(scope):
        if not Export.objects.filter(pk=export, state__in=(State.WAITING, State.RUNNING)).update(state=State.RUNNING):
            return
        made = Export.objects.get(pk=export)
    narrow = _narrowed(scope, made)
    folder = Path(settings.DATA) / "exports" / str(export)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    plain, sealed = folder / f"list.{made.format}", folder / "list.sealed"
    rows = _write(narrow, made, plain)
    with plain.open("rb") as file:
        seal_file(iter(lambda: file.read(1 << 20), b""), sealed, f"export:{export}")
    plain.unlink()
    with work(scope):
        where = str(sealed.relative_to(settings.DATA))
        ready = {"state": State.READY, "rows": rows, "file": where, "ready_at": timezone.now()}
        if Export.objects.filter(pk=export, state=State.RUNNING).update(**ready):
            _note(made, made.reason, {"act": "made", "rows": rows})


def fail(export: int, problem: str, request: str) -> None:
    """Say why a list could not be made."""
    with work(platform("导出", request)):
        Export.objects.filter(pk=export).exclude(state=State.READY).update(state=State.FAILED, problem=problem[:400])
    shutil.rmtree(Path(settings.DATA) / "exports" / str(export), ignore_errors=True)


def content(*, by: Scope, export: Export) -> Iterator[bytes]:
    """Hand a list to the one who ordered it, and note it.

    Raises:
        PermissionDenied: somebody else's, or its people lie no longer where he may take lists out.
        UsageError: not ready, or expired.
    """
    if export.ordered_by != by.user:
        raise PermissionDenied("export")
    right = _kind(export).right
    # The whole scope: working in one area for a while takes nothing away for good.
    if not scope_of_job(by.user, by.request).where(right).covers(within(export)):
        raise PermissionDenied(right)
    path = Path(settings.DATA) / export.file
    if export.state != State.READY or expires(export) < timezone.now() or not path.is_file():
        raise UsageError("这份名单还不能下载，或已过期。", "The list is not ready, or it has expired.")
    _note(export, export.reason, {"act": "downloaded", "rows": export.rows})
    return open_file(path, f"export:{export.pk}")


def expire() -> int:
    """Remove lists that have lain for a week; returns how many."""
    old = Export.objects.filter(ready_at__lt=timezone.now() - KEPT, state=State.READY)
    keys = list(old.values_list("pk", flat=True))
    for key in keys:
        shutil.rmtree(Path(settings.DATA) / "exports" / str(key), ignore_errors=True)
    return Export.objects.filter(pk__in=keys).update(state=State.EXPIRED, file="")


def within(export: Export) -> Ranges:
    """Where the orderer might take lists out when he ordered."""
    return Ranges.of((low, high) for low, high in export.filters.get("within", []))


def expires(export: Export) -> Any:
    """Until when it can be fetched."""
    return (export.ready_at or timezone.now()) + KEPT


def _narrowed(scope: Scope, export: Export) -> Scope:
    """The scope in which rows are read: people where he may take them out now, and where he worked when he ordered."""
    right = _kind(export).right
    scope.require(right)
    people = scope.people & scope.where(right) & within(export)
    return replace(scope, rights={**scope.rights, "person.read": people})


def _write(scope: Scope, export: Export, path: Path) -> int:
    """In portions, each a short transaction; the keys are chosen at once, so that nobody is missed or doubled."""
    with work(scope):
        table = _kind(export).table(_request(export.filters["filters"]))
        keys = list(table.rows.order_by("area_code", "pk").values_list("pk", flat=True))
        if table.problems:
            raise UsageError("筛选条件不能用。", "The filters cannot be applied.")
    chosen = [column for column in table.columns if not export.columns or column.key in export.columns]
    heads = [sheets.Column(column.title, "integer" if column.kind == "number" else "text") for column in chosen]
    with sheets.opened(path, heads, _mark(scope, export)) as sheet:
        for start in range(0, len(keys), PORTION):
            with work(scope):
                found = table.base.in_bulk(keys[start : start + PORTION])
                rows = [found[key] for key in keys[start : start + PORTION] if key in found]
                sheet.write([_cell(column, row) for column in chosen] for row in rows)
                Export.objects.filter(pk=export.pk).update(rows=sheet.count)
    return sheet.count


def _cell(column: Column, row: Any) -> sheets.Cell:
    value = column.of(row)
    if value in (None, ""):
        return ""
    if column.kind == "area":
        return "未落区划" if value == NO_AREA else areas.full_name(int(value))
    if column.kind == "state":
        return column.word(row) or str(value)
    if column.kind == "sex":
        return {0: "男", 1: "女"}.get(value, "")
    if column.kind == "when":
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return said_day(value) if column.kind == "day" else value if column.kind == "number" else str(value)


def _mark(scope: Scope, export: Export) -> sheets.Mark:
    names = "、".join("未落区划" if low == NO_AREA else areas.name(low) for low, _ in within(export).spans)
    return sheets.Mark(scope.name, timezone.localtime(), names[:60], f"E{export.pk}")


def _request(filters: Mapping[str, str]) -> HttpRequest:
    """A list is declared for a request; the worker has none but the filters."""
    request = HttpRequest()
    request.GET = QueryDict(urlencode(filters))
    return request


def _note(export: Export, reason: str, detail: dict[str, Any]) -> None:
    spans = within(export).spans
    record("export", what=f"export:{export.pk}", area=spans[0][0] if spans else NO_AREA, reason=reason, detail=detail)
