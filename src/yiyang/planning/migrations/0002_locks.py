"""The second lock on plans, projects and tasks, their links to areas, and the history of their writes."""

from django.db import migrations

from yiyang.access.rls import FollowArea, by_area, with_parent
from yiyang.audit.triggers import Track

# What happened, was paid, reported and judged is added to, never changed.
KEPT = """
REVOKE UPDATE, DELETE, TRUNCATE ON planning_projectstep, planning_payment, planning_progress, planning_evaluation
FROM yiyang_app;
REVOKE DELETE, TRUNCATE ON planning_finding, planning_correction, planning_planfile FROM yiyang_app;
"""
IN_AREAS = ("planfile", "correction", "finding", "project", "estate", "lottery", "plantask")
PARTS = (
    ("projectstep", "project", "project_id"),
    ("money", "project", "project_id"),
    ("payment", "project", "project_id"),
    ("taskunit", "plantask", "task_id"),
    ("milestone", "plantask", "task_id"),
    ("progress", "plantask", "task_id"),
    ("evaluation", "plantask", "task_id"),
)
# What was read in a document: rewritten whole when it is read again.
READ = ("record", "doubt")


class Migration(migrations.Migration):
    dependencies = (("planning", "0001_initial"), ("areas", "0003_history"))
    operations = (
        *(FollowArea(f"planning_{name}", "area_code") for name in IN_AREAS),
        *(by_area(f"planning_{name}", lock="work") for name in IN_AREAS),
        *(with_parent(f"planning_{name}", f"planning_{parent}", column) for name, parent, column in PARTS),
        *(with_parent(f"planning_{name}", "planning_planfile", "file_id") for name in READ),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        *(Track(f"planning_{name}", area="area_code") for name in IN_AREAS),
        *(Track(f"planning_{name}") for name, _, _ in PARTS),
        *(Track(f"planning_{name}", inserts="count") for name in READ),
    )
