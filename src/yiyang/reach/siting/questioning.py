"""What fixed projects cost: the same count and money without them, and how many people more that would cover. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from yiyang.reach.siting.answer import Answer, Stop, Tell
from yiyang.reach.siting.covering import Covering, cover, without_fixed


@dataclass(frozen=True)
class Questioned:
    """Both answers. What is between them is known only as far as both are proved.

    Attributes:
        kept, free: with the fixed projects, and without them for the same count and money.
        at_least, at_most: people more that free sites would cover, for sure and at best.
    """

    kept: Answer
    free: Answer

    @property
    def at_least(self) -> int:
        """People more for sure: what was found, less whatever better keeping them might still reach."""
        return max(int(self.free.objective - self.kept.bound), 0)

    @property
    def at_most(self) -> int:
        """People more at best."""
        return max(int(self.free.bound - self.kept.objective), 0)

    def words(self) -> tuple[str, str]:
        """One sentence in Chinese and English."""
        if self.at_most == 0:
            return "同样的投入找不到更好的布局。", "The same money covers nobody more elsewhere."
        more = int(self.free.objective - self.kept.objective)
        if self.at_least == self.at_most:
            return f"同样的投入可多覆盖 {more:,} 人。", f"The same money would cover {more:,} more."
        return (
            f"同样的投入可多覆盖 {more:,} 人（至少 {self.at_least:,}，至多 {self.at_most:,}）。",
            f"The same money would cover {more:,} more (at least {self.at_least:,}, at most {self.at_most:,}).",
        )


def question(
    problem: Covering, *, gap: float = 0.0, seconds: float = 60.0, seed: int = 1, tell: Tell | None = None,
    stop: Stop | None = None,
) -> Questioned:  # fmt: skip
    """Solve with the fixed projects and without them, half of the time each."""
    kept = cover(problem, gap=gap, seconds=seconds / 2, seed=seed, tell=tell, stop=stop)
    free = cover(without_fixed(problem), gap=gap, seconds=seconds / 2, seed=seed, tell=tell, stop=stop)
    if free.objective < kept.objective:
        # Whatever keeps the projects may be had without the duty to keep them, too.
        free = Answer(
            kept.chosen, kept.objective, max(free.bound, kept.objective), free.status, free.seconds, free.proof,
            free.trail,
        )  # fmt: skip
    return Questioned(kept, free)
