"""A citizen in the portal sees his own file, and those of the people who let him act for them."""

from django.db import migrations

from yiyang.access.rls import in_ranges_sql, is_own_sql

WITHIN = in_ranges_sql("people", ["area_code", "registered_code"])
OWN = f"{WITHIN} OR {is_own_sql('id')}"


def _policy(condition: str, check: str) -> str:
    return f"ALTER POLICY scope ON registry_person USING ({condition}) WITH CHECK ({check})"


class Migration(migrations.Migration):
    dependencies = (("registry", "0006_statistics"),)
    # Seen, not written: what a citizen changes goes through actions of the platform.
    operations = (migrations.RunSQL(_policy(OWN, WITHIN), _policy(WITHIN, WITHIN)),)
