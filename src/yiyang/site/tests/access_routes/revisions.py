"""How the addresses of `revisions` are asked for."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import DRAFT, LIST, Example, done, one

REVISE = ("list.revise",)

EXAMPLES: dict[str, Example] = {
    "revisions:lists": LIST,
    "revisions:area": Example(of=lambda there: [there.code], except_at=("nowhere",), is_slow=True),
    **{
        f"revisions:{name}": one("revision", except_at=("nowhere",), is_slow=True)
        for name in ("revision", "items", "differences", "effect", "texts", "frame", "new_item", "new_document")
    },
    "revisions:item": Example(of=lambda there: [there.revision, "old_age_allowance"], **DRAFT),
    "revisions:item_text": Example(of=lambda there: [there.revision, "old_age_allowance"], **DRAFT),
    "revisions:take": Example(
        of=lambda there: [there.revision, "drop"], post=lambda there: {}, methods=("post",), within=REVISE, **DRAFT
    ),
    "revisions:declare": done("revision", {"reason": "现状", "until": "2030-01-01", "items": ["x"]}, **DRAFT),
    "revisions:remove_item": Example(
        of=lambda there: [there.revision, "old_age_allowance"], post=lambda there: {}, methods=("post",), **DRAFT
    ),
    "revisions:restore_item": Example(
        of=lambda there: [there.revision, "old_age_allowance"], post=lambda there: {}, methods=("post",), **DRAFT
    ),
    "revisions:condition": done("revision", {"text": "age >= 80"}, **DRAFT),
    "revisions:reach": done("revision", {"text": "age >= 80"}, **DRAFT),
    "api:list_in_force": Example(of=lambda there: [there.code], **DRAFT),
    "api:revisions": LIST,
    "api:revision": one("revision", **DRAFT),
}
