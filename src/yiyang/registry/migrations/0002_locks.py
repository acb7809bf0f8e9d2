"""The second lock on every table of the registry, its links to areas, and the history of its writes."""

from django.db import migrations

from yiyang.access.rls import FollowArea, Protect, by_area, by_person, in_ranges_sql, setting_sql
from yiyang.audit.triggers import Track

DELIVERY = (
    f"({in_ranges_sql('work', ['area_code'])}) AND "
    f"({setting_sql('registers')} = '*' OR register = ANY (string_to_array({setting_sql('registers')}, ',')))"
)
OF_DELIVERY = "EXISTS (SELECT 1 FROM registry_delivery AS d WHERE d.id = registry_quarantineline.delivery_id)"
OWN_EXPORT = f"ordered_by = {setting_sql('user')}::bigint OR {setting_sql('self')} = 'on'"

# What a register stated is never edited: belief in it ends, and that is all.
STATEMENTS = """
REVOKE UPDATE, DELETE, TRUNCATE ON registry_statement FROM yiyang_app;
GRANT UPDATE (known_to, closed_id) ON registry_statement TO yiyang_app;
"""
AREAS = (
    ("registry_person", "area_code"),
    ("registry_person", "registered_code"),
    ("registry_delivery", "area_code"),
    ("registry_groupfigure", "area_code"),
    ("registry_possibledouble", "area_code"),
    ("registry_possibledouble", "other_area_code"),
)
OF_A_PERSON = ("alias", "membership", "correction", "contact", "document")


class Migration(migrations.Migration):
    dependencies = (("registry", "0001_initial"), ("areas", "0003_history"))
    operations = (
        *(FollowArea(table, column) for table, column in AREAS),
        by_area("registry_person", columns=("area_code", "registered_code")),
        by_area("registry_possibledouble", columns=("area_code", "other_area_code")),
        by_area("registry_groupfigure", lock="work"),
        Protect("registry_delivery", DELIVERY),
        Protect("registry_quarantineline", OF_DELIVERY),
        Protect("registry_export", OWN_EXPORT),
        by_person("registry_statement", "person"),
        *(by_person(f"registry_{name}") for name in OF_A_PERSON),
        # Current facts change every month: room on each page keeps an update from touching nine indexes.
        migrations.RunSQL("ALTER TABLE registry_person SET (fillfactor = 70)", migrations.RunSQL.noop),
        migrations.RunSQL(STATEMENTS, migrations.RunSQL.noop),
        Track("registry_person", area="area_code", inserts="count", updates="count"),
        Track("registry_statement", inserts="count", updates="count"),
        Track("registry_membership", inserts="count", updates="count"),
        Track("registry_delivery", area="area_code"),
        Track("registry_possibledouble", area="area_code"),
        Track("registry_alias", key="key"),
        Track("registry_correction"),
        Track("registry_contact"),
        Track("registry_document"),
        Track("registry_export"),
    )
