"""What can be asked of the tree of areas. Areas are named by id: codes and names are what changes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from yiyang.base.errors import UsageError


@dataclass(frozen=True)
class Rename:
    """Another name, nothing else."""

    KIND: ClassVar[str] = "rename"
    area: int
    name: str


@dataclass(frozen=True)
class Recode:
    """Another code within the same parent; everything below gets its codes accordingly."""

    KIND: ClassVar[str] = "recode"
    area: int
    code: int


@dataclass(frozen=True)
class Merge:
    """Areas become part of another of the same level and parent.

    hand_over: who was responsible for one of them becomes responsible for the whole; otherwise for its former parts.
    """

    KIND: ClassVar[str] = "merge"
    sources: tuple[int, ...]
    into: int
    hand_over: bool = False


@dataclass(frozen=True)
class Split:
    """Some of an area's parts become an area of their own beside it; the rest stays. code None: the next free."""

    KIND: ClassVar[str] = "split"
    area: int
    name: str
    parts: tuple[int, ...]
    code: int | None = None


@dataclass(frozen=True)
class Transfer:
    """An area goes to another parent. code None: its last digits there if they are free, or the next free."""

    KIND: ClassVar[str] = "transfer"
    area: int
    to: int
    code: int | None = None


Asked = Rename | Recode | Merge | Split | Transfer
KINDS: dict[str, type[Asked]] = {each.KIND: each for each in (Rename, Recode, Merge, Split, Transfer)}


def as_json(asked: Asked) -> dict[str, Any]:
    """As it is stored with the change."""
    return {"kind": asked.KIND, **asdict(asked)}


def from_json(stored: dict[str, Any]) -> Asked:
    """What was stored."""
    words: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
    kind: Any = KINDS.get(words.pop("kind", ""))
    if kind is None:
        raise UsageError(f"没有这种区划变更：{stored.get('kind')}", f"There is no such change: {stored.get('kind')}")
    asked: Asked = kind(**words)
    return asked


def areas_of(asked: Asked) -> set[int]:
    """Ids of all areas that it names."""
    match asked:
        case Rename() | Recode():
            return {asked.area}
        case Merge():
            return {*asked.sources, asked.into}
        case Split():
            return {asked.area, *asked.parts}
        case Transfer():
            return {asked.area, asked.to}
