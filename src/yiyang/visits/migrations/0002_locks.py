"""The second lock on visits, their links to areas, and the history of their writes."""

from pathlib import Path

from django.db import migrations

from yiyang.access.rls import (
    FollowArea,
    Protect,
    by_area,
    by_person,
    in_ranges_sql,
    is_own_sql,
    setting_sql,
    with_parent,
)
from yiyang.audit.triggers import Track

# What was seen and done is added to, never changed.
KEPT = """
REVOKE DELETE, TRUNCATE ON visits_finding FROM yiyang_app;
REVOKE UPDATE, DELETE, TRUNCATE ON visits_report, visits_reportfile FROM yiyang_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON visits_findingstep FROM yiyang_app;
REVOKE DELETE, TRUNCATE ON visits_observation, visits_wish FROM yiyang_app;
-- Where two areas become one, its reports go with a village.
GRANT UPDATE (area_code) ON visits_report TO yiyang_app;
"""
FINDINGS = (Path(__file__).parent.parent / "sql" / "findings.sql").read_text(encoding="utf-8")
NO_FINDINGS = """
DROP FUNCTION visits_analyze();
DROP TRIGGER steps_after ON visits_finding; DROP TRIGGER steps_before ON visits_finding;
DROP FUNCTION visits_finding_after(); DROP FUNCTION visits_finding_before(); DROP FUNCTION visits_step(text, text);
DROP FUNCTION visits_said(text); DROP FUNCTION visits_new_number(bigint, date); DROP SEQUENCE visits_finding_number;
"""
# Why somebody is away is seen by himself and by whoever sees the villages where he visits.
ABSENCE = (
    f"{setting_sql('self')} = 'on' OR visitor_id = (SELECT nullif(current_setting('yiyang.user', true), '')::bigint) "
    "OR EXISTS (SELECT 1 FROM visits_post AS p WHERE visits_absence.visitor_id IN (p.visitor_id, p.deputy_id))"
)
# Whoever was sent to act sees that finding, wherever it lies.
IS_MINE = "assigned_to_id = (SELECT nullif(current_setting('yiyang.user', true), '')::bigint)"
IN_AREAS = ("post", "alert", "plan", "visit", "report", "observation", "wish", "finding")


class Migration(migrations.Migration):
    dependencies = (("visits", "0001_initial"), ("areas", "0003_history"), ("registry", "0007_own_file"))
    operations = (
        *(FollowArea(f"visits_{name}", "area_code") for name in IN_AREAS),
        by_area("visits_post", lock="work"),
        by_area("visits_alert", lock="work"),
        by_area("visits_plan", lock="work"),
        by_area("visits_visit", person="person_id"),
        by_area("visits_report", person="person_id"),
        by_area("visits_observation", person="person_id"),
        by_area("visits_wish", person="person_id"),
        Protect(
            "visits_finding", f"{in_ranges_sql('people', ['area_code'])} OR {is_own_sql('person_id')} OR {IS_MINE}"
        ),
        with_parent("visits_stop", "visits_plan", "plan_id"),
        with_parent("visits_reportfile", "visits_report", "report_id"),
        with_parent("visits_findingstep", "visits_finding", "finding_id"),
        by_person("visits_signoflife"),
        Protect("visits_absence", ABSENCE),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        Track("visits_visit", area="area_code", inserts="count", updates="count"),
        Track("visits_report", area="area_code", inserts="count"),
        Track("visits_signoflife", inserts="count"),
        Track("visits_stop", inserts="count"),
        migrations.RunSQL(FINDINGS, NO_FINDINGS),
        *(
            Track(f"visits_{name}", area="area_code")
            for name in ("post", "alert", "plan", "finding", "observation", "wish")
        ),
        *(Track(f"visits_{name}") for name in ("absence", "reportfile", "findingstep")),
    )
