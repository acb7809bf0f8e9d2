"""Coherence: where plans contradict themselves, each other, or what is known. Pure: documents in, findings out."""

from yiyang.planning.coherence.checks import CHECKS, Check, check
from yiyang.planning.coherence.findings import Amount, Finding, Report, Spot

__all__ = ["CHECKS", "Amount", "Check", "Finding", "Report", "Spot", "check"]
