"""The actions on assessments, each in the file of its step; whatever writes requests, forms and results is there.

requesting → planning → filling (both sign) → checking → issuing; objecting, using, drawing beside them.
"""

from __future__ import annotations

from yiyang.assessment.checking import NotTwice, check
from yiyang.assessment.drawing import draw
from yiyang.assessment.filling import FilledAlready, file_form, sign
from yiyang.assessment.filling import withdraw as withdraw_form
from yiyang.assessment.issuing import withdraw as withdraw_result
from yiyang.assessment.objecting import answer_objection, object_to
from yiyang.assessment.objecting import withdraw as withdraw_objection
from yiyang.assessment.planning import Planned, Suggestion, plan, plan_many, suggest, unplan
from yiyang.assessment.requesting import Asked, ask, ask_about, ask_unknowns, cancel, refuse
from yiyang.assessment.steps import MovedOn
from yiyang.assessment.using import use

__all__ = [
    "Asked", "FilledAlready", "MovedOn", "NotTwice", "Planned", "Suggestion", "answer_objection", "ask", "ask_about",
    "ask_unknowns", "cancel", "check", "draw", "file_form", "object_to", "plan", "plan_many", "refuse", "sign",
    "suggest", "unplan", "use", "withdraw_form", "withdraw_objection", "withdraw_result",
]  # fmt: skip
