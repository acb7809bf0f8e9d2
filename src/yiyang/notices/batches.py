"""Batches of notices: ordered for an area, made by the worker within the orderer's scope, sealed, fetched, answered.

What a batch takes is marked at once and belongs to it: two batches at a time take different notices, and after a
killed worker the next attempt finds its own again. A notice counts as handed over when the file lies there whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone

from yiyang.access.ranges import Ranges
from yiyang.access.scope import Scope, platform
from yiyang.access.sealed_files import open_file, seal_file
from yiyang.accounts.jobs import scope_of_job
from yiyang.areas.logic import span
from yiyang.audit.record import record, work
from yiyang.base.errors import UsageError
from yiyang.notices import gateway
from yiyang.notices.backends import Addressed, Handed, backend_of
from yiyang.notices.models import Batch, Notice
from yiyang.registry import store
from yiyang.registry.models import Person

State, Channel = Batch.State, Notice.Channel
RIGHT = "notice.dispatch"


def order(*, by: Scope, area: int, channel: str) -> Batch:
    """Order a batch of what waits in an area, and the job that makes it.

    Raises:
        UsageError: nothing waits there, or the channel needs no batches. PermissionDenied: not the whole area is his.
    """
    backend_of(channel)
    if not by.where(RIGHT).covers(Ranges.of([span(area)])):
        raise PermissionDenied(RIGHT)
    if not waiting(area, channel).exists():
        raise UsageError("这里没有待发送的告知。", "Nothing waits there.")
    made = Batch.objects.create(area_code=area, channel=channel, ordered_by=by.user or 0, ordered_by_name=by.name)
    _note(made, {"act": "ordered"})
    from yiyang.notices import tasks

    job = tasks.make_batch.configure(lock=f"batch:{made.pk}", queueing_lock=f"batch:{made.pk}")
    job.defer(batch=made.pk, user=by.user, request=by.request)
    return made


def waiting(area: int, channel: str) -> QuerySet[Notice]:
    """What waits in an area by a channel and is in no batch, within the scope in force."""
    low, high = span(area)
    rows: QuerySet[Notice] = Notice.objects.filter(state=Notice.State.WAITING, channel=channel, batch=None)
    return rows.filter(area_code__gte=low, area_code__lt=high)


def make(batch: int, user: int | None, request: str) -> None:
    """What the worker does. Again after a kill: the same notices, the same file."""
    scope = scope_of_job(user, request)
    with work(scope):
        found = Batch.objects.filter(pk=batch, state__in=(State.WAITING, State.RUNNING)).first()
        if found is None:
            return
        if not scope.where(RIGHT).covers(Ranges.of([span(found.area_code)])):
            raise PermissionDenied(RIGHT)
        _take(found)
    path, handed = _path(found), Handed()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    seal_file(_blocks(scope, found, handed), path, _label(found))
    with work(scope):
        _finish(found, path, handed)


def _blocks(scope: Scope, batch: Batch, handed: Handed) -> Iterator[bytes]:
    """The file block by block, each within a short transaction of the orderer's scope."""

    def told(done: int) -> None:
        Batch.objects.filter(pk=batch.pk).update(done=done)

    with work(scope):
        rows = _addressed(Notice.objects.filter(batch=batch).order_by("area_code", "pk"))
        made = iter(backend_of(batch.channel).make(rows, reference(batch), told, handed))
    while True:
        with work(scope):
            block = next(made, None)
        if block is None:
            return
        yield block


def _take(batch: Batch) -> None:
    """The oldest that wait become the batch's, as many as fit."""
    mine = Notice.objects.filter(batch=batch).count()
    chosen = waiting(batch.area_code, batch.channel).order_by("area_code", "pk").select_for_update(skip_locked=True)
    keys = list(chosen.values_list("pk", flat=True)[: 0 if mine else backend_of(batch.channel).most])
    taken = Notice.objects.filter(pk__in=keys).update(batch=batch) or mine
    Batch.objects.filter(pk=batch.pk).update(state=State.RUNNING, count=taken)


def _addressed(notices: Iterable[Notice]) -> list[Addressed]:
    rows = list(notices)
    people = Person.objects.in_bulk([each.person for each in rows])
    return [Addressed(each, people.get(each.person)) for each in rows]


# The number to which it went, kept as it lies on file: sealed.
NUMBERS = (
    "UPDATE notices_notice AS n SET phone = p.phone FROM registry_person AS p WHERE n.batch_id = %s AND p.id = n.person"
)


def _finish(batch: Batch, path: Path, handed: Handed) -> None:
    now, rows = timezone.now(), Notice.objects.filter(batch=batch, state=Notice.State.WAITING)
    for reason in set(handed.failed.values()):
        keys = [key for key, why in handed.failed.items() if why == reason]
        rows.filter(pk__in=keys).update(state=Notice.State.FAILED, problem=reason)
    rows.update(state=backend_of(batch.channel).handed, sent_at=now)
    if batch.channel == Channel.SMS:
        store.execute(NUMBERS, [batch.pk])
        write_instead(batch)
    where = str(path.relative_to(settings.DATA))
    count = Notice.objects.filter(batch=batch).count()
    Batch.objects.filter(pk=batch.pk).update(state=State.READY, file=where, ready_at=now, count=count, done=count)
    _note(batch, {"act": "made", "notices": count, "failed": len(handed.failed)})


# Whom a text message did not reach is told by letter; once, as everything.
INSTEAD = """
INSERT INTO notices_notice (person, area_code, channel, template, template_version, about, data, state, problem,
                            made_at)
SELECT n.person, n.area_code, 'letter', n.template, n.template_version, n.about, n.data, 'waiting', '', now()
FROM notices_notice AS n JOIN notices_wording AS w ON (w.template, w.version) = (n.template, n.template_version)
WHERE n.batch_id = %s AND n.channel = 'sms' AND n.state = 'failed' AND w.body->>'letter' <> 'never'
  AND NOT EXISTS (SELECT 1 FROM notices_optout AS o WHERE o.person = n.person AND o.channel = 'letter')
ON CONFLICT (person, channel, template, about) DO NOTHING
"""


def write_instead(batch: Batch) -> int:
    """A letter for each text message of a batch that failed; returns how many are new."""
    return store.execute(INSTEAD, [batch.pk])


def fail(batch: int, problem: str, request: str) -> None:
    """Say why a batch could not be made; its notices wait again."""
    with work(platform("告知批次", request)):
        if Batch.objects.filter(pk=batch).exclude(state=State.READY).update(state=State.FAILED, problem=problem[:200]):
            Notice.objects.filter(batch=batch, state=Notice.State.WAITING).update(batch=None)


def content(*, by: Scope, batch: Batch) -> Iterator[bytes]:
    """Hand out a batch's file, and note it.

    Raises:
        PermissionDenied: its area is not wholly his. UsageError: not ready.
    """
    _require(by, batch)
    path = Path(settings.DATA) / batch.file
    if batch.state != State.READY or not path.is_file():
        raise UsageError("这个批次还不能下载。", "The batch is not ready.")
    _note(batch, {"act": "downloaded", "notices": batch.count})
    return open_file(path, _label(batch))


def read_results(*, by: Scope, batch: Batch, file: bytes) -> tuple[int, int]:
    """What the gateway says of a batch: how many arrived and how many did not; those get a letter.

    Raises:
        UsageError: the file cannot be read, or names notices of another batch. PermissionDenied.
    """
    _require(by, batch)
    found = list(gateway.results(file))
    mine = set(Notice.objects.filter(batch=batch, pk__in=[key for key, *_ in found]).values_list("pk", flat=True))
    if strange := [key for key, *_ in found if key not in mine]:
        raise UsageError(
            f"回执中有 {len(strange)} 个编号不属于这个批次，例如 N{strange[0]}。",
            f"{len(strange)} references do not belong to this batch, such as N{strange[0]}.",
        )
    return settle(by=by, batch=batch, outcome={key: (is_good, why) for key, is_good, why in found})


def settle(*, by: Scope, batch: Batch, outcome: dict[int, tuple[bool, str]]) -> tuple[int, int]:
    """Mark notices of a batch as arrived or not; how many of each. Raises PermissionDenied."""
    _require(by, batch)
    rows = Notice.objects.filter(batch=batch).exclude(state=Notice.State.WAITING)
    good = rows.filter(pk__in=[key for key, (is_good, _) in outcome.items() if is_good])
    arrived = good.update(state=Notice.State.SENT, problem="")
    missed = 0
    for why in {why for is_good, why in outcome.values() if not is_good}:
        keys = [key for key, (is_good, reason) in outcome.items() if not is_good and reason == why]
        missed += rows.filter(pk__in=keys).update(state=Notice.State.FAILED, problem=why or "未送达")
    letters = write_instead(batch)
    _note(batch, {"act": "settled", "arrived": arrived, "failed": missed, "letters": letters})
    return arrived, missed


def delivered(*, by: Scope, batch: Batch) -> int:
    """All letters of a batch were handed over at the door; those marked before stay. Raises PermissionDenied."""
    _require(by, batch)
    rows = Notice.objects.filter(batch=batch, state__in=(Notice.State.PRINTED, Notice.State.HANDED_OVER))
    arrived = rows.update(state=Notice.State.SENT)
    _note(batch, {"act": "delivered", "arrived": arrived})
    return int(arrived)


def reference(batch: Batch) -> str:
    """The number of a batch on paper and in file names."""
    return f"P{batch.pk}"


def _require(by: Scope, batch: Batch) -> None:
    if not by.where(RIGHT).covers(Ranges.of([span(batch.area_code)])):
        raise PermissionDenied(RIGHT)


def _path(batch: Batch) -> Path:
    return Path(settings.DATA) / "notices" / "batches" / f"{batch.pk}.sealed"


def _label(batch: Batch) -> str:
    return f"notices:{batch.pk}"


def sealed_files(data: Path) -> Iterator[tuple[Path, str]]:
    """Every sealed file of this room, with its label: for a rotation of keys (`SEALED_FILES`)."""
    for path in sorted((data / "notices" / "batches").glob("*.sealed")):
        yield path, f"notices:{path.stem}"


def _note(batch: Batch, detail: dict[str, object]) -> None:
    way = {"way": batch.channel}
    record("export", what=f"notices:batch:{batch.pk}", area=batch.area_code, detail=way | detail)
