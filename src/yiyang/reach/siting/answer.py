"""What a siting question is answered with: the sites, how good, and how good it could be at most. Pure."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["optimal", "within", "open", "stopped"]
# Seconds so far, objective so far, bound so far (None while there is none).
Tell = Callable[[float, float, float | None], None]
Stop = Callable[[], bool]
WORDS: Mapping[Status, tuple[str, str]] = {
    "optimal": ("已证明最优", "proved optimal"),
    "within": ("与最优值相差不超过{gap:.2f}%", "within {gap:.2f} % of the best possible"),
    "open": ("时限已到，与最优值相差不超过{gap:.2f}%", "time is up; within {gap:.2f} % of the best possible"),
    "stopped": ("已中止，与最优值相差不超过{gap:.2f}%", "stopped; within {gap:.2f} % of the best possible"),
}


@dataclass(frozen=True)
class Answer:
    """An answer with its proof.

    Attributes:
        chosen: indices of the chosen sites, in order, the fixed ones among them.
        objective: people covered, person-minutes, or places in use, by the question.
        bound: no answer can be better than this: above the objective when covering, below it for the median.
        status: optimal; within the gap that was asked for; open when time ran out; stopped by the user.
        seconds: how long it took.
        proof: numbers that show the bound, for the checker: multipliers; empty when it is proved by branching alone.
        trail: (seconds, objective, bound) as it got better.
        more: what the question adds (who is served by whom, sizes and years).
    """

    chosen: tuple[int, ...]
    objective: float
    bound: float
    status: Status
    seconds: float
    proof: Mapping[str, Any] = field(default_factory=dict)
    trail: tuple[tuple[float, float, float | None], ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def gap(self) -> float:
        """How far the objective may be from the best possible, as a share of the larger of both."""
        return gap_of(self.objective, self.bound)

    def words(self) -> tuple[str, str]:
        """The status as a sentence in Chinese and English."""
        return tuple(text.format(gap=100 * self.gap) for text in WORDS[self.status])  # type: ignore[return-value]


def gap_of(objective: float, bound: float) -> float:
    """The difference as a share of the larger of both; 0 where both are 0."""
    largest = max(abs(objective), abs(bound))
    return abs(bound - objective) / largest if largest else 0.0


def status_of(objective: float, bound: float, asked: float, *, stopped: bool) -> Status:
    """What may be said of an answer. Objectives are whole numbers: less than one apart is none."""
    if abs(bound - objective) < 1 - 1e-6:
        return "optimal"
    if stopped:
        return "stopped"
    return "within" if gap_of(objective, bound) <= asked else "open"


class Run:
    """The clock of one question: how much time is left, whether the user wants to stop, and what to tell him.

    `seconds` is a limit for the whole question. The user's wish is remembered: whoever asks twice hears the same.
    """

    def __init__(self, seconds: float, tell: Tell | None = None, stop: Stop | None = None) -> None:
        self._began, self._limit = time.perf_counter(), seconds
        self._tell, self._stop = tell, stop
        self.stopped = False
        self.trail: list[tuple[float, float, float | None]] = []

    @property
    def seconds(self) -> float:
        """Seconds since the question was asked."""
        return time.perf_counter() - self._began

    @property
    def left(self) -> float:
        """Seconds that are left; never below 0."""
        return max(self._limit - self.seconds, 0.0)

    @property
    def stoppable(self) -> bool:
        """Whether there is somebody who may stop it."""
        return self._stop is not None

    def over(self) -> bool:
        """Whether to come to an end: time is up or the user stopped."""
        if not self.stopped and self._stop is not None and self._stop():
            self.stopped = True
        return self.stopped or self.left <= 0

    def part(self, seconds: float) -> Run:
        """A clock of a part of the question: at most so many of the seconds that are left."""
        return Run(min(seconds, self.left), None, self.over if self.stoppable else None)

    def say(self, objective: float, bound: float | None) -> None:
        """Keep what was reached, and tell it."""
        self.trail.append((round(self.seconds, 2), objective, bound))
        if self._tell is not None:
            self._tell(*self.trail[-1])
