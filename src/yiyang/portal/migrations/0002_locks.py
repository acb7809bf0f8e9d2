"""The second lock on citizens, mandates, codes and requests, and the history of their writes.

A citizen reads his own rows and writes none: what he does at the door or with a mandate is written by the platform, after
his telephone or the elder has agreed.
"""

from django.db import migrations

from yiyang.access.rls import FollowArea, Protect, by_area, is_own_sql, setting_sql
from yiyang.audit.triggers import Track

ITSELF = f"{setting_sql('self')} = 'on'"
CITIZEN = f"{setting_sql('citizen')}::bigint"
OWN_SELF = f"id = {CITIZEN}"
# Whoever asked to act for an elder learns of it when the elder has agreed, not that there is such an elder.
OWN_MANDATE = f"(citizen_id = {CITIZEN} AND agreed_at IS NOT NULL) OR {is_own_sql('person')}"


def read_own(table: str, own: str) -> migrations.RunSQL:
    """Written by the platform only, read by it and by the citizen whose row it is."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; "
        f"CREATE POLICY scope ON {table} USING ({ITSELF}) WITH CHECK ({ITSELF}); "
        f"CREATE POLICY own ON {table} FOR SELECT USING ({own})",
        f"DROP POLICY own ON {table}; DROP POLICY scope ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    )


class Migration(migrations.Migration):
    dependencies = (("portal", "0001_initial"), ("audit", "0002_chain"), ("areas", "0003_history"))
    operations = (
        read_own("portal_citizen", OWN_SELF),
        read_own("portal_mandate", OWN_MANDATE),
        Protect("portal_logincode", ITSELF),
        FollowArea("portal_correctionrequest", "area_code"),
        by_area("portal_correctionrequest", person="person"),
        Track("portal_citizen", inserts="count"),
        Track("portal_mandate"),
        Track("portal_correctionrequest", area="area_code"),
    )
