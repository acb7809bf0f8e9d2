"""The second lock on notices, their links to areas, and the history of their writes."""

from django.db import migrations

from yiyang.access.rls import FollowArea, by_area, by_person
from yiyang.audit.triggers import Track


class Migration(migrations.Migration):
    dependencies = (("notices", "0001_initial"), ("areas", "0003_history"), ("registry", "0007_own_file"))
    operations = (
        FollowArea("notices_notice", "area_code"),
        FollowArea("notices_batch", "area_code"),
        by_area("notices_notice", person="person"),
        by_area("notices_batch", lock="work"),
        by_person("notices_optout", "person"),
        Track("notices_notice", area="area_code", inserts="count", updates="count"),
        Track("notices_batch", area="area_code"),
        Track("notices_optout"),
    )
