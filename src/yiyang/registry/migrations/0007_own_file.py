"""A citizen in the portal sees his own file, and those of the people who let him act for them."""

from django.db import migrations

from yiyang.access.rls import is_own_sql

# Seen, not written: what a citizen changes goes through actions of the platform.
OWN = f"CREATE POLICY own ON registry_person FOR SELECT USING ({is_own_sql('id')})"


class Migration(migrations.Migration):
    dependencies = (("registry", "0006_statistics"),)
    operations = (migrations.RunSQL(OWN, "DROP POLICY own ON registry_person"),)
