"""How the addresses of `registry` are asked for."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import LIST, REASON, Example, done, one

EXAMPLES: dict[str, Example] = {
    # Deliveries and doubles
    "registry:deliveries": LIST,
    "registry:deliver": Example(post=lambda there: {}, methods=("get", "post")),
    "registry:deliver_confirm": Example(of=lambda there: ["none"], is_scoped=False, refusals=(302, 404)),
    "registry:delivery": one("delivery", within=("delivery.read",)),
    "registry:delivery_progress": one("delivery"),
    "registry:delivery_again": done("delivery"),
    "registry:delivery_mend": done("delivery", {"format": "csv"}, refusals=(404,)),
    "registry:delivery_decide": Example(
        of=lambda there: [there.delivery, "refuse"], post=lambda there: REASON, methods=("post",)
    ),
    "registry:doubles": Example(logs=False),
    # Townships may judge, but not order a search of everybody.
    "registry:doubles_look": Example(post=lambda there: {}, methods=("post",), refusals=(404,)),
    "registry:double": one("double"),
    "registry:double_judge": done("double", {"answer": "different", **REASON}),
    "registry:double_undo": done("double", REASON, logs=False),
    # People, groups, exports
    "registry:people": Example(in_query=lambda there: {}),
    "registry:person": one("person"),
    "registry:reveal": Example(of=lambda there: [there.person, "phone"], post=lambda there: REASON, methods=("post",)),
    "registry:own_copy": done("person", REASON, is_slow=True),
    "registry:choose_fact": one("person"),
    "registry:correct": Example(
        of=lambda there: [there.person, "living_arrangement"],
        post=lambda there: {"value": "0", "valid_from": "2026-11-01", **REASON},
        methods=("get", "post"),
    ),
    "registry:withdraw": Example(
        of=lambda there: [there.person, there.correction], post=lambda there: REASON, methods=("post",), is_slow=True
    ),
    "registry:add_contact": one("person", post=lambda there: {"kind": "family", "name": "某"}, methods=("get", "post")),
    "registry:contact": Example(of=lambda there: [there.person, there.contact]),
    "registry:end_contact": Example(
        of=lambda there: [there.person, there.contact], post=lambda there: {}, methods=("post",)
    ),
    "registry:reveal_contact": Example(
        of=lambda there: [there.person, there.contact], post=lambda there: REASON, methods=("post",)
    ),
    "registry:add_paper": one("person", post=lambda there: {"title": "证明"}, methods=("get", "post")),
    "registry:paper": Example(of=lambda there: [there.person, there.document], refusals=(404,)),
    "registry:groups": Example(logs=False),
    "registry:group": Example(of=lambda there: ["living_alone"], is_scoped=False),
    "registry:exports": Example(logs=False),
    "registry:order_export": Example(
        post=lambda there: {"kind": "people", "columns": "name", "format": "csv", **REASON}, methods=("post",)
    ),
    # Of whoever ordered it, and of nobody else, whatever his rights.
    "registry:export": one("export", within=("nobody",)),
    "registry:fetch_export": done("export", within=("nobody",)),
    "api:registers": LIST,
    "api:register": Example(of=lambda there: ["pensions"], is_scoped=False),
    "api:deliveries": LIST,
    "api:delivery": one("delivery"),
    "api:quarantine": one("delivery"),
    "api:quarantine_csv": one("delivery"),
    "api:accept": done("delivery", {"reason": ""}),
    "api:refuse": done("delivery", REASON),
    "api:take_back": done("delivery", REASON),
    "api:deliver": Example(
        of=lambda there: ["pensions", "2026-11"],
        methods=("put",),
        in_query=lambda there: {"area": there.code, "file_name": "a.csv", "known": "2026-11-05"},
        post=lambda there: {},
    ),
    "api:people": Example(post=lambda there: {"text": "pinyin"}, methods=("post",)),
    "api:person": one("person"),
    "api:person_history": one("person"),
    "api:contacts": one("person"),
    "api:corrections_of": one("person"),
    "api:reveal": done("person", {"field": "phone", **REASON}),
    "api:correct": done("person", {"fact": "living_arrangement", "value": 0, "valid_from": "2026-11-01", **REASON}),
    "api:withdraw": done("correction", REASON),
    "api:groups": Example(logs=False),
    "api:figures": Example(logs=False),
    "api:order_export": Example(post=lambda there: {"kind": "people", "format": "csv", **REASON}, methods=("post",)),
    "api:export_orders": Example(logs=False),
    "api:export_order": one("export", within=("nobody",)),
    "api:export_file": one("export", within=("nobody",)),
    "api:doubles": LIST,
    "api:double": one("double"),
    "api:judge": done("double", {"answer": "later", **REASON}),
}
