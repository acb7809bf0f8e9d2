"""What people are told of their assessments, by the templates of `policy/notices/`; never an answer of a form."""

from __future__ import annotations

from django.utils import timezone

from yiyang.access.scope import platform
from yiyang.assessment import scales
from yiyang.assessment.models import Objection, Request, Result
from yiyang.notices import actions as notices


def tell_planned(request: Request) -> None:
    """Who comes, when and where."""
    when = timezone.localtime(request.appointed) if request.appointed else None
    data = {
        "standard": _short(request.instrument),
        "day": when.date().isoformat() if when else "",
        "time": f"{when:%H:%M}" if when else "",
        "agency": request.agency.name if request.agency else "",
        "place": request.place or "您的住处",
    }
    about = f"assessment_request:{request.pk}:{when:%Y%m%d%H%M}" if when else f"assessment_request:{request.pk}"
    _tell(request.person_id, request.area_code, "assessment_planned", about, data)


def tell_ended(request: Request, why: str) -> None:
    """Not taken, or called off, and why."""
    data = {"standard": _short(request.instrument), "result": request.get_state_display(), "reason": why[:120]}
    _tell(request.person_id, request.area_code, "assessment_ended", f"assessment_request:{request.pk}:ended", data)


def tell_issued(result: Result) -> None:
    """That there is a result, until when it holds and how to object; the level stands in the certificate."""
    data = {
        "standard": _short(result.instrument),
        "number": result.number,
        "until": result.valid_to.isoformat(),
    }
    _tell(result.person_id, result.area_code, "assessment_issued", f"assessment_result:{result.pk}", data)


def tell_answered(objection: Objection) -> None:
    """What came of an objection."""
    result = objection.result
    data = {
        "number": result.number,
        "result": objection.get_state_display(),
        "answer": objection.answer[:200],
    }
    about = f"assessment_objection:{objection.pk}"
    _tell(result.person_id, result.area_code, "assessment_objection", about, data)


def _short(slug: str) -> str:
    found = scales.instruments().get(slug)
    return found.short if found else slug


def _tell(person: int, area: int, template: str, about: str, data: dict[str, str]) -> None:
    notices.tell(by=platform("评估告知"), person=person, area=area, template=template, about=about, data=data)
