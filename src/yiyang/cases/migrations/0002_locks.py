"""The second lock on cases and what belongs to them, their links to areas, and the history of their writes."""

from django.db import migrations

from yiyang.access.rls import FollowArea, Protect, by_area, with_parent
from yiyang.audit.triggers import Track

OF_A_CASE = ("step", "decision", "appeal", "paper", "rating")
# What was done and decided is added to, never changed; steps are written by the trigger of cases alone.
KEPT = """
REVOKE DELETE, TRUNCATE ON cases_case FROM yiyang_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON cases_step FROM yiyang_app;
REVOKE UPDATE, DELETE, TRUNCATE ON cases_decision FROM yiyang_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON cases_transition FROM yiyang_app;
"""


class Migration(migrations.Migration):
    dependencies = (("cases", "0001_initial"), ("areas", "0003_history"), ("registry", "0007_own_file"))
    operations = (
        FollowArea("cases_case", "area_code"),
        by_area("cases_case", person="person_id"),
        *(with_parent(f"cases_{name}", "cases_case", "case_id") for name in OF_A_CASE),
        FollowArea("cases_webhook", "area_code"),
        by_area("cases_webhook", lock="work"),
        Protect("cases_webhookcall", "EXISTS (SELECT 1 FROM cases_webhook AS w WHERE w.id = webhook_id)"),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        Track("cases_case", area="area_code", inserts="count", updates="count"),
        Track("cases_step", inserts="count"),
        Track("cases_decision", inserts="count"),
        Track("cases_webhook", area="area_code", updates="count"),
        Track("cases_webhookcall", inserts="count"),
        *(Track(f"cases_{name}") for name in ("appeal", "paper", "rating", "transition")),
    )
