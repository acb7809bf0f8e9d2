"""The second lock on figures, their links to areas, and the history of their writes."""

from django.db import migrations

from yiyang.access.rls import FollowArea, by_area
from yiyang.audit.triggers import Track

IN_AREAS = ("measurement", "reported", "figure")
# What was reported is replaced by another row, never removed; only a table's owner may look at it for statistics.
KEPT = """
REVOKE DELETE, TRUNCATE ON indicators_reported FROM yiyang_app;
CREATE FUNCTION indicators_analyze() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    ANALYZE indicators_figure;
END $$;
REVOKE ALL ON FUNCTION indicators_analyze() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION indicators_analyze() TO yiyang_app;
"""


class Migration(migrations.Migration):
    dependencies = (("indicators", "0001_initial"), ("areas", "0003_history"))
    operations = (
        *(FollowArea(f"indicators_{name}", "area_code") for name in IN_AREAS),
        *(by_area(f"indicators_{name}", lock="work") for name in IN_AREAS),
        migrations.RunSQL(KEPT, "DROP FUNCTION indicators_analyze()"),
        Track("indicators_measurement", area="area_code"),
        Track("indicators_reported", area="area_code"),
        Track("indicators_figure", area="area_code", inserts="count", updates="count"),
    )
