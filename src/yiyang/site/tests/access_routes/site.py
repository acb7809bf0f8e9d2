"""How the addresses of `site` are asked for."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import LIST, Example

EXAMPLES: dict[str, Example] = {
    "site:system": LIST,
    "site:retry_job": Example(
        of=lambda there: [0], post=lambda there: {}, methods=("post",), is_scoped=False, refusals=(404,)
    ),
}
