"""The database refuses what is no step of an assessment, and notes every step that is taken."""

from pathlib import Path

from django.db import migrations

STEPS = (Path(__file__).parent.parent / "sql" / "steps.sql").read_text(encoding="utf-8")
NO_STEPS = """
DROP TRIGGER steps_insert ON assessment_request; DROP TRIGGER steps_update ON assessment_request;
DROP TRIGGER steps_before ON assessment_request;
DROP FUNCTION assessment_note_insert(); DROP FUNCTION assessment_note_update(); DROP FUNCTION assessment_before();
DROP FUNCTION assessment_refuse(text, text, text); DROP FUNCTION assessment_may_follow(text, text);
DROP FUNCTION assessment_said(text);
DROP FUNCTION assessment_new_number(text, bigint, date); DROP SEQUENCE assessment_number;
GRANT UPDATE ON assessment_form TO yiyang_app;
"""


class Migration(migrations.Migration):
    dependencies = (("assessment", "0002_locks"),)
    operations = (migrations.RunSQL(STEPS, NO_STEPS),)
