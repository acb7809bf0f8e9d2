"""How the addresses of `audit` are asked for."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import LIST, REASON, Example, one

EXAMPLES: dict[str, Example] = {
    "audit:log": LIST,
    "audit:line": one("seq"),
    "audit:request": Example(of=lambda there: ["0" * 32], is_scoped=False, refusals=(404,)),
    "audit:row": Example(
        of=lambda there: ["registry_delivery", str(there.delivery)], within=("audit.read", "person.read")
    ),
    "audit:figures": LIST,
    "audit:export": Example(post=lambda there: {**REASON, "format": "csv"}, methods=("post",)),
    "api:lines": LIST,
    "api:line": one("seq"),
}
