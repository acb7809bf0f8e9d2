"""The registry in the database: deliveries, what each register stated in two times, and one file on every person.

Departments state; nobody edits a statement. A person's current facts (`Person.facts`) are what `registry.tables`
resolves from the statements, exactly as it does from files.
"""

from __future__ import annotations

from yiyang.registry.models.deliveries import CLERK, STILL, Delivery, LinkedRow, QuarantineLine, Statement
from yiyang.registry.models.doubles import PossibleDouble
from yiyang.registry.models.exports import Export
from yiyang.registry.models.groups import GroupFigure, Membership
from yiyang.registry.models.people import Alias, Contact, Correction, Document, Person, Stated, StatedContact

__all__ = [
    "CLERK",
    "STILL",
    "Alias",
    "Contact",
    "Correction",
    "Delivery",
    "Document",
    "Export",
    "GroupFigure",
    "LinkedRow",
    "Membership",
    "Person",
    "PossibleDouble",
    "QuarantineLine",
    "Stated",
    "StatedContact",
    "Statement",
]
