"""Visits: who looks in on whom, the month's plan, what was found, and who closed it.

How often somebody is to be visited is policy (`policy/visits.yaml`) over the facts of the registry.
"""

from __future__ import annotations

from yiyang.visits.models.findings import Finding, FindingStep
from yiyang.visits.models.posts import Absence, Alert, Post
from yiyang.visits.models.reports import Observation, Report, ReportFile, SignOfLife, Wish
from yiyang.visits.models.visits import Means, Plan, Stop, Visit

__all__ = [
    "Absence", "Alert", "Finding", "FindingStep", "Means", "Observation", "Plan", "Post", "Report", "ReportFile",
    "SignOfLife", "Stop", "Visit", "Wish",
]  # fmt: skip
