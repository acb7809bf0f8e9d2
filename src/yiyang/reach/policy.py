"""`policy/reach.yaml`, strictly read: minutes and modes of the care circle, speeds, kinds of facilities."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from yiyang.base.errors import UsageError
from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.lists import documents
from yiyang.catalog.loader import Problems
from yiyang.catalog.schema import Slug, Source, Strict, Text

FILE = "reach.yaml"
Mode = Literal["walk", "ride", "drive"]
Road = Literal[
    "motorway", "trunk", "primary", "secondary", "tertiary", "residential", "service", "track", "cycle", "path", "steps"
]
Kmh = Annotated[float, Field(gt=0, le=150)]
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
Metres = Annotated[int, Field(ge=1, le=100_000)]


class Standard(Text):
    """Within how many minutes, and how travelled."""

    mode: Mode
    minutes: Minutes
    source: Source | None = None
    documents_also: tuple[Source, ...] = ()


class Standards(Strict):
    """One for towns, one for the country."""

    urban: Standard
    rural: Standard


class ModeEntry(Text):
    """A way of travelling. Speeds in km/h."""

    leg_kmh: Kmh
    reach_metres: Metres
    speeds: dict[Road, Kmh]
    source: Source | None = None


class Size(Strict):
    """A size that a facility may be built in."""

    places: Annotated[int, Field(ge=1)]
    yuan: Annotated[int, Field(ge=0)]


class Kind(Text):
    """A kind of facility; its own minutes and mode where they differ from the circle's."""

    sizes: Annotated[tuple[Size, ...], Field(min_length=1)]
    needs: dict[Slug, Annotated[float, Field(gt=0, le=1)]]
    minutes: Minutes | None = None
    mode: Mode | None = None

    def refuse_too_little(self, yuan: int) -> None:
        """Raises UsageError where the money does not pay the cheapest size."""
        least = min(size.yuan for size in self.sizes)
        if yuan < least:
            raise UsageError(
                f"资金 {yuan // 10_000:,} 万元不够建最小的一处{self.zh}（{least / 10_000:,.0f} 万元），请增加预算。",
                f"{yuan:,} yuan do not pay the smallest {self.en} ({least:,}); there must be more money.",
            )

    def cost_of(self, places: int) -> int:
        """What so many places cost, by the smallest size that has as many, in proportion beyond the largest. Yuan."""
        size = next((size for size in self.sizes if size.places >= places), self.sizes[-1])
        return size.yuan if size.places >= places else round(size.yuan * places / size.places)


class Reach(Strict):
    """policy/reach.yaml"""

    version: str = Field(max_length=20)
    standards: Standards
    modes: dict[Mode, ModeEntry]
    least_component: Annotated[int, Field(ge=1)]
    decay: dict[str, Annotated[float, Field(ge=0, le=1)]]
    """Share of the allowed minutes → weight, in order."""
    groups: dict[Slug, Text]
    kinds: dict[Slug, Kind]

    def kind(self, word: str) -> tuple[str, Kind]:
        """The kind of this id or Chinese name. Raises UsageError naming those that there are."""
        for name, kind in self.kinds.items():
            if word in (name, kind.zh):
                return name, kind
        names = [(f"{name} {kind.zh}", f"{name} {kind.en}") for name, kind in self.kinds.items()]
        raise UsageError(f"没有“{word}”这类设施：", f"There is no kind of facility {word}:", names)

    def standards_of(self, kind: Kind | None = None) -> tuple[Standard, Standard]:
        """The standards in towns and in the country for a kind of facility, or the circle's own."""
        both = self.standards.urban, self.standards.rural
        if kind is None or (kind.minutes is None and kind.mode is None):
            return both
        return self._own(kind, both[0]), self._own(kind, both[1])

    def _own(self, kind: Kind, standard: Standard) -> Standard:
        """The kind's own standard: no document that speaks of the circle speaks of it."""
        minutes, mode = kind.minutes or standard.minutes, kind.mode or standard.mode
        return Standard(zh=f"{minutes}分钟", en=f"{minutes} minutes", mode=mode, minutes=minutes)


def load_reach(policy: Path | None = None) -> Reach:
    """The policy of the care circle; cached until the file changes.

    Raises:
        PolicyError: names every problem with file and line.
    """
    path = (policy or policy_dir()) / FILE
    found = loader.load(path, Reach)
    problems = Problems()
    for loc, zh, en in _wrong(found, policy):
        problems.add(path, loc, zh, en)
    problems.raise_if_any()
    return found


Wrong = Iterator[tuple[tuple[str | int, ...], str, str]]


def _wrong(found: Reach, policy: Path | None) -> Wrong:
    known = documents(policy)
    for loc, source in _sources(found):
        if source.document not in known:
            yield loc, f"没有文件 {source.document}", f"there is no document {source.document}"
    for standard, entry in (("urban", found.standards.urban), ("rural", found.standards.rural)):
        if entry.mode not in found.modes:
            yield ("standards", standard, "mode"), "这种出行方式没有速度", "this mode has no speeds"
    for name, kind in found.kinds.items():
        for group in kind.needs:
            if group not in found.groups:
                yield ("kinds", name, "needs", group), f"没有人群 {group}", f"there is no group {group}"
    yield from _wrong_decay(found)


def _wrong_decay(found: Reach) -> Wrong:
    try:
        shares = [float(share) for share in found.decay]
    except ValueError:
        yield ("decay",), "左边应为 0 到 1 的数", "the left side is a number from 0 to 1"
        return
    if shares != sorted(set(shares)) or not shares or shares[-1] != 1.0 or shares[0] <= 0:
        yield ("decay",), "应从小到大，以 1.0 结束", "must rise and end with 1.0"


def _sources(found: Reach) -> Iterator[tuple[tuple[str | int, ...], Source]]:
    for name, standard in (("urban", found.standards.urban), ("rural", found.standards.rural)):
        if standard.source:
            yield ("standards", name, "source"), standard.source
        for index, source in enumerate(standard.documents_also):
            yield ("standards", name, "documents_also", index), source
    for word, mode in found.modes.items():
        if mode.source:
            yield ("modes", word, "source"), mode.source
