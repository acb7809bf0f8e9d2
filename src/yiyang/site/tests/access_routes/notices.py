"""How the addresses of `notices` are asked for."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import LIST, Example, done, one

EXAMPLES: dict[str, Example] = {
    "notices:overview": LIST,
    "notices:order": Example(post=lambda there: {"area": str(there.code), "channel": "sms"}, methods=("post",)),
    "notices:batch": one("batch"),
    "notices:fetch": done("batch"),
    "notices:results": done("batch", {"delivered": "1"}),
    "notices:returned": done("batch", {"numbers": "N1"}),
    "notices:person": one("person"),
    "notices:opt": Example(of=lambda there: [there.person, "sms"], post=lambda there: {}, methods=("post",)),
}
