"""The second lock on revisions, their links to areas, and the history of their writes."""

from pathlib import Path

from django.db import migrations

from yiyang.access.rls import FollowArea, Protect, by_area
from yiyang.audit.triggers import Track

STEPS = (Path(__file__).parents[1] / "sql" / "steps.sql").read_text(encoding="utf-8")
NO_STEPS = (
    "DROP TRIGGER guard ON revisions_revision; DROP FUNCTION revisions_revision_guard(); "
    "DROP TRIGGER guard ON revisions_act; DROP FUNCTION revisions_act_guard(); DROP FUNCTION revisions_moves()"
)
OF_A_REVISION = "EXISTS (SELECT 1 FROM revisions_revision AS r WHERE r.id = revisions_act.revision_id)"


class Migration(migrations.Migration):
    dependencies = (("revisions", "0001_initial"), ("areas", "0003_history"))
    operations = (
        FollowArea("revisions_revision", "area_code"),
        by_area("revisions_revision", lock="work"),
        Protect("revisions_act", OF_A_REVISION),
        migrations.RunSQL("REVOKE UPDATE, DELETE, TRUNCATE ON revisions_act FROM yiyang_app", migrations.RunSQL.noop),
        migrations.RunSQL("REVOKE DELETE, TRUNCATE ON revisions_revision FROM yiyang_app", migrations.RunSQL.noop),
        migrations.RunSQL(STEPS, NO_STEPS),
        Track("revisions_revision", area="area_code"),
        Track("revisions_act"),
    )
