"""How the addresses of `simulation` are asked for."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import LIST, Example, done, one

EXAMPLES: dict[str, Example] = {
    "simulation:board": LIST,
    "simulation:result": Example(post=lambda there: {}, methods=("post",), refusals=(404,)),
    "simulation:floor": Example(post=lambda there: {}, methods=("post",), refusals=(404,)),
    "simulation:check": Example(post=lambda there: {}, methods=("post",), refusals=(404,)),
    "simulation:scenarios": LIST,
    "simulation:save": Example(post=lambda there: {"title": "某"}, methods=("post",), refusals=(302,)),
    "simulation:scenario": one("scenario"),
    # Of whoever made it, and of nobody else, whatever his rights.
    "simulation:edit": done("scenario", {"title": "某"}, within=("nobody",)),
    "simulation:compare": LIST,
    "simulation:export": Example(of=lambda there: ["xlsx"], post=lambda there: {}, methods=("post",), refusals=(302,)),
    "api:simulate": Example(
        post=lambda there: {"area": there.code}, methods=("post",), is_scoped=False, refusals=(404, 422)
    ),
    "api:scenarios": LIST,
    "api:keep_scenario": Example(
        post=lambda there: {"area": there.code, "title": "某"}, methods=("post",), is_scoped=False, refusals=(404, 422)
    ),
    "api:scenario": one("scenario"),
    "api:drop_scenario": one("scenario", methods=("delete",), post=lambda there: {}, within=("nobody",)),
}
