"""The ledger of the budget of privacy: what each publication with noise spent, and whether there is enough for another.

It is spent when the figures are published. Until then a draw is sealed and nobody reads it, neither its maker nor who
decides: so none is chosen for being nice, and what is sent back has told nothing and costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from yiyang.access.scope import Scope, acting, platform
from yiyang.areas.logic import span
from yiyang.audit.record import record
from yiyang.indicators.publication import budget
from yiyang.indicators.publication.budget import Spent
from yiyang.indicators.publication.models import PrivacySpending, PublishedTable
from yiyang.indicators.publication.policy import load_publication


@dataclass(frozen=True)
class Balance:
    """The budget of an area's people in a year."""

    limit: Decimal
    spent: Decimal

    @property
    def left(self) -> Decimal:
        """What may still be spent."""
        return self.limit - self.spent


def limit() -> Decimal:
    """What may be spent of one person in a year, by policy."""
    return Decimal(str(load_publication().privacy.year))


def balance(area: int, year: int) -> Balance:
    """What was spent of anybody in an area, by tables of areas above and below too, whoever asks."""
    with acting(platform("隐私预算")):
        rows = list(PrivacySpending.objects.filter(year=year).values_list("area_code", "epsilon"))
    spent = [Spent(*span(code), epsilon) for code, epsilon in rows]
    return Balance(limit(), budget.spent_in(span(area), spent))


def require(area: int, month: str, epsilon: Decimal) -> None:
    """Errors: OverBudget where it does not suffice."""
    year = int(month[:4])
    found = balance(area, year)
    budget.require(epsilon, found.spent, found.limit, year)


def spend(by: Scope, table: PublishedTable) -> None:
    """Write down what a publication spends, in its transaction; two at once wait for each other. Errors: OverBudget."""
    year = int(table.month[:4])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"yiyang.privacy.{year}"])
    require(table.area_code, table.month, table.epsilon)
    PrivacySpending.objects.create(
        area_code=table.area_code, year=year, epsilon=table.epsilon, table=table, number=table.number,
        title=table.title, spent_by_name=by.name,
    )  # fmt: skip
    detail = {"act": "spend", "epsilon": str(table.epsilon), "year": year}
    record("decide", what=f"table:{table.pk}", area=table.area_code, detail=detail)
