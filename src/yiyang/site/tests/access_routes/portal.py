"""How the addresses of `portal` are asked for. A page about one person opens to him alone (`mine`)."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import BOTH, LIST, REASON, Example, mine, one

EXAMPLES: dict[str, Example] = {
    "portal:mine_assessments": mine(),
    "portal:mine_ask_assessment": mine(post={"reason": "跌倒"}, **BOTH),
    "portal:mine_ask_for": LIST,
    "portal:mine_cancel_assessment": mine("assessment", post=REASON, **BOTH),
    "portal:mine_certificate": mine("my_result", is_slow=True),
    "portal:mine_object_assessment": mine("my_result", post=REASON, **BOTH),
    # The portal: what is a citizen's own, and what clerks answer to him
    "portal:logout": Example(post=lambda there: {}, methods=("post",)),
    "portal:logout_everywhere": Example(post=lambda there: {}, methods=("post",)),
    "portal:mine": LIST,
    "portal:mine_account": LIST,
    "portal:mine_phone": Example(post=lambda there: {"phone": "13911112222"}, **BOTH),
    "portal:mine_phone_code": LIST,
    "portal:mine_ask": LIST,
    "portal:mine_ask_code": LIST,
    "portal:mine_home": mine(),
    "portal:mine_entitlements": mine(),
    "portal:mine_messages": mine(),
    "portal:mine_message": mine("notice"),
    "portal:mine_channels": mine(post={"way": "sms"}),
    "portal:mine_file": mine(),
    "portal:mine_copy": mine(post={}, is_slow=True),
    "portal:mine_wrong": mine("phone", post={"says": "换号了"}, **BOTH),
    "portal:mine_readers": mine(),
    "portal:mine_visits": mine(),
    "portal:mine_contacts": mine(),
    "portal:mine_add_contact": mine(post={"kind": "family", "name": "某"}, **BOTH),
    "portal:mine_contact": mine("contact", post={"kind": "family", "name": "某"}, **BOTH),
    "portal:mine_end_contact": mine("contact", post={}),
    "portal:mine_family": mine(),
    "portal:mine_name": mine(),
    "portal:mine_decide": mine("mandate", "agree", post={}),
    "portal:mine_give_up": mine(post={}, refusals=(404,)),
    "portal:mine_cases": mine(),
    "portal:mine_case": mine("case"),
    "portal:mine_step": mine("case", "decline", post={"reason": "", "expected": "found"}, **BOTH),
    "portal:mine_paper": mine("case", post={"title": "证明"}, **BOTH),
    "portal:mine_object": mine("case", "decision", post={"reason": "不同意"}, **BOTH),
    # A case that was found: there is nothing to rate.
    "portal:mine_rate": mine("case", refusals=(404,)),
    "portal:mine_letter": mine("case", "decision", is_slow=True),
    "portal:mine_apply": mine("ability_assessment", refusals=(404,)),
    "portal:requests": LIST,
    "portal:counter": one("person", post=lambda there: {"name": "某"}, **BOTH),
    "portal:paper_form": one("person"),
    # Nobody logged in under his number, and nobody agreed to act for him: there is nothing to confirm or end.
    "portal:counter_confirm": Example(
        of=lambda there: [there.person, 0], post=lambda there: {}, methods=("post",), refusals=(404,)
    ),
    "portal:counter_end": Example(
        of=lambda there: [there.person, 0], post=lambda there: {}, methods=("post",), refusals=(404,)
    ),
    "portal:request": one("request", post=lambda there: {"outcome": "kept", "answer": "核实无误"}, **BOTH),
}
