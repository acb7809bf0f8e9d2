"""Merged files by the file they went into; and fresh statistics after a load, without which first pages scan the table."""

from django.db import migrations, models

# ANALYZE is the owner's; the application may order it for these tables and for nothing else.
ANALYZE = """
CREATE FUNCTION registry_analyze() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    ANALYZE registry_person, registry_statement, registry_membership, registry_alias;
END $$;
REVOKE ALL ON FUNCTION registry_analyze() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION registry_analyze() TO yiyang_app;
"""


class Migration(migrations.Migration):
    dependencies = (("registry", "0005_people"),)
    operations = (
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                fields=["merged_into"], name="registry_person_merged", condition=models.Q(merged_into__isnull=False)
            ),
        ),
        migrations.RunSQL(ANALYZE, "DROP FUNCTION registry_analyze()"),
    )
