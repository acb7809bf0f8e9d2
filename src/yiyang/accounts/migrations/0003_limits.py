"""A token's area, the end of a temporary password, and the database's own word on who may grant what to whom."""

import django.db.models.deletion
from django.db import migrations, models

from yiyang.access.rls import setting_sql

USER, SELF = f"{setting_sql('user')}::bigint", f"{setting_sql('self')} = 'on'"
# Whatever the application thinks: nobody writes grants of his own, and a new one bears the name of whoever acts.
GRANTS = f"""
ALTER TABLE accounts_grant ENABLE ROW LEVEL SECURITY;
CREATE POLICY reading ON accounts_grant FOR SELECT USING (true);
CREATE POLICY granting ON accounts_grant FOR INSERT WITH CHECK ({SELF} OR (granted_by_id = {USER} AND user_id <> {USER}));
CREATE POLICY changing ON accounts_grant FOR UPDATE USING ({SELF} OR user_id <> {USER}) WITH CHECK ({SELF} OR user_id <> {USER});
"""
NO_GRANTS = """
DROP POLICY reading ON accounts_grant; DROP POLICY granting ON accounts_grant; DROP POLICY changing ON accounts_grant;
ALTER TABLE accounts_grant DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = (("accounts", "0002_history"),)
    operations = (
        migrations.AddField(
            model_name="user",
            name="temporary_until",
            field=models.DateTimeField(null=True, verbose_name="临时密码有效期至"),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="area",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="areas.area",
                verbose_name="区划",
            ),
        ),
        migrations.RunSQL(GRANTS, NO_GRANTS),
        # Grants and accounts are history: they end, they are not deleted.
        migrations.RunSQL(
            "REVOKE DELETE ON accounts_grant, accounts_apitoken, accounts_user FROM yiyang_app",
            "GRANT DELETE ON accounts_grant, accounts_apitoken, accounts_user TO yiyang_app",
        ),
    )
