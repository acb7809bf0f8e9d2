"""The chain, the history of writes, and who may read and add."""

from django.db import migrations

from yiyang.audit.triggers import CHAIN, NO_READERS, READERS, UNCHAIN, UNWRITE, WRITES


class Migration(migrations.Migration):
    dependencies = (("audit", "0001_initial"),)
    operations = (
        migrations.RunSQL(CHAIN, UNCHAIN),
        migrations.RunSQL(WRITES, UNWRITE),
        migrations.RunSQL(READERS, NO_READERS),
    )
