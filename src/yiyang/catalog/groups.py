"""`policy/groups/`: who belongs to which hardship group, as conditions over the facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from yiyang.base.errors import ConditionError, PolicyError
from yiyang.base.paths import policy_dir
from yiyang.catalog.facts import load_facts
from yiyang.catalog.lists import documents
from yiyang.catalog.loader import Loc, Problems, load
from yiyang.catalog.schema import Group, Source
from yiyang.engine.conditions import Condition, all_of
from yiyang.engine.facts import FactBook, hint_en, hint_zh, nearest
from yiyang.engine.language import parse

ALIVE = "alive"


@dataclass(frozen=True)
class Definition:
    """A group and its condition: alive, and what the file says."""

    group: Group
    condition: Condition

    @property
    def id(self) -> str:
        return self.group.id


def load_groups(policy: Path | None = None) -> tuple[Definition, ...]:
    """All groups in the order of their numbers; none if the folder is not there.

    Raises:
        PolicyError: names every problem with file and line.
    """
    folder, problems = (policy or policy_dir()) / "groups", Problems()
    found = {path: group for path in sorted(folder.glob("*.yaml")) if (group := _read(path, problems))}
    book, known = load_facts(policy), set(documents(policy))
    _numbers(found, problems)
    made = [
        Definition(group, condition)
        for path, group in found.items()
        if (condition := _checked(path, group, book, known, problems))
    ]
    problems.raise_if_any()
    return tuple(sorted(made, key=lambda definition: definition.group.number))


def _read(path: Path, problems: Problems) -> Group | None:
    try:
        return load(path, Group)
    except PolicyError as error:
        problems.absorb(error)
        return None


def _numbers(found: dict[Path, Group], problems: Problems) -> None:
    first: dict[int, Path] = {}
    for path, group in found.items():
        other = first.setdefault(group.number, path)
        if other != path:
            zh, en = f"number 与 {other.name} 相同", f"the number is that of {other.name}"
            problems.add(path, ("number",), zh, en)


def _checked(path: Path, group: Group, book: FactBook, known: set[str], problems: Problems) -> Condition | None:
    """The group's condition; complains of names that do not exist."""
    if group.id != path.stem:
        zh, en = (f"id 是 {group.id}，但文件名是 {path.name}", f"the id is {group.id} but the file is {path.name}")
        problems.add(path, ("id",), f"{zh}；两者应一致", f"{en}; they must agree")
    for loc, source in _sources(group):
        if source.document not in known:
            near = nearest(source.document, sorted(known))
            zh, en = f"没有名为 {source.document} 的文件", f"no document is named {source.document}"
            problems.add(path, (*loc, "document"), zh + hint_zh(near), en + hint_en(near))
    try:
        return all_of(parse(ALIVE, book), parse(group.who, book))
    except ConditionError as error:
        problems.add(path, ("who",), error.zh, error.en)
        return None


def _sources(group: Group) -> Iterator[tuple[Loc, Source]]:
    yield ("source",), group.source
    for number, source in enumerate(group.documents_also):
        yield ("documents_also", number), source


def named(definitions: Iterable[Definition]) -> dict[str, Group]:
    """Groups by id."""
    return {definition.id: definition.group for definition in definitions}
