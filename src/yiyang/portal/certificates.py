"""Anybody verifies a certificate of an ability assessment, by its QR code: whether it holds, and nothing about health.

The page says number, days, agency and the name masked. It says no level: whoever holds the paper reads it there, and
whoever found the code learns nothing.
"""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from yiyang.access import masks
from yiyang.access.scope import acting, platform
from yiyang.access.web import PUBLIC, page
from yiyang.accounts.middleware import address_of
from yiyang.assessment import in_words
from yiyang.assessment.models import Result
from yiyang.audit.record import record
from yiyang.portal.limits import HOUR, count
from yiyang.registry.models import Person

# Looks an hour from one address: an office that admits people verifies many, whoever guesses codes needs far more.
LOOKS = 300
SAYS = {
    "valid": ("good", "有效"),
    "contested": ("wait", "有效，本人有异议，正在处理"),
    "not_yet": ("wait", "还没有生效"),
    "expired": ("bad", "已过有效期"),
    "replaced": ("bad", "已被新的评估结果替代"),
    "withdrawn": ("bad", "已撤销"),
}


def standing(result: Result) -> str:
    """What a certificate is worth today: a key of SAYS."""
    if result.state in (Result.State.REPLACED, Result.State.WITHDRAWN):
        return str(result.state)
    today = timezone.localdate()
    if result.valid_to < today:
        return "expired"
    return "not_yet" if result.valid_from > today else str(result.state)


@page(PUBLIC)
def certificate(request: HttpRequest, token: str) -> HttpResponse:
    """What stands behind a QR code."""
    back = {"back": ("首页", reverse("portal:home"))}
    if count(f"certificate:{address_of(request)}", HOUR) > LOOKS:
        return render(request, "portal/certificate.html", back | {"is_too_often": True}, status=429)
    # The stranger has no scope; the platform looks for him, and what it shows is chosen here.
    looking = replace(platform("证书查验", getattr(request, "request_id", "")), address=address_of(request))
    with acting(looking):
        found = Result.objects.filter(token=token).select_related("request__agency").first()
        if found is None:
            return _answer(render(request, "portal/certificate.html", back, status=404))
        name = Person.objects.values_list("name", flat=True).get(pk=found.person_id)
        record("read", what=f"certificate:{found.number}", person=found.person_id, area=found.area_code)
        tone, word = SAYS[standing(found)]
        context = {
            "found": found, "tone": tone, "word": word, "name": masks.name(name),
            "standard": in_words.standard(found.instrument), "agency": in_words.agency_of(found),
        }  # fmt: skip
        return _answer(render(request, "portal/certificate.html", back | context))


def _answer(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    # Not to be found by whoever searches for a name.
    response["X-Robots-Tag"] = "noindex"
    return response
