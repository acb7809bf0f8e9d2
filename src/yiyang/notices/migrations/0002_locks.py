"""The second lock on notices, their links to areas, and the history of their writes."""

from django.db import migrations

from yiyang.access.rls import FollowArea, Protect, by_area, by_person, setting_sql
from yiyang.audit.triggers import Track


class Migration(migrations.Migration):
    dependencies = (("notices", "0001_initial"), ("areas", "0003_history"), ("registry", "0007_own_file"))
    operations = (
        FollowArea("notices_notice", "area_code"),
        FollowArea("notices_batch", "area_code"),
        by_area("notices_notice", person="person"),
        by_area("notices_batch", lock="work"),
        by_person("notices_optout", "person"),
        # Codes are nobody's to read but the platform's own.
        Protect("notices_instant", f"{setting_sql('self')} = 'on'"),
        migrations.RunSQL("REVOKE UPDATE, DELETE, TRUNCATE ON notices_wording FROM yiyang_app", migrations.RunSQL.noop),
        Track("notices_notice", area="area_code", inserts="count", updates="count"),
        Track("notices_batch", area="area_code"),
        Track("notices_optout"),
        Track("notices_wording"),
        Track("notices_instant", inserts="count", updates="count"),
    )
