"""Above which share of bad, repeated or vanished rows a delivery is stopped: `policy/deliveries.yaml`."""

from __future__ import annotations

from functools import cache

from pydantic import Field

from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.schema import Strict


class StopAbove(Strict):
    """Shares of the delivered rows, 0 to 1; `vanished` of the rows that stood before."""

    quarantined: float = Field(ge=0, le=1)
    repeated: float = Field(ge=0, le=1)
    vanished: float = Field(ge=0, le=1)


class Limits(Strict):
    """policy/deliveries.yaml"""

    stop_above: StopAbove


@cache
def load_limits() -> Limits:
    """The limits. Raises PolicyError with file and line."""
    return loader.load(policy_dir() / "deliveries.yaml", Limits)


def exceeded(counts: dict[str, int], limits: Limits) -> list[tuple[str, str]]:
    """Sentences (zh, en) on every limit that a checked delivery exceeds; `counts` as `intake.Checked` has them."""
    rows, stood = counts["delivered"], counts["unchanged"] + counts["closed"]
    shares = (
        ("quarantined", "待核行", "rows in quarantine", counts["quarantined"], rows),
        ("repeated", "重复行", "repeated rows", counts["merged"], rows),
        ("vanished", "比上次消失的行", "rows that have vanished", counts["closed"], stood),
    )
    found = []
    for name, zh, en, part, whole in shares:
        limit = getattr(limits.stop_above, name)
        if whole and part / whole > limit:
            found.append(
                (
                    f"{zh} {part:,} 行，占 {part / whole:.1%}，超过规定的 {limit:.0%}",
                    f"{en}: {part:,}, {part / whole:.1%}, above the limit of {limit:.0%}",
                )
            )
    return found
