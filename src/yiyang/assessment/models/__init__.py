"""Ability assessment: agencies and assessors, from the request to a result that every department recognises.

Scales are data (`policy/instruments/`); a form keeps the answers sealed, and which version of which scale scored it.
"""

from __future__ import annotations

from yiyang.assessment.models.agencies import Agency, Assessor
from yiyang.assessment.models.former import FormerResult
from yiyang.assessment.models.requests import Check, Form, Request, RequestStep, Signature
from yiyang.assessment.models.results import Draw, Objection, Result, Use

__all__ = [
    "Agency", "Assessor", "Check", "Draw", "Form", "FormerResult", "Objection", "Request", "RequestStep", "Result",
    "Signature", "Use",
]  # fmt: skip
