"""The only code that writes projects: entered, moved on, rolled on, paid; estates and lottery money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from yiyang.access.scope import Scope, acting
from yiyang.areas.models import Area
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.planning.logic import STAGES, STOPPED, is_begun_or_stopped, next_stages
from yiyang.planning.models import Estate, Lottery, Money, Payment, Project, ProjectStep

KEEP = "project.keep"
Stage = Project.Stage
EDITABLE = (
    "title", "nature", "from_year", "to_year", "place", "longitude", "latitude", "unit", "department", "places",
    "nursing", "places_in_use", "floor_m2", "note",
)  # fmt: skip


class Changed(UsageError):
    """Somebody else changed it meanwhile."""


@dataclass(frozen=True)
class NewProject:
    """A project to be entered. `money`: source → fen; degrees only where somebody gave them."""

    area_code: int
    kind: str
    title: str
    year: int
    nature: str = ""
    from_year: int | None = None
    to_year: int | None = None
    place: str = ""
    longitude: float | None = None
    latitude: float | None = None
    unit: str = ""
    department: str = ""
    places: int = 0
    nursing: int = 0
    floor_m2: int | None = None
    money: Mapping[str, int] | None = None
    sources: tuple[Mapping[str, Any], ...] = ()
    origin: str = "hand"
    note: str = ""
    is_synthetic: bool = False
    # When it was first thought of, where that is known; else today.
    on: date | None = None


def add(*, by: Scope, new: NewProject) -> Project:
    """Enter a project in the stage of an idea (谋划).

    Raises:
        UsageError: no title, no such area, one of that name is there, or more nursing beds than beds. PermissionDenied.
    """
    by.require(KEEP, new.area_code)
    title = _title(new.title)
    _check_places(new.places, new.nursing)
    today = new.on or timezone.localdate()
    with acting(by), transaction.atomic():
        if not Area.objects.filter(code=new.area_code).exists():
            raise UsageError(f"没有代码为 {new.area_code} 的区划。", f"There is no area {new.area_code}.")
        values = {name: getattr(new, name) for name in EDITABLE if name not in ("title", "places_in_use")}
        try:
            with transaction.atomic():
                made: Project = Project.objects.create(
                    area_code=new.area_code, kind=new.kind, title=title, year=new.year, first_year=new.year,
                    stage_since=today, sources=[dict(each) for each in new.sources], origin=new.origin,
                    is_synthetic=new.is_synthetic, made_by_name=by.name, **values,
                )  # fmt: skip
        except IntegrityError:
            raise UsageError(f"已有同名项目“{title}”。", f"A project named {title} is there already.") from None
        ProjectStep.objects.create(project=made, stage=made.stage, on=today, by_name=by.name)
        _put_money(made, new.money or {})
        record("write", what=f"project:{made.pk}", area=made.area_code, detail={"origin": made.origin})
    return made


def _title(text: str) -> str:
    title = " ".join(text.split())
    if not title:
        raise UsageError("请填写项目名称。", "A project needs a name.")
    return title[:200]


def _check_places(places: int, nursing: int) -> None:
    if places < 0 or nursing < 0 or nursing > places:
        raise UsageError("护理型床位不能多于床位，床位不能为负。", "There are no more nursing beds than beds.")


def _put_money(project: Project, money: Mapping[str, int]) -> None:
    Money.objects.bulk_create(
        Money(project=project, source=source, planned_fen=fen) for source, fen in money.items() if fen
    )


def edit(*, by: Scope, project: Project, version: int, changes: Mapping[str, Any]) -> Project:
    """Change what it says. `version`: the one that was looked at. Raises UsageError, Changed, PermissionDenied."""
    by.require(KEEP, project.area_code)
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise UsageError(f"不能修改：{'、'.join(sorted(unknown))}", f"cannot be changed: {sorted(unknown)}")
    with acting(by), transaction.atomic():
        found = _locked(project, version)
        for name, value in changes.items():
            setattr(found, name, _title(value) if name == "title" else value)
        _check_places(found.places, found.nursing)
        if found.places_in_use > found.places:
            raise UsageError("已投用不能多于床位（托位）。", "More places in use than there are.")
        found.version += 1
        try:
            with transaction.atomic():
                found.save()
        except IntegrityError:
            raise UsageError(f"已有同名项目“{found.title}”。", "A project of that name is there.") from None
        record("write", what=f"project:{found.pk}", area=found.area_code, detail={"fields": sorted(changes)})
    return found


def plan_money(*, by: Scope, project: Project, money: Mapping[str, int]) -> None:
    """Say what each source promises, in fen; one left out promises nothing. Raises UsageError, PermissionDenied."""
    by.require(KEEP, project.area_code)
    if any(fen < 0 for fen in money.values()) or set(money) - set(Money.Source.values):
        raise UsageError("资金来源或金额不对。", "A source or an amount is wrong.")
    with acting(by), transaction.atomic():
        _locked(project, None)
        Money.objects.filter(project=project).delete()
        _put_money(project, money)
        record("write", what=f"project:{project.pk}", area=project.area_code, detail={"money": dict(money)})


def move(*, by: Scope, project: Project, stage: str, on: date, words: str = "", version: int | None = None) -> Project:
    """Take a project into the next stage, back by one, or to its end.

    Raises:
        UsageError: no such step from here, a day in the future or before the stage began, or stopped without a reason.
        Changed, PermissionDenied.
    """
    by.require(KEEP, project.area_code)
    with acting(by), transaction.atomic():
        found = _locked(project, version)
        _check_step(found, stage, on, words)
        found.stage, found.stage_since, found.version = stage, on, found.version + 1
        found.save()
        ProjectStep.objects.create(project=found, stage=stage, on=on, words=words.strip()[:400], by_name=by.name)
        record("write", what=f"project:{found.pk}", area=found.area_code, detail={"stage": stage})
    return found


def _check_step(project: Project, stage: str, on: date, words: str) -> None:
    allowed = next_stages(project.stage)
    if stage not in allowed:
        names = "、".join(Stage(each).label for each in allowed)
        raise UsageError(
            f"项目现在是“{Stage(project.stage).label}”，下一步只能是：{names}。",
            f"From {project.stage} a project goes to one of {', '.join(allowed)}.",
        )
    if on > timezone.localdate() or on < project.stage_since:
        raise UsageError(
            "日期不能晚于今天，也不能早于进入本阶段的日期。", "Neither in the future nor before this stage began."
        )
    is_back = stage == STOPPED or (stage in STAGES and STAGES.index(stage) < _place(project.stage))
    if is_back and not words.strip():
        raise UsageError("退回或终止请写明原因。", "Going back or stopping needs a reason.")


def _place(stage: str) -> int:
    return STAGES.index(stage) if stage in STAGES else -1


def roll(*, by: Scope, project: Project, year: int, words: str) -> Project:
    """Put a project not yet begun into a later year's list, with the reason. Raises UsageError, PermissionDenied."""
    by.require(KEEP, project.area_code)
    if not words.strip():
        raise UsageError("请写明滚动到下一年度的原因。", "Rolling on needs a reason.")
    with acting(by), transaction.atomic():
        found = _locked(project, None)
        if is_begun_or_stopped(found.stage):
            raise UsageError("已开工或已终止的项目不再滚动。", "Only a project that is not begun is rolled on.")
        if year <= found.year:
            raise UsageError(f"新的年度要晚于 {found.year} 年。", f"The new year comes after {found.year}.")
        later = year - found.year
        step = ProjectStep(project=found, stage=found.stage, on=timezone.localdate(), by_name=by.name)
        step.from_year, step.to_year, step.words = found.year, year, words.strip()[:400]
        found.year, found.version = year, found.version + 1
        found.from_year = found.from_year + later if found.from_year else None
        found.to_year = found.to_year + later if found.to_year else None
        found.save()
        step.save()
        record("write", what=f"project:{found.pk}", area=found.area_code, detail={"year": year})
    return found


def pay(*, by: Scope, project: Project, source: str, fen: int, on: date, voucher: str, words: str = "") -> Payment:
    """Note money that arrived, in fen; a negative amount sets an earlier one right and says why.

    The same voucher of the same source changes nothing when it says the same.

    Raises:
        UsageError: no voucher, nothing paid, a future day, a correction without reason or below zero, or the voucher is
            there with another amount. PermissionDenied.
    """
    by.require(KEEP, project.area_code)
    _check_payment(source, fen, on, voucher, words)
    with acting(by), transaction.atomic():
        found = _locked(project, None)
        there = Payment.objects.filter(project=found, source=source, voucher=voucher.strip()).first()
        if there is not None:
            if (there.fen, there.on) == (fen, on):
                return there
            raise UsageError(f"凭证 {voucher} 已登记过另一个金额。", f"Voucher {voucher} is there with another amount.")
        if fen < 0 and paid_fen(found, source) + fen < 0:
            raise UsageError("冲减后该来源到位资金为负。", "The source would have paid less than nothing.")
        made: Payment = Payment.objects.create(
            project=found, source=source, fen=fen, on=on, voucher=voucher.strip()[:100], words=words.strip()[:400],
            by_name=by.name,
        )  # fmt: skip
        record("write", what=f"project:{found.pk}", area=found.area_code, detail={"paid_fen": fen, "source": source})
    return made


def _check_payment(source: str, fen: int, on: date, voucher: str, words: str) -> None:
    if source not in Money.Source.values or source == Money.Source.OPEN:
        raise UsageError("请选择资金来源。", "Name the source of the money.")
    if not fen or not voucher.strip():
        raise UsageError("请填写金额和凭证号。", "An amount and a voucher are needed.")
    if on > timezone.localdate():
        raise UsageError("到位日期不能晚于今天。", "Money does not arrive in the future.")
    if fen < 0 and not words.strip():
        raise UsageError("冲减请写明原因。", "A correction needs a reason.")


def paid_fen(project: Project, source: str = "") -> int:
    """What arrived so far, of one source or of all, in fen. Whoever adds to it holds the project's row locked."""
    rows = Payment.objects.filter(project=project, **({"source": source} if source else {}))
    return sum(rows.values_list("fen", flat=True))


def _locked(project: Project, version: int | None) -> Project:
    found: Project = Project.objects.select_for_update().get(pk=project.pk)
    if version is not None and found.version != version:
        raise Changed("其他人刚刚修改了这个项目，请刷新后再办。", "Somebody else changed it: look at it again.")
    return found


def keep_estate(*, by: Scope, estate: Estate, version: int | None = None) -> Estate:
    """Enter an estate or change it. Raises UsageError, Changed, PermissionDenied."""
    by.require(KEEP, estate.area_code)
    if not estate.title.strip() or estate.homes < 1 or estate.provided_m2 < 0:
        raise UsageError("请填写小区名称、户数（至少 1 户）和面积。", "Name, homes (1 or more) and space are needed.")
    with acting(by), transaction.atomic():
        if estate.pk:
            there = Estate.objects.select_for_update().get(pk=estate.pk)
            by.require(KEEP, there.area_code)
            if version is not None and there.version != version:
                raise Changed("其他人刚刚修改了它，请刷新后再办。", "Somebody else changed it: look at it again.")
            estate.version = there.version + 1
        try:
            with transaction.atomic():
                estate.save()
        except IntegrityError:
            raise UsageError(f"已有同名小区“{estate.title}”。", "An estate of that name is there.") from None
        record("write", what=f"estate:{estate.pk}", area=estate.area_code)
    return estate


def keep_lottery(
    *, by: Scope, area_code: int, year: int, is_plan: bool, total_fen: int, elderly_fen: int, source: str
) -> Lottery:
    """Enter a year's lottery money, in fen; the same year again replaces it. Raises UsageError, PermissionDenied."""
    by.require(KEEP, area_code)
    if not 0 <= elderly_fen <= total_fen or not source.strip():
        raise UsageError("养老支出不能多于总支出；请写明依据。", "No more than the total; and the source is needed.")
    with acting(by), transaction.atomic():
        values = {
            "total_fen": total_fen,
            "elderly_fen": elderly_fen,
            "source": source.strip()[:200],
            "by_name": by.name,
        }
        made, _ = Lottery.objects.update_or_create(area_code=area_code, year=year, is_plan=is_plan, defaults=values)
        record("write", what=f"lottery:{made.pk}", area=area_code, detail={"year": year})
    kept: Lottery = made
    return kept


def take_over(*, by: Scope, rows: Iterable[NewProject]) -> tuple[int, int]:
    """Projects read in a document become projects of the platform: how many are new, how many were there.

    One that is there (the same row of the document; or same area, kind and name) only learns where else it stands.

    Raises UsageError, PermissionDenied.
    """
    new = there = 0
    with acting(by), transaction.atomic():
        for row in rows:
            by.require(KEEP, row.area_code)
            found = _same(row)
            if found is None:
                add(by=by, new=row)
                new += 1
                continue
            there += 1
            _note_sources(found, row)
    return new, there


def _same(row: NewProject) -> Project | None:
    """The project of the same row of the same document, whatever it is called now; else that of the same name."""
    for source in row.sources:
        wanted = [{"document": source["document"], "key": source["key"]}]
        found: Project | None = Project.objects.filter(kind=row.kind, sources__contains=wanted).first()
        if found is not None:
            return found
    there: Project | None = Project.objects.filter(
        area_code=row.area_code, kind=row.kind, title=_title(row.title)
    ).first()
    return there


def _note_sources(project: Project, row: NewProject) -> None:
    known = {(each["document"], each["key"]) for each in project.sources}
    fresh = [dict(each) for each in row.sources if (each["document"], each["key"]) not in known]
    if fresh:
        project.sources = [*project.sources, *fresh]
        project.save(update_fields=["sources"])
