"""The second lock on what came home, and the history of its writes."""

from django.db import migrations

from yiyang.access.rls import FollowArea, Protect, by_area, setting_sql
from yiyang.audit.triggers import Track

# A device is seen by whoever's it is; the platform itself sees all, to answer for those who manage accounts.
MINE = f"{setting_sql('self')} = 'on' OR user_id::text = {setting_sql('user')}"
# What came in stays: its state alone moves.
KEPT = "REVOKE DELETE, TRUNCATE ON field_entry, field_device FROM yiyang_app;"


class Migration(migrations.Migration):
    dependencies = (("field", "0001_initial"), ("areas", "0003_history"), ("registry", "0007_own_file"))
    operations = (
        FollowArea("field_entry", "area_code"),
        by_area("field_entry"),
        Protect("field_device", MINE),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        Track("field_entry", area="area_code"),
        Track("field_device"),
    )
