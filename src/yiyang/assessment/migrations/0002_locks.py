"""The second lock on assessments, their links to areas, and the history of their writes."""

from django.db import migrations

from yiyang.access.rls import FollowArea, by_area, ranges_sql, setting_sql, with_parent
from yiyang.audit.triggers import Track

# Signed, checked, issued and used is what happened: added to, never changed.
KEPT = """
REVOKE DELETE, TRUNCATE ON assessment_request, assessment_form, assessment_result, assessment_objection FROM yiyang_app;
REVOKE UPDATE, DELETE, TRUNCATE
    ON assessment_requeststep, assessment_signature, assessment_check, assessment_use, assessment_draw FROM yiyang_app;
-- Where an area is split, its draws go with the part that keeps them.
GRANT UPDATE (area_code) ON assessment_draw TO yiyang_app;
"""


# The codes of an agency's area, half open. Which agencies there are is published: whoever works in a part of its area sees
# it, and so does the citizen on whose certificate it stands. Only who works for the whole area writes it.
SPAN = "int8range(area_code, area_code + (CASE {cases} ELSE 1 END)::bigint)".format(
    cases=" ".join(f"WHEN area_code % {size} = 0 THEN {size}" for size in (10**12, 10**10, 10**8, 10**6, 10**3))
)
SEEN = (
    "CREATE POLICY seen ON assessment_agency FOR SELECT USING "
    f"({SPAN} && {ranges_sql('work')} OR {setting_sql('citizen')} IS NOT NULL)"
)


class Migration(migrations.Migration):
    dependencies = (("assessment", "0001_initial"), ("areas", "0003_history"), ("registry", "0007_own_file"))
    operations = (
        FollowArea("assessment_agency", "area_code"),
        FollowArea("assessment_request", "area_code"),
        FollowArea("assessment_result", "area_code"),
        FollowArea("assessment_draw", "area_code"),
        by_area("assessment_agency", lock="work"),
        migrations.RunSQL(SEEN, "DROP POLICY seen ON assessment_agency"),
        with_parent("assessment_assessor", "assessment_agency", "agency_id"),
        by_area("assessment_request", person="person_id"),
        with_parent("assessment_requeststep", "assessment_request", "request_id"),
        with_parent("assessment_form", "assessment_request", "request_id"),
        with_parent("assessment_signature", "assessment_form", "form_id"),
        with_parent("assessment_check", "assessment_form", "form_id"),
        by_area("assessment_result", person="person_id"),
        with_parent("assessment_objection", "assessment_result", "result_id"),
        with_parent("assessment_use", "assessment_result", "result_id"),
        by_area("assessment_draw", lock="work"),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        Track("assessment_request", area="area_code", inserts="count", updates="count"),
        Track("assessment_result", area="area_code", inserts="count", updates="count"),
        *(Track(f"assessment_{name}", area="area_code") for name in ("agency", "draw")),
        *(
            Track(f"assessment_{name}")
            for name in ("assessor", "requeststep", "form", "signature", "check", "objection", "use")
        ),
    )
