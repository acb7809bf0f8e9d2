"""Pages that read a revision: beside the version in force, what it would cost, its texts."""

from __future__ import annotations

import difflib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yiyang.access.scope import current
from yiyang.accounts.web import page
from yiyang.base.errors import YiyangError
from yiyang.kit.parts import Figure
from yiyang.revisions import effect
from yiyang.revisions.models import Revision
from yiyang.revisions.shown import READ, crumbs, find, name_of, tabs_of

Json = dict[str, Any]


@page(READ)
def differences(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft beside the version in force."""
    found, context = find(pk), dict[str, Any]()
    try:
        context["difference"] = effect.differences(found.area_code, found.files, found.starts)
    except YiyangError as error:
        context["error"] = error.zh
    changed = sorted(name for name in {*found.files, *found.base} if found.files.get(name) != found.base.get(name))
    context |= {
        "revision": found, "title": name_of(found), "crumbs": crumbs(found), "tabs": tabs_of(found, "differences"),
        "changed": changed, "texts": [(name, _diff(found, name)) for name in changed],
    }  # fmt: skip
    return render(request, "revisions/differences.html", context)


def _diff(found: Revision, name: str) -> list[tuple[str, str]]:
    lines = difflib.unified_diff(
        found.base.get(name, "").splitlines(), found.files.get(name, "").splitlines(), n=1, lineterm=""
    )
    return [(line[:1], line[1:]) for line in list(lines)[2:]]


@page(READ)
def costs(request: HttpRequest, pk: int) -> HttpResponse:
    """What the draft would cost on the month in force, who wins and who loses."""
    found = find(pk)
    result, why = effect.effect_in_words(found.area_code, found.files, found.starts)
    context = {
        "revision": found, "title": name_of(found), "crumbs": crumbs(found), "tabs": tabs_of(found, "effect"),
        "result": result, "why": why, "may_simulate": current().may("simulation.use", found.area_code),
    }  # fmt: skip
    if result:
        budget = result["budget_year_fen"]
        context["figures"] = [
            Figure("一年增减", f"{budget / 100:+,.2f}", "元", f"以 {result['month']} 的运行为准"),
            Figure("增加的人", result["winners"], "人"),
            Figure("减少的人", result["losers"], "人"),
        ]
    return render(request, "revisions/effect.html", context)


@page(READ)
def texts(request: HttpRequest, pk: int) -> HttpResponse:
    """Every file of the version."""
    found = find(pk)
    files = sorted(found.files.items(), key=lambda pair: (pair[0] != "list.yaml", pair[0]))
    context = {
        "revision": found, "title": name_of(found), "crumbs": crumbs(found), "tabs": tabs_of(found, "texts"),
        "files": files,
    }  # fmt: skip
    return render(request, "revisions/texts.html", context)
