"""The database refuses what is no step of the process, and notes every step that is taken."""

from pathlib import Path

from django.db import migrations

STEPS = (Path(__file__).parent.parent / "sql" / "steps.sql").read_text(encoding="utf-8")
NO_STEPS = """
DROP FUNCTION cases_analyze();
DROP TRIGGER steps_insert ON cases_case; DROP TRIGGER steps_update ON cases_case; DROP TRIGGER steps_before ON cases_case;
DROP FUNCTION cases_note_insert(); DROP FUNCTION cases_note_update(); DROP FUNCTION cases_before_update();
DROP FUNCTION cases_refuse(text, text, text, text); DROP FUNCTION cases_is_citizen(); DROP FUNCTION cases_said(text);
DROP FUNCTION cases_new_number(text, bigint, date); DROP SEQUENCE cases_number;
"""


class Migration(migrations.Migration):
    dependencies = (("cases", "0002_locks"),)
    operations = (migrations.RunSQL(STEPS, NO_STEPS),)
