"""How the addresses of `visits` are asked for.

Who is sent to act on a finding sees that one and no other; these were sent to nobody.
"""

from __future__ import annotations

from django.utils import timezone

from yiyang.site.tests.access_routes.asking import BOTH, LIST, Example, done, one

EXAMPLES: dict[str, Example] = {
    "visits:overview": LIST,
    "visits:list": LIST,
    "visits:not_yet": LIST,
    "visits:board": LIST,
    "visits:order": Example(post=lambda there: {"area_code": f"{there.code}", "month": "2030-01"}, logs=False, **BOTH),
    "visits:plan": one("visit_plan"),
    "visits:plan_progress": one("visit_plan", logs=False),
    "visits:decide": Example(of=lambda there: [there.visit_plan, "drop"], post=lambda there: {}, methods=("post",)),
    "visits:posts": Example(logs=False),
    "visits:new_post": Example(post=lambda there: {"area_code": f"{there.code}"}, logs=False, **BOTH),
    "visits:post": one("post", post=lambda there: {}, logs=False, **BOTH),
    "visits:absences": Example(post=lambda there: {}, **BOTH),
    "visits:alerts": Example(logs=False),
    "visits:new_alert": Example(post=lambda there: {"area_code": f"{there.code}"}, logs=False, **BOTH),
    "visits:end_alert": done("alert"),
    "visits:findings": LIST,
    "visits:finding": one("finding", within=("person.read",)),
    "visits:step": Example(
        of=lambda there: [there.finding, "assign"],
        post=lambda there: {"unit": "health"},
        within=("person.read",),
        **BOTH,
    ),
    "visits:observed": LIST,
    "visits:settle": done("observation", {"answer": "refuse", "words": "看错了"}),
    "visits:wish": one("wish", post=lambda there: {"outcome": "已办"}, **BOTH),
    "visits:round": LIST,
    "visits:person": one("person"),
    "visits:new_finding": one("person", post=lambda there: {"kind": "other"}, within=("person.read",), **BOTH),
    "visits:unplanned": done("person"),
    "visits:visit": one("visit"),
    "visits:report": one("visit", post=lambda there: {"q-met": "no", "q-means": "home"}, **BOTH),
    "visits:move": one("visit", post=lambda there: {"reason": "换人"}, **BOTH),
    "visits:excuse": one("visit", post=lambda there: {"reason": "住院"}, **BOTH),
    "api:visits": LIST,
    "api:visit_rate": Example(in_query=lambda there: {"month": "2026-11"}, is_scoped=False),
    "api:list_findings": LIST,
    "api:one_finding": one("finding_number", within=("person.read",)),
    # The body names the person: whoever asks elsewhere does not find him.
    "api:raise_finding": Example(
        post=lambda there: {"person": there.person, "kind": "other", "words": "邻居来电"},
        methods=("post",),
        refusals=(403, 404),
    ),
    "api:act_on_finding": done("finding_number", {"words": "已上门"}, within=("person.read",)),
    "api:finding_events": LIST,
    "api:send_sign": Example(
        post=lambda there: {
            "person": there.person,
            "kind": "motion",
            "at": timezone.now().isoformat(),
            "key": f"k{there.person}",
        },
        methods=("post",),
        refusals=(403, 404),
    ),
}
