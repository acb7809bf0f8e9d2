"""How the addresses of `entitlement` are asked for."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import LIST, REASON, RUN, Example, done, one

EXAMPLES: dict[str, Example] = {
    "entitlement:runs": LIST,
    "entitlement:order": Example(post=lambda there: {}, methods=("get", "post")),
    "entitlement:run": one("run", **RUN),
    "entitlement:run_progress": one("run", **RUN),
    "entitlement:decide": Example(
        of=lambda there: [there.run, "drop"], post=lambda there: REASON, methods=("post",), **RUN
    ),
    "entitlement:reckon_again": done("run", **RUN),
    "entitlement:report": done("run", refusals=(404,), **RUN),
    "entitlement:changes": LIST,
    "entitlement:unknowns": LIST,
    "entitlement:unknown_print": LIST,
    "entitlement:unknown": one("unknown"),
    "entitlement:arrears": LIST,
    "entitlement:arrear": one("arrear"),
    "entitlement:decide_arrear": Example(
        of=lambda there: [there.arrear, "confirm"], post=lambda there: {}, methods=("post",)
    ),
    "entitlement:person": one("person"),
    "api:runs": LIST,
    "api:run": one("run", **RUN),
    "api:order_run": Example(
        post=lambda there: {"area": there.code, "month": "2026-10"},
        methods=("post",),
        is_scoped=False,
        refusals=(422,),
    ),
    "api:start_run": done("run", refusals=(422,), **RUN),
    "api:entitlement_changes": LIST,
    "api:entitlements": one(
        "person", in_query=lambda there: {"basis": "办法第十条", "consent": "S1"}, refusals=(404,), logs=False
    ),
    "api:entitlements_by_number": Example(
        post=lambda there: {"id_number": "510101194001010018", "basis": "办法第十条", "consent": "S1"},
        methods=("post",),
        is_scoped=False,
        refusals=(404, 422),
        logs=False,
    ),
}
