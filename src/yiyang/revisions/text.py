"""Changes single places of a YAML text and leaves every other byte, comments included, as it was.

The text is the only truth of a list's file; forms write through here. Each change is read back and compared with what
was meant before it is handed on.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import yaml

from yiyang.base.errors import PolicyError, UsageError
from yiyang.catalog.loader import nodes_of, values_of

Key = str | int | date
Loc = Sequence[Key]
BLOCK_SCALAR = ("|", ">")


def put(text: str, loc: Loc, value: Any, order: Sequence[str] = ()) -> str:
    """The text with a value at a place; what is missing on the way there is made.

    Args:
        order: keys in their usual order, for where a new key goes in a mapping of lines.

    Errors: PolicyError for a text that is no YAML, UsageError for a place that cannot be changed by itself.
    """
    wanted = _with(values_of(text) or {}, list(loc), value)
    return _sure(_put(text, list(loc), value, order), wanted, loc)


def drop(text: str, loc: Loc) -> str:
    """The text without a key or an element; as it is when there is none."""
    before = values_of(text)
    if not _has(before, loc):
        return text
    wanted = copy.deepcopy(before)
    _at(wanted, loc[:-1]).pop(_key(_at(wanted, loc[:-1]), loc[-1]))
    return _sure(_drop(text, list(loc)), wanted, loc)


def _sure(text: str, wanted: Any, loc: Loc) -> str:
    try:
        found = values_of(text)
    except PolicyError:
        found = None
    if found != wanted:
        place = ".".join(map(str, loc))
        raise UsageError(
            f"{place} 在这份文件里的写法不能用表单改，请在“文本”里修改。",
            f"{place} is written in a way that a form cannot change; change the text.",
        )
    return text


def _with(values: Any, loc: list[Key], value: Any) -> Any:
    made = copy.deepcopy(values)
    place = made
    for part in loc[:-1]:
        key = _key(place, part)
        if isinstance(place, dict) and not isinstance(place.get(key), dict | list):
            place[key] = {}
        place = place[key]
    key = _key(place, loc[-1])
    if isinstance(place, list) and key == len(place):
        place.append(value)
    else:
        place[key] = value
    return made


def _key(place: Any, part: Key) -> Any:
    """Keys of dates are dates in the values and texts in the file."""
    if isinstance(place, dict) and part not in place:
        return next((key for key in place if str(key) == str(part)), part)
    return part


def _has(values: Any, loc: Loc) -> bool:
    try:
        _at(values, loc)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _at(values: Any, loc: Loc) -> Any:
    for part in loc:
        values = values[_key(values, part)]
    return values


def _put(text: str, loc: list[Key], value: Any, order: Sequence[str]) -> str:
    root = nodes_of(text)
    if root is None:
        return f"{loc[0]}: {render(_nested(loc[1:], value), in_flow=False)}\n"
    parent, rest, in_flow = _walk(root, loc)
    if not rest:
        key, node = parent
        start = key.end_mark.index if key is not node else node.start_mark.index
        lead = ": " if key is not node else ""
        return text[:start] + lead + render(value, in_flow=in_flow) + text[_end(node, text) :]
    return _insert(text, parent, rest[0], _nested(rest[1:], value), in_flow, order)


def _nested(loc: Sequence[Key], value: Any) -> Any:
    for part in reversed(loc):
        value = {part: value}
    return value


def _walk(node: Any, loc: list[Key]) -> tuple[Any, list[Key], bool]:
    """The pair at the place and nothing left, or the deepest collection there is and the rest of the way."""
    in_flow = False
    for number, part in enumerate(loc):
        in_flow = in_flow or bool(getattr(node, "flow_style", False))
        pair = _child(node, part)
        if pair is None:
            return node, loc[number:], in_flow
        if number == len(loc) - 1 or not isinstance(pair[1], yaml.CollectionNode):
            return pair, loc[number + 1 :], in_flow
        node = pair[1]
    return node, [], in_flow


def _child(node: Any, part: Key) -> tuple[Any, Any] | None:
    if isinstance(node, yaml.MappingNode):
        return next((pair for pair in node.value if pair[0].value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None


def _insert(text: str, node: Any, part: Key, value: Any, in_flow: bool, order: Sequence[str]) -> str:
    if isinstance(node, tuple):  # a scalar where a collection should be
        raise UsageError("这一处请在“文本”里修改。", "Change this place in the text.")
    said = render(value, in_flow=in_flow or bool(node.flow_style))
    entry = f"{part}: {said}" if isinstance(node, yaml.MappingNode) else f"- {said}"
    if node.flow_style:
        entry = entry.removeprefix("- ")
        at = _end(_last(node), text) if node.value else node.end_mark.index - 1
        return text[:at] + (", " if node.value else "") + entry + text[at:]
    at = _line_end(text, _end(_before(node, part, order), text))
    indent = " " * node.start_mark.column
    return text[:at] + "\n" + indent + entry + text[at:]


def _before(node: Any, part: Key, order: Sequence[str]) -> Any:
    """The child after which a new key goes."""
    if part in order:
        ahead = [pair[1] for pair in node.value if pair[0].value in order[: order.index(str(part))]]
        if ahead:
            return ahead[-1]
    return _last(node)


def _last(node: Any) -> Any:
    last = node.value[-1]
    return last[1] if isinstance(last, tuple) else last


def _drop(text: str, loc: list[Key]) -> str:
    pair, _, _ = _walk(nodes_of(text), loc)
    parent = nodes_of(text)
    for part in loc[:-1]:
        parent = _child(parent, part)[1]  # type: ignore[index]
    start, end = pair[0].start_mark.index, _end(pair[1], text)
    if len(parent.value) == 1:
        return _emptied(text, parent)
    if parent.flow_style:
        return _without_comma(text, start, end)
    return text[: text.rfind("\n", 0, start) + 1] + text[_line_end(text, end) + 1 :]


def _emptied(text: str, node: Any) -> str:
    empty = "{}" if isinstance(node, yaml.MappingNode) else "[]"
    start, end = node.start_mark.index, _end(node, text)
    if node.flow_style or text[:start].rstrip(" ").endswith(":"):
        return text[:start] + empty + text[end:]
    return text[: text[:start].rstrip().__len__()] + f" {empty}" + text[end:]


def _without_comma(text: str, start: int, end: int) -> str:
    after = end
    while text[after] in " \n":
        after += 1
    if text[after] == ",":
        after += 1
        while text[after] in " \n":
            after += 1
        return text[:start] + text[after:]
    return text[:start].rstrip().removesuffix(",") + text[end:]


def _end(node: Any, text: str) -> int:
    """Where a node's own text ends: without the blank lines and comments behind it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        return _end(_last(node), text) if node.value else int(node.end_mark.index)
    end = int(node.end_mark.index)
    if isinstance(node, yaml.ScalarNode) and node.style in BLOCK_SCALAR:
        return len(text[:end].rstrip())
    return end


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def render(value: Any, *, in_flow: bool = True) -> str:
    """A value on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case int():
            return str(value)
        case date():
            return value.isoformat()
        case dict():
            return "{" + ", ".join(f"{render(key)}: {render(one)}" for key, one in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(render(one) for one in value) + "]"
    return _word(str(value), in_flow)


def _word(text: str, in_flow: bool) -> str:
    around = ("{k: ", "}") if in_flow else ("k: ", "")
    try:
        is_plain = values_of(around[0] + text + around[1]) == {"k": text} and text == text.strip() and text[:1] != "#"
    except PolicyError:
        is_plain = False
    return text if is_plain and text.isprintable() else json.dumps(text, ensure_ascii=False)
