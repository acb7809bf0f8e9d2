"""The chain, the history of writes, and who may read and add."""

from django.db import migrations

from yiyang.audit.triggers import CHAIN, NO_READERS, READERS, UNCHAIN, UNWRITE, WRITES

# Lines are added and read; writes are noted by triggers only; the head is moved by the chain alone.
LEAST = """
REVOKE ALL ON audit_line, audit_write, audit_head, audit_index FROM yiyang_app;
GRANT SELECT, INSERT ON audit_line TO yiyang_app;
GRANT SELECT ON audit_write, audit_index TO yiyang_app;
"""


class Migration(migrations.Migration):
    dependencies = (("audit", "0001_initial"),)
    operations = (
        migrations.RunSQL(CHAIN, UNCHAIN),
        migrations.RunSQL(WRITES, UNWRITE),
        migrations.RunSQL(READERS, NO_READERS),
        migrations.RunSQL(LEAST, migrations.RunSQL.noop),
    )
