"""What the plan's projects cost: the same count and money without them, and how much more that would serve. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from yiyang.reach.siting.answer import Answer, Stop, Tell, status_of
from yiyang.reach.siting.covering import Covering, cover
from yiyang.reach.siting.phased import Phased, phase

# What is counted: people covered, or places served in all years together.
PEOPLE, PLACES = ("覆盖 {} 人", "cover {} more"), ("满足 {} 位（各年合计）", "serve {} more places, all years together")


@dataclass(frozen=True)
class Questioned:
    """Both answers. What is between them is known only as far as both are proved.

    Attributes:
        kept, free: with all projects of the plan, and with those alone that must stay, for the same count and money.
        at_least, at_most: how much more that would serve, for sure and at best.
        unit: what is counted, in Chinese and English.
    """

    kept: Answer
    free: Answer
    unit: tuple[str, str] = PEOPLE

    @property
    def at_least(self) -> int:
        """More for sure: what was found, less whatever better keeping them might still reach."""
        return max(int(self.free.objective - self.kept.bound), 0)

    @property
    def at_most(self) -> int:
        """More at best."""
        return max(int(self.free.bound - self.kept.objective), 0)

    def words(self) -> tuple[str, str]:
        """One sentence in Chinese and English."""
        if self.at_most == 0:
            return "同样的投入找不到更好的布局。", "The same money serves nobody more elsewhere."
        more = int(self.free.objective - self.kept.objective)
        zh, en = (unit.format(f"{more:,}") for unit in self.unit)
        if self.at_least == self.at_most:
            return f"同样的投入可多{zh}。", f"The same money would {en}."
        return (
            f"同样的投入可多{zh}，至少 {self.at_least:,}，至多 {self.at_most:,}。",
            f"The same money would {en} (at least {self.at_least:,}, at most {self.at_most:,}).",
        )


def question(
    problem: Covering, *, keep: tuple[int, ...] = (), gap: float = 0.0, seconds: float = 60.0, seed: int = 1,
    tell: Tell | None = None, stop: Stop | None = None,
) -> Questioned:  # fmt: skip
    """Solve with all fixed sites, and with those alone that are kept, half of the time each."""
    given: dict[str, Any] = {"gap": gap, "seconds": seconds / 2, "seed": seed, "tell": tell, "stop": stop}
    return _both(lambda one: cover(one, **given), problem, replace(problem, fixed=keep), gap, PEOPLE)


def question_years(
    problem: Phased, *, keep: tuple[tuple[int, int, int], ...] = (), gap: float = 0.01, seconds: float = 180.0,
    seed: int = 1, tell: Tell | None = None, stop: Stop | None = None,
) -> Questioned:  # fmt: skip
    """Solve with all fixed buildings, and with those alone that are kept, half of the time each."""
    given: dict[str, Any] = {"gap": gap, "seconds": seconds / 2, "seed": seed, "tell": tell, "stop": stop}
    return _both(lambda one: phase(one, **given), problem, replace(problem, fixed=keep), gap, PLACES)


def _both(
    answer: Callable[[Any], Answer], problem: Any, fewer: Any, gap: float, unit: tuple[str, str]
) -> Questioned:  # fmt: skip
    kept, free = answer(problem), answer(fewer)
    if free.objective < kept.objective:
        # Whatever keeps the projects may be had without the duty to keep them, too.
        bound = max(free.bound, kept.objective)
        status = status_of(kept.objective, bound, gap, stopped=free.status == "stopped")
        free = replace(free, chosen=kept.chosen, objective=kept.objective, bound=bound, status=status, more=kept.more)
    return Questioned(kept, free, unit)
