"""Lists as loaded from `policy/lists/<area>/`, with the documents and departments they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from yiyang.base.errors import PolicyError, UsageError
from yiyang.base.paths import policy_dir
from yiyang.catalog import references
from yiyang.catalog.facts import load_facts
from yiyang.catalog.loader import Problems, Stamp, load, read, shown, stamp, validate
from yiyang.catalog.schema import Case, CaseFile, Document, Item, ListHead, Text
from yiyang.engine.facts import hint_en, hint_zh, nearest, strip_level

HEAD = "list.yaml"
CASES = ".cases.yaml"
_lists: dict[tuple[Stamp, ...], AreaList] = {}


@dataclass(frozen=True)
class LoadedItem:
    """An item, the file it stands in, and its worked cases."""

    item: Item
    path: Path
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True)
class AreaList:
    """One area's own list; items in the order of the published table, then by id."""

    head: ListHead
    items: Mapping[str, LoadedItem]
    folder: Path


def short(area: str) -> str:
    """An area code as lists are named: '511724000000' and '511724' are one county."""
    return area[:6] if len(area) > 6 and not int(area[6:]) else area


def list_areas(policy: Path | None = None) -> tuple[str, ...]:
    """Areas that have a list of their own, from the nation down."""
    root = (policy or policy_dir()) / "lists"
    found = (
        [path.name for path in root.iterdir() if path.is_dir() and any(path.glob("*.yaml"))] if root.is_dir() else []
    )
    return tuple(sorted(found, key=lambda area: (len(strip_level(area)) if len(area) == 6 else len(area), area)))


def load_list(area: str, policy: Path | None = None) -> AreaList:
    """One area's own list.

    Raises:
        UsageError: the area has none.
        PolicyError: names every problem with file and line.
    """
    folder = (policy or policy_dir()) / "lists" / short(area)
    if not folder.is_dir():
        known = list_areas(policy)
        near = nearest(area, list(known))
        raise UsageError(
            f"地区 {area} 没有自己的清单{hint_zh(near)}；已有清单的地区：{'、'.join(known)}",
            f"area {area} has no list of its own{hint_en(near)}; areas that have one: {', '.join(known)}",
        )
    return load_folder(folder, policy)


def load_folder(folder: Path, policy: Path | None = None) -> AreaList:
    """A list from any folder, for example a draft beside `policy/`."""
    root = policy or policy_dir()
    about = [root / "facts.yaml", root / "departments.yaml", *sorted((root / "sources").glob("*.yaml"))]
    key = tuple(stamp(path) for path in [*sorted(folder.glob("*.yaml")), *about])
    if key not in _lists:
        _lists[key] = _read(folder, policy)
    return _lists[key]


def _read(folder: Path, policy: Path | None) -> AreaList:
    problems = Problems()
    head = _head(folder, problems)
    items = [loaded for path in _item_files(folder) if (loaded := _item(path, problems))]
    _stray_cases(folder, {loaded.path.stem for loaded in items}, problems)
    problems.raise_if_any()
    assert head
    book, known = load_facts(policy), references.Known(set(documents(policy)), set(departments(policy)))
    references.check_head(folder / HEAD, head, known, problems)
    for loaded in items:
        references.check_item(loaded.path, loaded.item, book, known, problems)
        references.check_cases(cases_path(loaded.path), loaded.item, loaded.cases, book, problems)
    problems.raise_if_any()
    return AreaList(head, in_order(items), folder)


def in_order(items: Iterable[LoadedItem]) -> dict[str, LoadedItem]:
    """Items by id, in the order of the published table, then by id."""
    found = sorted(items, key=lambda loaded: (loaded.item.number is None, loaded.item.number, loaded.item.id))
    return {loaded.item.id: loaded for loaded in found}


def _item_files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.yaml")) if path.name != HEAD and not path.name.endswith(CASES)]


def cases_path(item: Path) -> Path:
    return item.with_name(item.stem + CASES)


def _head(folder: Path, problems: Problems) -> ListHead | None:
    path = folder / HEAD
    try:
        head = load(path, ListHead)
    except PolicyError as error:
        problems.absorb(error)
        return None
    if head.area != folder.name and (folder.parent.name == "lists"):
        problems.add(
            path,
            ("area",),
            f"area 是 {head.area}，但文件夹名是 {folder.name}；两者应一致",
            f"area is {head.area} but the folder is {folder.name}; they must agree",
        )
    return head


def _item(path: Path, problems: Problems) -> LoadedItem | None:
    try:
        item = load(path, Item)
    except PolicyError as error:
        problems.absorb(error)
        return None
    if item.id != path.stem:
        problems.add(
            path,
            ("id",),
            f"id 是 {item.id}，但文件名是 {path.name}；两者应一致",
            f"the id is {item.id} but the file is {path.name}; they must agree",
        )
    return LoadedItem(item, path, _cases(cases_path(path), problems))


def _cases(path: Path, problems: Problems) -> tuple[Case, ...]:
    if not path.exists():
        return ()
    try:
        return load(path, CaseFile).cases
    except PolicyError as error:
        problems.absorb(error)
        return ()


def _stray_cases(folder: Path, items: set[str], problems: Problems) -> None:
    for path in sorted(folder.glob(f"*{CASES}")):
        name = path.name.removesuffix(CASES)
        if name not in items and not (folder / f"{name}.yaml").exists():
            near = nearest(name, sorted(items))
            problems.add(
                path,
                (),
                f"没有项目 {name}{hint_zh(near)}，这个案例文件无所归属",
                f"there is no item {name}{hint_en(near)} to which these cases could belong",
            )


def documents(policy: Path | None = None) -> Mapping[str, Document]:
    """The legal documents of `policy/sources/` by id."""
    found, problems = {}, Problems()
    for path in sorted(((policy or policy_dir()) / "sources").glob("*.yaml")):
        try:
            document = load(path, Document)
        except PolicyError as error:
            problems.absorb(error)
            continue
        found[document.id] = document
        if document.id != path.stem:
            problems.add(
                path,
                ("id",),
                f"id 是 {document.id}，但文件名是 {path.name}",
                f"the id is {document.id} but the file is {path.name}",
            )
    problems.raise_if_any()
    return found


def departments(policy: Path | None = None) -> Mapping[str, Text]:
    """The names of responsible units by id."""
    path = (policy or policy_dir()) / "departments.yaml"
    raw = read(path)
    if not isinstance(raw, dict):
        raise PolicyError(f"{shown(path)} 应为“单位: {{zh, en}}”", f"{shown(path)} should hold `unit: {{zh, en}}`")
    return {str(name): validate(path, Text, text, (name,)) for name, text in raw.items()}
