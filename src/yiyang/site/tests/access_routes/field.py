"""How the addresses of `field` are asked for."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import BOTH, LIST, Example, done, one

EXAMPLES: dict[str, Example] = {
    # Work without network. A device is its account's, and of those who look after accounts.
    "field:me": LIST,
    "field:register": Example(post=lambda there: {"name": "手机", "key": "x"}, methods=("post",)),
    "field:key": Example(post=lambda there: {"device": there.device}, methods=("post",), refusals=(403,)),
    "field:pack": Example(post=lambda there: {"device": there.device}, methods=("post",)),
    "field:sync": Example(post=lambda there: {}, methods=("post",)),
    "field:devices": LIST,
    "field:device": one("device", within=("account.support",)),
    "field:revoke": done("device", within=("account.support",)),
    "field:conflicts": LIST,
    "field:entry": Example(
        of=lambda there: [there.brought], post=lambda there: {"how": "first", "words": "核对"}, **BOTH
    ),
    "field:entry_file": Example(of=lambda there: [there.brought, 0]),
}
