"""Reads the YAML files of `policy/`: strictly, fast, and with file and line in every complaint.

Values come from the C loader. Only when something is wrong is the file read again for positions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from yiyang.base.errors import PolicyError, UsageError
from yiyang.catalog import wording

Loc = Sequence[str | int | date]
Model = TypeVar("Model", bound=BaseModel)
Stamp = tuple[str, int, int]

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_raw: dict[Stamp, Any] = {}
_nodes: dict[Stamp, Any] = {}
_models: dict[tuple[Stamp, type[BaseModel]], BaseModel] = {}


class _Loader(_Base):  # type: ignore[misc]
    """YAML 1.2's plain values: `on`, `yes` and `no` are words here, not truths; a key stands once."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(None, None, f"同一个键写了两次：{key.value}", key.start_mark)
            seen.add(key.value)
        return {self.construct_object(key, True): self.construct_object(value, True) for key, value in node.value}


def _day(loader: Any, node: Any) -> date | str:
    """A date; a day that does not exist stays text, for the schema to refuse with its line."""
    try:
        return date.fromisoformat(node.value)
    except ValueError:
        return str(node.value)


for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("int", r"-?(?:0|[1-9]\d*)", "-0123456789"),
    ("float", r"-?\d+\.\d+", "-0123456789"),
    ("timestamp", r"\d{4}-\d\d-\d\d", "0123456789"),
    ("null", r"~|null|", ["~", "n", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first))
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _day)
_Loader.add_constructor("tag:yaml.org,2002:map", _Loader.construct_mapping)


def stamp(path: Path) -> Stamp:
    """What a file's cached content hangs on."""
    try:
        found = path.stat()
    except OSError:
        raise PolicyError(f"没有文件 {shown(path)}", f"there is no file {shown(path)}") from None
    return str(path), found.st_mtime_ns, found.st_size


def read(path: Path) -> Any:
    """The file's plain values. Cached; do not change what you get."""
    key = stamp(path)
    if key not in _raw:
        _raw[key] = _parse(path)
    return _raw[key]


def _parse(path: Path) -> Any:
    try:
        return yaml.load(path.read_bytes(), Loader=_Loader)
    except yaml.YAMLError as error:
        raise _syntax(path, error) from None


def _syntax(path: Path, error: yaml.YAMLError) -> PolicyError:
    mark = getattr(error, "problem_mark", None)
    at = f"{shown(path)}:{mark.line + 1}" if mark else shown(path)
    what = getattr(error, "problem", None) or str(error)
    return PolicyError(
        f"{at}：不是合格的 YAML：{what}。请检查缩进、冒号后的空格和引号。",
        f"{at}: not valid YAML: {what}. Check indents, the space after colons, and quotes.",
    )


def values_of(text: str) -> Any:
    """The plain values of a text. Errors: PolicyError saying the line."""
    return _parsed(text, yaml.load)


def nodes_of(text: str) -> Any:
    """The text's nodes with their places, None of an empty one. Errors: PolicyError saying the line."""
    return _parsed(text, yaml.compose)


def _parsed(text: str, how: Any) -> Any:
    try:
        return how(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark, what = getattr(error, "problem_mark", None), getattr(error, "problem", None) or str(error)
        at = mark.line + 1 if mark else 1
        raise PolicyError(
            f"第 {at} 行：不是合格的 YAML：{what}。请检查缩进、冒号后的空格和引号。",
            f"line {at}: not valid YAML: {what}. Check indents, the space after colons, and quotes.",
        ) from None


def load(path: Path, model: type[Model]) -> Model:
    """The file as a model; every breach of the schema in one error."""
    key = (stamp(path), model)
    if key not in _models:
        _models[key] = validate(path, model, read(path))
    return _models[key]  # type: ignore[return-value]


def validate(path: Path, model: type[Model], raw: Any, base: Loc = ()) -> Model:
    """Values as a model. `base`: where in the file they stand."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        problems = Problems()
        for detail in error.errors(include_url=False):
            zh, en = wording.complaint(model, detail)
            problems.add(path, (*base, *detail["loc"]), zh, en)
        raise problems.error() from None


def shown(path: Path) -> str:
    """The path as the reader would type it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def where(path: Path, loc: Loc = ()) -> str:
    """file:line of a place in a file, or of the nearest enclosing place that exists."""
    line = line_of(path, loc)
    return f"{shown(path)}:{line}" if line else shown(path)


def line_of(path: Path, loc: Loc = ()) -> int:
    """The line of a place in a file; 0 when the file cannot be read."""
    try:
        key = stamp(path)
        if key not in _nodes:
            _nodes[key] = yaml.compose(path.read_bytes(), Loader=_Loader)
    except (yaml.YAMLError, PolicyError):
        return 0
    return _line(_nodes[key], loc) if _nodes[key] else 0


def _line(node: Any, loc: Loc) -> int:
    line = int(node.start_mark.line) + 1
    for part in loc:
        entry = _child(node, part)
        if entry is None:
            break
        key, node = entry
        line = int(key.start_mark.line) + 1
    return line


def _child(node: Any, part: str | int | date) -> tuple[Any, Any] | None:
    """(the node that says where, the node to go on from)."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None


class Problems:
    """Collects everything that is wrong, to say it at once."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []

    def add(self, path: Path, loc: Loc, zh: str, en: str) -> None:
        at = where(path, loc)
        self.found.append((f"{at}：{zh}", f"{at}: {en}"))

    def absorb(self, error: PolicyError) -> None:
        self.found.extend(error.problems or [(error.zh, error.en)])

    def error(self) -> PolicyError:
        unique = list(dict.fromkeys(self.found))
        if len(unique) == 1:
            return PolicyError(*unique[0])
        return PolicyError(f"policy 中有 {len(unique)} 处问题：", f"{len(unique)} problems in policy:", unique)

    def raise_if_any(self) -> None:
        if self.found:
            raise self.error()


def need_folder(path: Path, zh: str, en: str, known: Sequence[str]) -> None:
    """A folder that must exist, else a UsageError naming those that do."""
    if not path.is_dir():
        raise UsageError(f"{zh}；现有：{'、'.join(known) or '无'}", f"{en}; known: {', '.join(known) or 'none'}")
