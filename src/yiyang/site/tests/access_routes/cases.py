"""How the addresses of `cases` are asked for."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import BOTH, LIST, Example, done, one

EXAMPLES: dict[str, Example] = {
    "cases:work": LIST,
    "cases:case": one("case"),
    # Whoever may take some step does not find every step open.
    "cases:step": Example(
        of=lambda there: [there.case, "tell"], post=lambda there: {"expected": "found"}, refusals=(403,), **BOTH
    ),
    "cases:bulk": Example(
        of=lambda there: ["tell"],
        post=lambda there: {"rows": [there.case]},
        methods=("post",),
        is_scoped=False,
        logs=False,
    ),
    "cases:rounds": Example(post=lambda there: {"filters": "tab=new"}, methods=("post",), is_slow=True, logs=False),
    "cases:funnel": Example(logs=False),
    "cases:form": done("case", is_slow=True),
    "cases:add_paper": one("case", post=lambda there: {}, **BOTH),
    "cases:appeal": one("case", post=lambda there: {"channel": "counter", "reason": "不同意"}, **BOTH),
    "cases:answer": Example(
        of=lambda there: [there.case, there.appeal],
        post=lambda there: {"outcome": "upheld", "answer": "维持"},
        **BOTH,
    ),
    "cases:answer_rating": done("case", {"words": "谢谢"}, refusals=(404,)),
    "cases:letter": Example(
        of=lambda there: [there.case, there.decision], post=lambda there: {}, methods=("post",), is_slow=True
    ),
    "cases:person": one("person"),
    # The counter
    "cases:counter": Example(post=lambda there: {"q": f"py{there.code}"}, methods=("post",)),
    "cases:scan": Example(logs=False),
    "cases:desk": one("person", post=lambda there: {"do": ""}, **BOTH),
    "cases:rate": Example(
        of=lambda there: [there.person, there.case], post=lambda there: {"stars": "5"}, methods=("post",)
    ),
    "cases:blank_form": Example(
        of=lambda there: [there.person, "old_age_allowance"], post=lambda there: {}, methods=("post",), is_slow=True
    ),
    "api:cases": LIST,
    "api:case_events": LIST,
    "api:cases_of_person": one("person"),
    "api:case": one("case_number"),
    # The body names the person: whoever handles cases elsewhere does not find him.
    "api:apply_for": Example(
        post=lambda there: {"person": there.person, "item": "old_age_allowance"},
        methods=("post",),
        refusals=(403, 404),
    ),
    # Each step takes one of the rights; telling is not a reviewer's.
    "api:take_step": done("case_number", {"step": "tell", "expected": "found"}, refusals=(403,)),
    "api:webhooks": Example(logs=False),
    "api:register_webhook": Example(
        post=lambda there: {"url": "http://x.invalid/", "area": there.code}, methods=("post",), refusals=(403,)
    ),
    "api:remove_webhook": one("webhook", methods=("delete",), post=lambda there: {}, within=("nobody",)),
}
