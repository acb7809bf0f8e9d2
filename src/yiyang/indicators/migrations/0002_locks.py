"""The second lock on figures, their links to areas, and the history of their writes."""

from django.db import migrations

from yiyang.access.rls import FollowArea, Protect, by_area, setting_sql
from yiyang.audit.triggers import Track

IN_AREAS = ("measurement", "reported", "figure", "promise", "publishedtable", "privacyspending")
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

# What was spent of the privacy of people is never taken back.
SPENT = """
REVOKE UPDATE, DELETE, TRUNCATE ON indicators_privacyspending FROM yiyang_app;
GRANT UPDATE (area_code) ON indicators_privacyspending TO yiyang_app;
"""


# What was published stays as it was: no more than its state may change, to "corrected".
FROZEN = """
CREATE FUNCTION indicators_published_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state NOT IN ('published', 'replaced') THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR NEW.state NOT IN ('published', 'replaced')
        OR to_jsonb(NEW) - 'state' - 'area_code' IS DISTINCT FROM to_jsonb(OLD) - 'state' - 'area_code' THEN
        RAISE EXCEPTION 'a published table is never changed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER indicators_published_stays BEFORE UPDATE OR DELETE ON indicators_publishedtable
    FOR EACH ROW EXECUTE FUNCTION indicators_published_stays();
"""


class Migration(migrations.Migration):
    dependencies = (("indicators", "0001_initial"), ("areas", "0003_history"))
    operations = (
        *(FollowArea(f"indicators_{name}", "area_code") for name in IN_AREAS),
        *(by_area(f"indicators_{name}", lock="work") for name in IN_AREAS),
        # True counts: no account, whatever its rights, but the platform's own work.
        Protect("indicators_protectedtable", f"{setting_sql('self')} = 'on'"),
        migrations.RunSQL(FROZEN, "DROP FUNCTION indicators_published_stays() CASCADE"),
        migrations.RunSQL(SPENT, migrations.RunSQL.noop),
        migrations.RunSQL(KEPT, "DROP FUNCTION indicators_analyze()"),
        Track("indicators_measurement", area="area_code"),
        Track("indicators_reported", area="area_code"),
        Track("indicators_promise", area="area_code"),
        Track("indicators_publishedtable", area="area_code"),
        Track("indicators_privacyspending", area="area_code"),
        Track("indicators_figure", area="area_code", inserts="count", updates="count"),
    )
