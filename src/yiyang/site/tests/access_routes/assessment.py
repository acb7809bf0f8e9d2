"""How the addresses of `assessment` are asked for."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import AREA, BOTH, LIST, REASON, Example, done, one

EXAMPLES: dict[str, Example] = {
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
    "assessment:answers": done("result"),
    "assessment:use": one("result", post=lambda there: {"purpose": "home_bed"}, **BOTH),
    "assessment:object": one("result", post=lambda there: REASON, **BOTH),
    "assessment:withdraw": one("result", post=lambda there: REASON, **BOTH),
    "assessment:objection": one("objection", post=lambda there: {"outcome": "upheld", "answer": "维持"}, **BOTH),
    "assessment:sheets": LIST,
    "assessment:empty_sheet": Example(
        of=lambda there: ["gbt_42195_2022"], post=lambda there: {}, methods=("post",), is_scoped=False
    ),
    "assessment:former": LIST,
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
}
