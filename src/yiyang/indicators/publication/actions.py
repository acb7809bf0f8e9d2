"""From a table asked for to one published: ordered, made by the platform, decided by somebody else."""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from yiyang.access.scope import Scope, acting, platform
from yiyang.areas.logic import span
from yiyang.areas.names import full_name
from yiyang.audit.record import record
from yiyang.base.errors import UsageError, YiyangError
from yiyang.indicators import store
from yiyang.indicators.publication import files, keeping, measured, methods, source
from yiyang.indicators.publication.attack import Seen
from yiyang.indicators.publication.bundles import Bundle, bundle_of
from yiyang.indicators.publication.calendar import due_of, following
from yiyang.indicators.publication.models import ProtectedTable, PublishedTable
from yiyang.indicators.publication.opened import LICENCE, OPEN_STATES
from yiyang.indicators.publication.policy import load_publication
from yiyang.indicators.publication.protecting import Proof, Secured, check, protect, shape_of
from yiyang.indicators.publication.rules import Rules
from yiyang.indicators.publication.system import system_of
from yiyang.indicators.publication.tables import Table

RIGHT = "figure.publish"
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
State, Method = PublishedTable.State, PublishedTable.Method


@dataclass(frozen=True)
class Wanted:
    """A table that somebody asks for. `correction`: why the one in force is wrong; needed where there is one."""

    area: int
    month: str
    grouped: tuple[str, ...]
    rules: Rules = field(default_factory=Rules)
    correction: str = ""
    method: str = Method.HIDE
    base: int = 0
    epsilon: Decimal = Decimal(0)

    @property
    def slug(self) -> str:
        """Its address: what is counted by what, and how it is protected."""
        if self.grouped == (source.INDICATORS,):
            return source.INDICATORS
        return "_".join([source.UNIVERSE, *self.grouped]) + methods.SUFFIX[Method(self.method)]


def order(*, by: Scope, wanted: Wanted) -> PublishedTable:
    """Ask for a table; `tasks.make_publication` makes it.

    Errors: UsageError for a month to come, no groups, one under way, or a correction without a reason.
    """
    by.require(RIGHT, wanted.area)
    known = {*source.titles(), *([source.INDICATORS] if wanted.grouped == (source.INDICATORS,) else [])}
    if not MONTH.fullmatch(wanted.month) or wanted.month > f"{timezone.localdate():%Y-%m}":
        raise UsageError("月份应形如 2026-10，且不在将来。", "The month is like 2026-10, and not to come.")
    if not wanted.grouped or not set(wanted.grouped) <= known:
        raise UsageError("请至少选一种分组。", "Choose at least one grouping.")
    methods.require(wanted.method, wanted.area, wanted.month, wanted.grouped, wanted.base, wanted.epsilon)
    rows = PublishedTable.objects.filter(area_code=wanted.area, slug=wanted.slug, month=wanted.month)
    last = rows.filter(state__in=OPEN_STATES).order_by("-version").first()
    if last is not None and not wanted.correction.strip():
        raise UsageError("这个月已公开过这张表，更正须写明理由。", "It is published: a correction needs a reason.")
    try:
        with transaction.atomic():
            made: PublishedTable = PublishedTable.objects.create(
                area_code=wanted.area, month=wanted.month, slug=wanted.slug, grouped=list(wanted.grouped),
                title=_title(wanted), version=last.version + 1 if last else 1,
                least=wanted.rules.least, width=wanted.rules.width, zeros_hidden=wanted.rules.zeros == "hidden",
                correction=wanted.correction.strip()[:400], made_by=by.user, made_by_name=by.name,
                method=wanted.method, base=wanted.base, epsilon=wanted.epsilon,
            )  # fmt: skip
    except IntegrityError as error:
        raise UsageError("这张表正在制作或等待审批。", "This table is under way already.") from error
    record("decide", what=f"table:{made.pk}", area=made.area_code, detail={"act": "order", "slug": made.slug})
    return made


def _title(wanted: Wanted) -> str:
    grouped = wanted.grouped
    if source.INDICATORS in grouped:
        return measured.TITLE
    known = source.titles()
    words = "、".join(known[each] for each in grouped if each != source.ITEM)
    what = "享受服务情况" if source.ITEM in grouped else "人数"
    by = f"，按{words}分" if words else ""
    return f"{source.TITLE}{what}{by}{methods.WORDS[Method(wanted.method)]}"


def make(found: PublishedTable) -> None:
    """Count and protect. Within the platform's scope. Errors: UsageError, NotHidden, NotRounded, OverBudget."""
    start = time.monotonic()
    year, month = map(int, found.month.split("-"))
    on = date(year, month, calendar.monthrange(year, month)[1])
    bundle = bundle_of(found.area_code, on, found.grouped, slug=found.slug, title=found.title)
    if found.method == Method.HIDE:
        _hide(found, bundle)
    else:
        methods.make(found, bundle.tables[0], _about(found))
    found.is_synthetic, found.next_on, found.state = store.is_synthetic(), _next(found), State.READY
    found.seconds = round(time.monotonic() - start, 1)
    found.save()


def _hide(found: PublishedTable, bundle: Bundle) -> None:
    """Hide what must be, and prove it."""
    rules = Rules(found.least, found.width, "hidden" if found.zeros_hidden else "open")
    earlier = _apart(bundle.tables, beside(found))
    secured, proof = protect(bundle.tables, rules, earlier=[each for _, each in earlier])
    verdict = check(secured, proof, earlier=[each for _, each in earlier])
    if not verdict.holds:
        raise YiyangError("证明不成立。", "The proof does not hold.", verdict.problems)
    found.body = bundle.tell(secured, _about(found) | _hidden(rules))
    found.sha256 = files.sha256(found.body)
    found.cells, found.hidden = bundle.size, sum(each.hidden for each in secured)
    found.small = sum(int(each.sensitive.sum()) for each in secured)
    found.exposed, found.narrowest = sum(int(each.exposed.sum()) for each in secured), verdict.narrowest
    found.tables, found.beside = verdict.moves, _numbers(earlier)
    if found.slug != source.INDICATORS:
        methods.refuse_if_found(found, files.read_all(found.body), bundle.tables)
    body = keeping.to_bytes([*secured, *(each for _, each in earlier)], proof, len(earlier))
    ProtectedTable.objects.update_or_create(table=found, defaults={"body": body})


def beside(found: PublishedTable) -> list[tuple[str, Secured]]:
    """What was published of the same people: of this month, and of the month before; areas above and below too."""
    low, high = span(found.area_code)
    year, month = map(int, found.month.split("-"))
    near = [f"{(date(year, month, 15) + timedelta(days=30 * step)):%Y-%m}" for step in (-1, 0, 1)]
    kept = []
    rows = PublishedTable.objects.filter(state__in=OPEN_STATES, month__in=near, method=Method.HIDE)
    for each in rows.order_by("id"):
        mine = span(each.area_code)
        if mine[0] < high and low < mine[1]:
            body = ProtectedTable.objects.get(table=each).body
            kept += [(each.number, secured) for secured in keeping.from_bytes(bytes(body))[0]]
    return kept


def _numbers(kept: Sequence[tuple[str, Secured]]) -> list[str]:
    """Each publication once."""
    return list(dict.fromkeys(number for number, _ in kept))


def _apart(tables: Sequence[Table], earlier: list[tuple[str, Secured]]) -> list[tuple[str, Secured]]:
    """Tables of one month that were counted when something else was known stand as moments of their own."""
    found: list[tuple[str, Secured]] = []
    for place, number in enumerate(_numbers(earlier)):
        mine = [each for other, each in earlier if other == number]
        others = [*tables, *(other.table for _, other in found)]
        if not all(_agree(each.table, other) for each in mine for other in others):
            mine = [replace(each, table=replace(each.table, moment=f"{each.table.moment}~{place}")) for each in mine]
        found += [(number, each) for each in mine]
    return found


def _agree(one: Table, other: Table) -> bool:
    system = system_of([shape_of(one), shape_of(other)])
    both = system.gather([one.counts, other.counts])
    return bool((both[system.places[0]] == one.counts.reshape(-1)).all())


def _next(found: PublishedTable) -> date | None:
    """When the next period's is due by the calendar; None of what the calendar does not name."""
    for each in load_publication().calendar.values():
        if list(each.grouped) == list(found.grouped):
            return due_of(each, following(each.every, found.month))
    return None


def _about(found: PublishedTable) -> dict[str, object]:
    return {
        "number": found.number, "version": found.version, "area": f"{found.area_code:012d}",
        "publisher": f"{full_name(found.area_code)}民政部门", "licence": LICENCE, "correction": found.correction,
    }  # fmt: skip


def _hidden(rules: Rules) -> dict[str, object]:
    note = (
        f"“…”（JSON 中为 null）表示不公开：人数少于{rules.least}，或可由此推算出少于{rules.least}的数。"
        f"每个这样的小数，按公开的全部数字都至少可能多{rules.width}、少{rules.width}（不低于0）。"
    )
    return {"rules": asdict(rules), "note": note, "protection": {"method": "hide"} | asdict(rules)}


def publish(*, by: Scope, table: PublishedTable) -> None:
    """Let everybody read it. Errors: PermissionDenied; UsageError by its maker, or where the proof does not hold."""
    found = _ready(by, table)
    with acting(platform("公开前核对证明", by.request)):
        if found.method == Method.HIDE:
            _prove(found)
        else:
            methods.prove(found)
    changes = methods.release(by, found)
    PublishedTable.objects.filter(
        area_code=found.area_code, slug=found.slug, month=found.month, state=State.PUBLISHED
    ).update(state=State.REPLACED)
    _decide(by, found, State.PUBLISHED, "", **changes)


def _prove(found: PublishedTable) -> None:
    """The proof once more, against what was published since it was made."""
    new, earlier, proof = _kept(found)
    verdict = check(new, proof, earlier=earlier)
    if _numbers(beside(found)) != found.beside:
        raise UsageError("制作之后又公开了别的表，请重新制作。", "Other tables were published since: make it again.")
    told = files.read_all(found.body)
    same = len(told) == len(new) and all(_is_proved(one, each) for one, each in zip(told, new, strict=True))
    if not verdict.holds or not same or files.sha256(found.body) != found.sha256:
        raise UsageError("证明不成立，不能公开。", "The proof does not hold.", verdict.problems)


def _is_proved(told: Seen, secured: Secured) -> bool:
    """Whether nothing is told but what the proof allows; a cell that may be told need not be."""
    return bool(
        told.shown.shape == secured.shown.shape
        and not (told.shown & ~secured.shown).any()
        and (told.values == secured.table.counts)[told.shown].all()
    )


def _kept(found: PublishedTable) -> tuple[list[Secured], list[Secured], Proof]:
    return keeping.from_bytes(bytes(ProtectedTable.objects.get(table=found).body))


def refuse(*, by: Scope, table: PublishedTable, reason: str) -> None:
    """Send it back. Errors: UsageError without a reason."""
    if not reason.strip():
        raise UsageError("退回须写明理由。", "Say why.")
    found = _ready(by, table)
    methods.destroy(found)
    _decide(by, found, State.REFUSED, reason.strip()[:400])


def _ready(by: Scope, table: PublishedTable) -> PublishedTable:
    by.require(RIGHT, table.area_code)
    found: PublishedTable | None = PublishedTable.objects.select_for_update().filter(pk=table.pk).first()
    if found is None or found.state != State.READY:
        raise UsageError("这张表不在待审批状态。", "The table does not wait for a decision.")
    if by.user is None or by.user == found.made_by:
        raise UsageError("制表人不能审批自己的表，请另一人审批。", "Somebody else than its maker decides.")
    return found


def _decide(by: Scope, found: PublishedTable, state: str, reason: str, **changes: str) -> None:
    PublishedTable.objects.filter(pk=found.pk).update(
        state=state, reason=reason, decided_by=by.user, decided_by_name=by.name, decided_at=timezone.now(), **changes
    )
    record("decide", what=f"table:{found.pk}", area=found.area_code, reason=reason, detail={"to": str(state)})
