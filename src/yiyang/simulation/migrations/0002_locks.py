"""The second lock on scenarios, their links to areas, and the history of their writes."""

from django.db import migrations

from yiyang.access.rls import FollowArea, by_area
from yiyang.audit.triggers import Track


class Migration(migrations.Migration):
    dependencies = (("simulation", "0001_initial"), ("areas", "0003_history"))
    operations = (
        FollowArea("simulation_scenario", "area_code"),
        by_area("simulation_scenario", lock="work"),
        Track("simulation_scenario", area="area_code"),
    )
