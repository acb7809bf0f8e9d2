"""The second lock on citizens, mandates and codes, and the history of their writes."""

from django.db import migrations

from yiyang.access.rls import Protect, is_own_sql, setting_sql
from yiyang.audit.triggers import Track

ITSELF = f"{setting_sql('self')} = 'on'"
CITIZEN = f"{setting_sql('citizen')}::bigint"


class Migration(migrations.Migration):
    dependencies = (("portal", "0001_initial"), ("audit", "0002_chain"))
    operations = (
        Protect("portal_citizen", f"{ITSELF} OR id = {CITIZEN}"),
        Protect("portal_mandate", f"{ITSELF} OR citizen_id = {CITIZEN} OR {is_own_sql('person')}"),
        Protect("portal_logincode", ITSELF),
        Track("portal_citizen", inserts="count"),
        Track("portal_mandate"),
    )
