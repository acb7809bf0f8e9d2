"""Writes to areas are noted."""

from django.db import migrations

from yiyang.audit.triggers import Track


class Migration(migrations.Migration):
    dependencies = (("areas", "0002_tree"),)
    operations = (
        Track("areas_area", area="code"),
        Track("areas_membership"),
        Track("areas_areachange"),
    )
