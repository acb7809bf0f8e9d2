"""How every address is asked for in the tests of access. Whoever adds a page or an operation adds a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from yiyang.access.web import LOGGED_IN, PUBLIC
from yiyang.site.tests.access_world import Things

Data = dict[str, Any]
Of = Callable[[Things], list[Any]]


@dataclass(frozen=True)
class Example:
    """How one address is asked for.

    Attributes:
        of: the arguments of the address, from what lies in a place. None: it is about nothing in particular.
        post: what is sent when something is to be done there; None: nothing can be done.
        methods: how it is asked; `get` reads.
        is_scoped: whether the thing lies in an area, so that whoever holds the right elsewhere does not find it.
        except_at: places of which there is no such thing.
        is_slow: of those who may, one is asked in one place only.
        logs: whether an answer leaves a line in the log, where a right over people opens it.
        within: rights of which one must hold where the thing lies, if not those that open the address.
        in_query: what stands in the query.
        refusals: answers that mean no here, besides 403 and 404: a page that says so and leads back.
    """

    of: Of | None = None
    post: Callable[[Things], Data] | None = None
    methods: tuple[str, ...] = ("get",)
    is_scoped: bool = True
    within: tuple[str, ...] = ()
    in_query: Callable[[Things], Data] = lambda there: {}
    refusals: tuple[int, ...] = ()
    except_at: tuple[str, ...] = ()
    is_slow: bool = False
    logs: bool = True


@dataclass(frozen=True)
class Route:
    """An address, what its view demands, and whether it is one of the API."""

    name: str
    rights: tuple[str, ...]

    @property
    def is_api(self) -> bool:
        """Whether it answers machines."""
        return self.name.startswith("api:")

    @property
    def is_public(self) -> bool:
        """Whether nobody need be known."""
        return PUBLIC in self.rights

    @property
    def needs(self) -> tuple[str, ...]:
        """The rights of which one is needed; none: to be known suffices."""
        return () if LOGGED_IN in self.rights else self.rights


def routes(resolver: Any = None, space: str = "") -> Iterator[Route]:
    """All addresses of the site, pages and operations. A second address of a view that has a name is the same."""
    patterns = (resolver or get_resolver()).url_patterns
    named = {each.callback for each in patterns if isinstance(each, URLPattern) and each.name}
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from routes(each, f"{space}{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern) and (each.name or each.callback not in named):
            view: Any = each.callback
            rights = (view.right, *view.also) if hasattr(view, "right") else ()
            yield Route(f"{space}{each.name or each.pattern}", rights)


def one(name: str, **words: Any) -> Example:
    """About one thing of a place: its key is the address's only argument."""
    return Example(of=lambda there: [getattr(there, name)], **words)


def done(name: str, post: Data | None = None, **words: Any) -> Example:
    """Something done to one thing of a place, by POST only."""
    return one(name, post=lambda there: post or {}, methods=("post",), **words)


def mine(*more: Any, post: Data | None = None, **words: Any) -> Example:
    """A page of the portal about one person; only he himself finds it. `more`: keys or words after his."""

    def of(there: Things) -> list[Any]:
        return [there.person, *(there.keys.get(each, each) for each in more)]

    if post is None:
        return Example(of=of, **words)
    return Example(of=of, post=lambda there: post, **{"methods": ("post",), **words})


BOTH: Any = {"methods": ("get", "post")}
LIST = Example()
# The row that stands for having no area is shown to nobody.
AREA: dict[str, Any] = {"except_at": ("nowhere",)}
ACCOUNT = ("account.read",)
REASON = {"reason": "核对后办理"}
AREA_FORM = {"document": "文件", "effective": "2030-01-01", "name": "新名"}

# A run names nobody: whoever answers for a part of its area sees it. Months are not run where there is no area.
RUN: dict[str, Any] = {"except_at": ("parent", "nowhere")}

DRAFT: dict[str, Any] = {"except_at": ("nowhere",), "is_slow": True}
REVISE = ("list.revise",)

EXAMPLES: dict[str, Example] = {
    # Cases
    # Lists on their way: of areas only, and of those without an area there is none
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
    # Visits. Who is sent to act on a finding sees that one and no other; these were sent to nobody.
    "visits:overview": LIST,
    "visits:list": LIST,
    "visits:not_yet": LIST,
    "visits:board": LIST,
    "visits:order": Example(post=lambda there: {"area_code": f"{there.code}", "month": "2030-01"}, logs=False, **BOTH),
    "visits:plan": one("visit_plan"),
    "visits:plan_progress": one("visit_plan", logs=False),
    "visits:decide": Example(of=lambda there: [there.visit_plan, "drop"], post=lambda there: {}, methods=("post",)),
    "visits:posts": Example(logs=False),
    "visits:new_post": Example(post=lambda there: {"area_code": f"{there.code}"}, logs=False, **BOTH),
    "visits:post": one("post", post=lambda there: {}, logs=False, **BOTH),
    "visits:absences": Example(post=lambda there: {}, **BOTH),
    "visits:alerts": Example(logs=False),
    "visits:new_alert": Example(post=lambda there: {"area_code": f"{there.code}"}, logs=False, **BOTH),
    "visits:end_alert": done("alert"),
    "visits:findings": LIST,
    "visits:finding": one("finding", within=("person.read",)),
    "visits:step": Example(
        of=lambda there: [there.finding, "assign"],
        post=lambda there: {"unit": "health"},
        within=("person.read",),
        **BOTH,
    ),
    "visits:observed": LIST,
    "visits:settle": done("observation", {"answer": "refuse", "words": "看错了"}),
    "visits:wish": one("wish", post=lambda there: {"outcome": "已办"}, **BOTH),
    "visits:round": LIST,
    "visits:person": one("person"),
    "visits:new_finding": one("person", post=lambda there: {"kind": "other"}, within=("person.read",), **BOTH),
    "visits:unplanned": done("person"),
    "visits:visit": one("visit"),
    "visits:report": one("visit", post=lambda there: {"q-met": "no", "q-means": "home"}, **BOTH),
    "visits:move": one("visit", post=lambda there: {"reason": "换人"}, **BOTH),
    "visits:excuse": one("visit", post=lambda there: {"reason": "住院"}, **BOTH),
    "api:visits": LIST,
    "api:visit_rate": Example(in_query=lambda there: {"month": "2026-11"}, is_scoped=False),
    "api:list_findings": LIST,
    "api:one_finding": one("finding_number", within=("person.read",)),
    # The body names the person: whoever asks elsewhere does not find him.
    "api:raise_finding": Example(
        post=lambda there: {"person": there.person, "kind": "other", "words": "邻居来电"},
        methods=("post",),
        refusals=(403, 404),
    ),
    "api:act_on_finding": done("finding_number", {"words": "已上门"}, within=("person.read",)),
    "api:finding_events": LIST,
    "api:send_sign": Example(
        post=lambda there: {
            "person": there.person,
            "kind": "motion",
            "at": timezone.now().isoformat(),
            "key": f"k{there.person}",
        },
        methods=("post",),
        refusals=(403, 404),
    ),
    # Assessments. Whoever may take some step does not find every step open: then he is told and sent back.
    "assessment:work": LIST,
    "assessment:calendar": LIST,
    "assessment:person": one("person"),
    "assessment:ask": one("person", post=lambda there: {}, **BOTH),
    "assessment:ask_many": Example(
        post=lambda there: {"rows": [there.unknown]}, methods=("post",), is_scoped=False, logs=False
    ),
    "assessment:plan_many": Example(post=lambda there: {"rows": [there.assessment]}, methods=("post",)),
    "assessment:request": one("assessment"),
    "assessment:plan": one("assessment", post=lambda there: {}, **BOTH),
    "assessment:close": Example(
        of=lambda there: [there.assessment, "cancel"], post=lambda there: REASON, methods=("get", "post")
    ),
    "assessment:fill": one("assessment", post=lambda there: {}, **BOTH),
    "assessment:sign": done("assessment", {"sha256": ""}),
    "assessment:take_form_back": one("assessment", post=lambda there: REASON, **BOTH),
    "assessment:check": one("assessment", post=lambda there: {}, **BOTH),
    "assessment:certificate": done("result", is_slow=True),
    "assessment:use": one("result", post=lambda there: {"purpose": "home_bed"}, **BOTH),
    "assessment:object": one("result", post=lambda there: REASON, **BOTH),
    "assessment:withdraw": one("result", post=lambda there: REASON, **BOTH),
    "assessment:objection": one("objection", post=lambda there: {"outcome": "upheld", "answer": "维持"}, **BOTH),
    "assessment:sheets": LIST,
    "assessment:empty_sheet": Example(
        of=lambda there: ["gbt_42195_2022"], post=lambda there: {}, methods=("post",), is_scoped=False
    ),
    "assessment:agencies": LIST,
    "assessment:new_agency": Example(post=lambda there: {}, methods=("get", "post"), is_scoped=False),
    "assessment:agency": one("agency", **AREA),
    "assessment:edit_agency": one("agency", post=lambda there: {}, **BOTH, **AREA),
    "assessment:new_assessor": one("agency", post=lambda there: {}, **BOTH, **AREA),
    "assessment:edit_assessor": Example(
        of=lambda there: [there.agency, there.assessor], post=lambda there: {}, **BOTH, **AREA
    ),
    "assessment:figures": LIST,
    "assessment:draws": Example(logs=False),
    "assessment:draw": one("draw", **AREA),
    "assessment:rescoring": LIST,
    "portal:mine_assessments": mine(),
    "portal:mine_ask_assessment": mine(post={"reason": "跌倒"}, **BOTH),
    "portal:mine_cancel_assessment": mine("assessment", post=REASON, **BOTH),
    "portal:mine_certificate": mine("my_result", is_slow=True),
    "portal:mine_object_assessment": mine("my_result", post=REASON, **BOTH),
    # Notices
    "notices:overview": LIST,
    "notices:order": Example(post=lambda there: {"area": str(there.code), "channel": "sms"}, methods=("post",)),
    "notices:batch": one("batch"),
    "notices:fetch": done("batch"),
    "notices:results": done("batch", {"delivered": "1"}),
    "notices:returned": done("batch", {"numbers": "N1"}),
    "notices:person": one("person"),
    "notices:opt": Example(of=lambda there: [there.person, "sms"], post=lambda there: {}, methods=("post",)),
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
    # The workbench
    "workbench:home": LIST,
    "workbench:search": Example(post=lambda there: {"q": f"py{there.code}"}, methods=("post",)),
    "workbench:area": Example(post=lambda there: {"area": str(there.area)}, methods=("post",)),
    "workbench:styleguide": LIST,
    "workbench:styleguide_progress": LIST,
    # How the system runs
    "site:system": LIST,
    "site:retry_job": Example(
        of=lambda there: [0], post=lambda there: {}, methods=("post",), is_scoped=False, refusals=(404,)
    ),
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
    # Areas. Their changes are known everywhere, as gazettes are; who changes one needs the right there.
    "areas:areas": LIST,
    "areas:area": one("area", **AREA),
    "areas:change": Example(
        of=lambda there: [there.area, "rename"], post=lambda there: AREA_FORM, methods=("get", "post"), **AREA
    ),
    "areas:classify": done("area", {"urban_rural": "rural"}),
    "areas:join": done("jurisdiction", {"member": "竹阳街道", "starts": "2030-01-01"}, refusals=(302,)),
    "areas:changes": LIST,
    "areas:one_change": one("change", is_scoped=False),
    "areas:undo": done("change", refusals=(302,), **AREA),
    "areas:cancel": done("change", refusals=(302,)),
    "areas:leave": done("membership", {"ends": "2030-01-01"}, refusals=(302,)),
    # Accounts
    "accounts:accounts": LIST,
    "accounts:open": Example(
        post=lambda there: {"name": "新人", "username": "xinren", "kind": "staff", "area": f"{there.code:012d}"},
        methods=("get", "post"),
        is_scoped=False,
    ),
    "accounts:visitors": Example(methods=("get", "post"), post=lambda there: {}, is_scoped=False),
    "accounts:expiring": LIST,
    "accounts:me": LIST,
    "accounts:account": one("account"),
    "accounts:grant": one(
        "account",
        post=lambda there: {"role": "inspector", "area": f"{there.code:012d}", "starts": "2026-11-22", **REASON},
        methods=("get", "post"),
    ),
    "accounts:reset_password": done("account", REASON, within=ACCOUNT),
    "accounts:act": Example(
        of=lambda there: [there.account, "switch-off"], post=lambda there: REASON, methods=("post",), within=ACCOUNT
    ),
    "accounts:prolong": one("grant", post=lambda there: {"ends": "2027-01-01", **REASON}, methods=("get", "post")),
    "accounts:revoke": done("grant", REASON),
    "accounts:tokens": LIST,
    "accounts:issue": Example(methods=("get", "post"), post=lambda there: {"user": there.machine}, is_scoped=False),
    "accounts:token": one("token"),
    "accounts:revoke_token": done("token", REASON),
    "accounts:matrix": LIST,
    "accounts:matrix_sheet": LIST,
    # Simulations
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
    # The log
    "audit:log": LIST,
    "audit:line": one("seq"),
    "audit:request": Example(of=lambda there: ["0" * 32], is_scoped=False, refusals=(404,)),
    "audit:row": Example(
        of=lambda there: ["registry_delivery", str(there.delivery)], within=("audit.read", "person.read")
    ),
    "audit:figures": LIST,
    "audit:export": Example(post=lambda there: {**REASON, "format": "csv"}, methods=("post",)),
    # Libraries' pages on one's own account
    **dict.fromkeys(
        (
            "account_reauthenticate",
            "account_change_password",
            "mfa_index",
            "mfa_reauthenticate",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_download_recovery_codes",
            "usersessions_list",
        ),
        Example(refusals=(404, 403)),
    ),
    # Months
    "entitlement:runs": LIST,
    "entitlement:order": Example(post=lambda there: {}, methods=("get", "post")),
    "entitlement:run": one("run", **RUN),
    "entitlement:run_progress": one("run", **RUN),
    "entitlement:decide": Example(
        of=lambda there: [there.run, "drop"], post=lambda there: REASON, methods=("post",), **RUN
    ),
    "entitlement:reckon_again": done("run", **RUN),
    "entitlement:report": done("run", refusals=(404,), **RUN),
    "entitlement:changes": LIST,
    "entitlement:unknowns": LIST,
    "entitlement:unknown_print": LIST,
    "entitlement:unknown": one("unknown"),
    "entitlement:arrears": LIST,
    "entitlement:arrear": one("arrear"),
    "entitlement:decide_arrear": Example(
        of=lambda there: [there.arrear, "confirm"], post=lambda there: {}, methods=("post",)
    ),
    "entitlement:person": one("person"),
    # The API
    "api:areas": LIST,
    "api:area": one("area", **AREA),
    "api:children": one("area", **AREA),
    "api:tree": one("area", **AREA),
    "api:history": one("area", **AREA),
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
    "api:assessments": LIST,
    "api:assessment": one("certificate"),
    "api:use_assessment": done("certificate", {"purpose": "long_term_care_insurance"}),
    "api:assessment_requests": LIST,
    "api:assessment_request": one("assessment_number"),
    # The body names the person: whoever asks elsewhere does not find him.
    "api:ask_assessment": Example(
        post=lambda there: {"person": there.person, "instrument": "destitute_self_care"},
        methods=("post",),
        refusals=(403, 404),
    ),
    # Nothing that FHIR knows: whoever may is told so.
    "api:file_assessment": done("assessment_number", {"resource": {}}),
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
    "api:me": LIST,
    "api:accounts": LIST,
    "api:account": one("account"),
    "api:tokens": LIST,
    "api:revoke": Example(
        of=lambda there: [there.token], post=lambda there: REASON, methods=("delete",), within=("token.manage",)
    ),
    "api:runs": LIST,
    "api:run": one("run", **RUN),
    "api:order_run": Example(
        post=lambda there: {"area": there.code, "month": "2026-10"},
        methods=("post",),
        is_scoped=False,
        refusals=(422,),
    ),
    "api:start_run": done("run", refusals=(422,), **RUN),
    "api:entitlement_changes": LIST,
    "api:entitlements": one(
        "person", in_query=lambda there: {"basis": "办法第十条", "consent": "S1"}, refusals=(404,), logs=False
    ),
    "api:entitlements_by_number": Example(
        post=lambda there: {"id_number": "510101194001010018", "basis": "办法第十条", "consent": "S1"},
        methods=("post",),
        is_scoped=False,
        refusals=(404, 422),
        logs=False,
    ),
    "api:simulate": Example(
        post=lambda there: {"area": there.code}, methods=("post",), is_scoped=False, refusals=(404, 422)
    ),
    "api:list_in_force": Example(of=lambda there: [there.code], **DRAFT),
    "api:revisions": LIST,
    "api:revision": one("revision", **DRAFT),
    "api:scenarios": LIST,
    "api:keep_scenario": Example(
        post=lambda there: {"area": there.code, "title": "某"}, methods=("post",), is_scoped=False, refusals=(404, 422)
    ),
    "api:scenario": one("scenario"),
    "api:drop_scenario": one("scenario", methods=("delete",), post=lambda there: {}, within=("nobody",)),
    "api:lines": LIST,
    "api:line": one("seq"),
}
