"""The second lock on runs and what came of them, their links to areas, and the history of their writes."""

from django.db import migrations

from yiyang.access.rls import FollowArea, Protect, by_area, ranges_sql, setting_sql
from yiyang.audit.triggers import Track

# Only a table's owner may look at it for statistics.
ANALYZE = """
CREATE FUNCTION entitlement_analyze() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    ANALYZE entitlement_change, entitlement_ground, entitlement_unknown, entitlement_arrear;
END $$;
REVOKE ALL ON FUNCTION entitlement_analyze() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION entitlement_analyze() TO yiyang_app;
"""
# A run names nobody: whoever answers for a part of its area sees it, and citizens what is in force.
OF_ITS_PARTS = f"within && {ranges_sql('work')} OR (state = 'in_force' AND {setting_sql('citizen')} IS NOT NULL)"
OF_A_PERSON = ("change", "unknown", "arrear")


class Migration(migrations.Migration):
    dependencies = (("entitlement", "0001_initial"), ("areas", "0003_history"), ("registry", "0007_own_file"))
    operations = (
        FollowArea("entitlement_monthrun", "area_code"),
        *(FollowArea(f"entitlement_{name}", "area_code") for name in OF_A_PERSON),
        Protect("entitlement_monthrun", OF_ITS_PARTS),
        *(by_area(f"entitlement_{name}", person="person") for name in OF_A_PERSON),
        Track("entitlement_monthrun", area="area_code"),
        Track("entitlement_ground", inserts="count", updates="count"),
        *(Track(f"entitlement_{name}", area="area_code", inserts="count", updates="count") for name in OF_A_PERSON),
        migrations.RunSQL(ANALYZE, "DROP FUNCTION entitlement_analyze()"),
    )
