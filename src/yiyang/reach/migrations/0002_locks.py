"""The second lock on what is reckoned, its links to areas, and the history of its writes."""

from django.db import migrations

from yiyang.access.rls import FollowArea, Protect, by_area, ranges_sql, with_parent
from yiyang.audit.triggers import Track

KEPT = "REVOKE DELETE, TRUNCATE ON reach_given FROM yiyang_app;"
# A circle names nobody: whoever answers for a part of its area sees it; its points are seen where they lie.
OF_ITS_PARTS = f"within && {ranges_sql('work')}"


class Migration(migrations.Migration):
    dependencies = (("reach", "0001_initial"), ("areas", "0003_history"), ("planning", "0002_locks"))
    operations = (
        FollowArea("reach_given", "area_code"),
        FollowArea("reach_reckoning", "area_code"),
        by_area("reach_given", lock="work"),
        Protect("reach_reckoning", OF_ITS_PARTS),
        by_area("reach_spot", lock="work", columns=("code",)),
        with_parent("reach_site", "reach_reckoning", "reckoning_id"),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        Track("reach_given", area="area_code"),
        Track("reach_reckoning", area="area_code"),
        Track("reach_spot", inserts="count"),
        Track("reach_site"),
    )
