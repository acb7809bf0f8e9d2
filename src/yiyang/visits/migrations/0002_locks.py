"""The second lock on visits, their links to areas, and the history of their writes."""

from django.db import migrations

from yiyang.access.rls import FollowArea, Protect, by_area, by_person, setting_sql
from yiyang.audit.triggers import Track

# What was seen and done is added to, never changed.
KEPT = """
REVOKE DELETE, TRUNCATE ON visits_finding FROM yiyang_app;
REVOKE UPDATE, DELETE, TRUNCATE ON visits_report, visits_reportfile, visits_findingstep FROM yiyang_app;
"""
IN_AREAS = ("post", "alert", "plan", "visit", "report", "finding")


def _with(table: str, parent: str, column: str) -> Protect:
    """Seen with the row that it belongs to."""
    row = f"EXISTS (SELECT 1 FROM {parent} AS p WHERE p.id = {table}.{column})"
    return Protect(table, f"{setting_sql('self')} = 'on' OR {row}")


class Migration(migrations.Migration):
    dependencies = (("visits", "0001_initial"), ("areas", "0003_history"), ("registry", "0007_own_file"))
    operations = (
        *(FollowArea(f"visits_{name}", "area_code") for name in IN_AREAS),
        by_area("visits_post", lock="work"),
        by_area("visits_alert", lock="work"),
        by_area("visits_plan", lock="work"),
        by_area("visits_visit", person="person_id"),
        by_area("visits_report", person="person_id"),
        by_area("visits_finding", person="person_id"),
        _with("visits_reportfile", "visits_report", "report_id"),
        _with("visits_findingstep", "visits_finding", "finding_id"),
        by_person("visits_signoflife"),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        Track("visits_visit", area="area_code", inserts="count", updates="count"),
        Track("visits_report", area="area_code", inserts="count"),
        Track("visits_signoflife", inserts="count"),
        *(Track(f"visits_{name}", area="area_code") for name in ("post", "alert", "plan", "finding")),
        *(Track(f"visits_{name}") for name in ("absence", "reportfile", "findingstep")),
    )
