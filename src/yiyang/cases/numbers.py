"""Numbers of cases and decisions: six digits of the area, year and month, a running number."""

from __future__ import annotations

from datetime import date

from django.db import connection

DECISION = "JD"


def new_number(area: int, on: date, kind: str = "") -> str:
    """The next 受理编号, or 决定编号 (`kind` DECISION). Some are skipped, none is used twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_new_number(%s, %s, %s)", [kind, area, on])
        return str(cursor.fetchone()[0])
