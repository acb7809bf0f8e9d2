"""Filled forms that come from an agency's own system: a sheet for many, a FHIR QuestionnaireResponse for one.

Whoever brings them is credited with them, so each is one of his own; what cannot be used is put aside with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.assessment import exchange_csv, exchange_fhir, filling, scales
from yiyang.assessment.exchange_csv import Bad
from yiyang.assessment.instrument import Instrument
from yiyang.assessment.models import Form, Request
from yiyang.assessment.rules import rules
from yiyang.base.errors import UsageError, YiyangError


@dataclass
class Imported:
    """What came of a sheet: forms that were kept, and every fault of the rows that were put aside."""

    made: list[Form] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)


def open_to(by: Scope, instrument: str) -> QuerySet[Request]:
    """Requests whose form somebody may hand in: his own, planned or sent back, by a scale."""
    mine = Q(lead__user=by.user) | Q(second__user=by.user)
    states = (Request.State.PLANNED, Request.State.RETURNED)
    return Request.objects.filter(mine, instrument=instrument, state__in=states).select_related("person").order_by("pk")


def sheet(*, by: Scope, instrument: str, path: Path) -> Imported:
    """Keep the forms of a filled sheet, each for itself.

    Raises:
        DeliveryError: the file cannot be read at all. UsageError: no such scale. PermissionDenied: he assesses nowhere.
    """
    by.require("assessment.do")
    scale = scales.current(instrument, timezone.localdate())
    there = {each.number: each for each in open_to(by, instrument)}
    read, found = exchange_csv.read(scale, path, set(there)), Imported()
    found.bad += read.bad
    rows = read.good.column("row").to_pylist()
    for row, (number, began, ended, answers) in zip(rows, read.forms(scale), strict=True):
        try:
            made = filling.file_form(
                by=by, request=there[number], answers=answers, began_at=_here(began), ended_at=_here(ended)
            )
            found.made.append(made)
        except (YiyangError, PermissionDenied) as error:
            why = error.zh if isinstance(error, YiyangError) else "不在您的范围内"
            found.bad.append(Bad(row, exchange_csv.REQUEST, number, why, "核对后重新交付这一行"))
    return found


def fhir(*, by: Scope, request: Request, resource: Mapping[str, Any], began_at: datetime | None = None) -> Form:
    """Keep the form of a QuestionnaireResponse.

    Args:
        began_at: FHIR knows only when it was written; None = as long before that as the rule of quality asks at least.

    Raises:
        UsageError: it does not fit the scale, answers another version than the one in force on its day, names another
            request, or as of `filling.file_form`.
        PermissionDenied: he is neither of the two.
    """
    read = exchange_fhir.read_response(dict(resource), _taken())
    if read.request != request.number or read.instrument != request.instrument:
        raise UsageError(
            f"这份答卷是 {read.request}（{read.instrument}）的，不是这次评估 {request.number} 的，请核对 identifier。",
            f"The response is of {read.request} under {read.instrument}, not of {request.number}.",
        )
    if read.authored is None:
        raise UsageError("答卷没有写完成时间（authored）。", "The response has no `authored`.")
    ended = _here(read.authored)
    _refuse_version(read.version, scales.current(request.instrument, timezone.localtime(ended).date()))
    began = _here(began_at) if began_at else ended - timedelta(minutes=rules().quality.minutes_at_least)
    return filling.file_form(by=by, request=request, answers=read.answers, began_at=began, ended_at=ended)


def _refuse_version(answered: str, scale: Instrument) -> None:
    if answered != scale.version:
        raise UsageError(
            f"答卷按“{scale.name}”版本 {answered} 填写，评估那一天施行的是 {scale.version}；"
            f"请按 {exchange_fhir.url_of(scale)}|{scale.version} 重新填写后提交。",
            f"The response answers version {answered} of {scale.id}; on its day {scale.version} was in force.",
        )


def _taken() -> dict[str, Instrument]:
    return {f"{each.id}|{each.version}": each for found in scales.versions().values() for each in found}


def _here(at: datetime) -> datetime:
    return at if at.tzinfo else timezone.make_aware(at)
