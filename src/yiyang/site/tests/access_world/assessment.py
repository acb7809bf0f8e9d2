"""An agency with somebody who assesses, a request, a result of the neighbour's with an objection, and a draw."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from yiyang.accounts.models import User
from yiyang.assessment.models import Agency, Assessor, Draw, Objection, Request, Result
from yiyang.site.tests.access_world.things import SINCE, Place

DAYS = {"valid_from": SINCE, "valid_to": date(2035, 1, 1)}


def put(there: Place) -> dict[str, Any]:
    """What `assessment` holds for a place."""
    agency = Agency.objects.create(
        name=f"评估{there.number}", credit_code=f"9151172400000{there.number:05d}", area_code=there.code, a_month=9,
        **DAYS,
    )  # fmt: skip
    user = User.objects.create_user(
        f"w-{there.place}-assessor", None, name=f"评估员{there.place}", must_change_password=False
    )
    assessor = Assessor.objects.create(agency=agency, user=user, training="nursing", certificate="1", **DAYS)
    asked = {"area_code": there.code, "instrument": "gbt_42195_2022", "kind": "first", "channel": "self"}
    asked |= {"asked_by_name": "岗位"}
    request = Request.objects.create(number=f"SQ{there.number}", person=there.who, **asked)
    done = Request.objects.create(number=f"SQ{there.number}0", person=there.neighbour, agency=agency, **asked)
    keys = {"agency": agency.pk, "assessor": assessor.pk, "assessment": request.pk}
    return keys | {"assessment_number": request.number} | _results(there, request, done)


def _results(there: Place, request: Request, done: Request) -> dict[str, Any]:
    number, about = there.number, {"area_code": there.code, "issued_by_name": "岗位"} | DAYS
    result = Result.objects.create(
        number=f"PG{number}", token=f"token{number}", request=done, person=there.neighbour, version="2022.1",
        instrument="gbt_42195_2022", level=1, level_by_points=1, points=80, assessed_on=timezone.localdate(), **about,
    )  # fmt: skip
    mine = Result.objects.create(
        number=f"PG{number}M", token=f"token{number}m", request=request, person=there.who, version="2021.1",
        instrument="ltci_2021", level=1, level_by_points=1, assessed_on=timezone.localdate(), **about,
    )  # fmt: skip
    objection = Objection.objects.create(result=result, reason="不同意", raised_by_name="本人", due=date(2035, 1, 1))
    draw = Draw.objects.create(
        area_code=there.code, month="2026-10", seed="1", seed_from="福彩", pool_hash="0", pool=[result.number],
        share=Decimal("0.05"), drawn=[], drawn_by_name="岗位",
    )  # fmt: skip
    keys = {"result": result.pk, "certificate": result.number, "my_result": mine.pk}
    return keys | {"objection": objection.pk, "draw": draw.pk}
