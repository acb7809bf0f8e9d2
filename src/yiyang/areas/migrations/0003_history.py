"""Writes to areas are noted."""

from django.db import migrations

from yiyang.access.rls import Protect, setting_sql
from yiyang.audit.triggers import Track


class Migration(migrations.Migration):
    dependencies = (("areas", "0002_tree"),)
    operations = (
        Track("areas_area", area="code"),
        Track("areas_membership"),
        Track("areas_areachange"),
        Track("areas_formerarea"),
        # Keys of people: for the platform's own work alone.
        Protect("areas_movedrow", f"{setting_sql('self')} = 'on'"),
    )
