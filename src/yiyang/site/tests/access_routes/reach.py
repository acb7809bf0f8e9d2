"""How the addresses of `reach` are asked for."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import BOTH, LIST, RUN, Example, done, one

EXAMPLES: dict[str, Example] = {
    "reach:circle": LIST,
    # A circle names nobody: whoever answers for a part of its area reads it.
    "reach:progress": one("circle", logs=False, **RUN),
    "reach:gaps": Example(
        of=lambda there: ["csv"], in_query=lambda there: {"area": f"{there.code}"}, is_slow=True, **RUN
    ),
    "reach:order": Example(post=lambda there: {"area": f"{there.code}", "kind": ""}, methods=("post",), logs=False),
    "reach:inputs": Example(post=lambda there: {"area_code": f"{there.code}"}, **BOTH),
    "reach:drop_input": done("reach_given", logs=False),
    "reach:sitings": LIST,
    "reach:new_siting": Example(post=lambda there: {"area_code": f"{there.code}"}, logs=False, **BOTH),
    "reach:siting": one("siting", except_at=("nowhere",)),
    "reach:act": Example(
        of=lambda there: [there.siting, "stop"], post=lambda there: {}, methods=("post",), except_at=("nowhere",)
    ),
    "reach:make_project": Example(
        of=lambda there: [there.siting, 1],
        post=lambda there: {},
        methods=("post",),
        except_at=("nowhere",),
        within=("project.keep",),
    ),
    "api:list_reach_circles": LIST,
    "api:list_reach_points": one("circle", **RUN),
    "api:order_reach_circle": Example(post=lambda there: {"area": there.code, "kind": ""}, methods=("post",)),
    "api:list_reach_sitings": LIST,
    "api:one_reach_siting": one("siting", except_at=("nowhere",)),
    "api:order_reach_siting": Example(
        post=lambda there: {"area": there.code, "kind": "day_care", "count": 1}, methods=("post",)
    ),
}
