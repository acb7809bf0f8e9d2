"""What is said of an indicator besides its figures: what documents promise, who has reported, what it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from yiyang.catalog.indicator_schema import Indicator
from yiyang.indicators import gaps
from yiyang.indicators.models import Figure
from yiyang.indicators.policy import load_indicators
from yiyang.indicators.promises.reading import Read, promised
from yiyang.indicators.summing import Coverage, coverages


@dataclass(frozen=True)
class Beside:
    """What stands beside the figures of an indicator in an area.

    Attributes:
        read: what documents promise of it. covered: how far the areas below have reported it.
        missing: the registers without which it cannot be measured. since: the day with which it is compared.
        below: in which of the areas below it was measured, in words.
    """

    read: Sequence[Read] = ()
    covered: Coverage | None = None
    missing: str = ""
    since: date | None = None
    below: str = ""

    def why(self, indicator: Indicator, area: int, rows: Iterable[Figure]) -> str:
        """Why there is no figure, and who has to do what about it. `rows`: what there is of it without a value."""
        return self.below or gaps.why(indicator, area, rows, self.covered, self.missing)


ALONE = Beside()


def beside(area: int, day: date, since: date | None = None, indicator: str = "") -> dict[str, Beside]:
    """The same of every indicator of an area, or of one."""
    read, covered, missing = promised(area), coverages(area, day, indicator), gaps.registers_missing()
    below, known = gaps.measured_below(area, day), load_indicators()
    return {
        key: Beside(
            tuple(read.get(key, ())), covered.get(key), gaps.missing_of(known[key], missing), since, below.get(key, "")
        )
        for key in ([indicator] if indicator else known)
    }
