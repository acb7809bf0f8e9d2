"""What the room keeps: documents and what was read in them, projects, tasks."""

from yiyang.planning.models.documents import Correction, Doubt, Finding, PlanFile, Record
from yiyang.planning.models.projects import Estate, Lottery, Money, Payment, Project, ProjectStep
from yiyang.planning.models.tasks import Evaluation, Milestone, PlanTask, Progress, TaskUnit

__all__ = [
    "Correction", "Doubt", "Estate", "Evaluation", "Finding", "Lottery", "Milestone", "Money", "Payment", "PlanFile",
    "PlanTask", "Progress", "Project", "ProjectStep", "Record", "TaskUnit",
]  # fmt: skip
