"""What the reader is unsure of, and what a person has decided about it before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from yiyang.planning.records import Correction, Doubt, Place


@dataclass(slots=True)
class Settling:
    """Collects doubts while reading. What was corrected once is not doubted again."""

    corrections: Sequence[Correction] = ()
    doubts: list[Doubt] = field(default_factory=list)
    used: list[Correction] = field(default_factory=list)
    _decided: dict[tuple[str, str], Correction] = field(init=False)

    def __post_init__(self) -> None:
        self._decided = {(each.key, each.field): each for each in self.corrections}

    def settle(
        self, where: Place, key: str, name: str, guess: str, *, what: str, sure: float, choices: Iterable[str] = ()
    ) -> str:
        """The value that a person decided on for this field, else the guess, noted as a doubt."""
        decided = self.decided(key, name)
        if decided is not None:
            return decided
        doubt = Doubt(where, what, guess, sure, tuple(choices), key, name)
        if doubt not in self.doubts:
            self.doubts.append(doubt)
        return guess

    def decided(self, key: str, name: str) -> str | None:
        """What a person decided on for one field of one row, None if nobody did."""
        found = self._decided.get((key, name))
        if found is not None and found not in self.used:
            self.used.append(found)
        return found.value if found else None
