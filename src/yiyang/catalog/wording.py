"""Breaches of the schema said in words: what is wrong, what is allowed, which known name is nearest."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from yiyang.engine.facts import hint_en, hint_zh, nearest

_TYPES = {
    "string": ("文字（数字写成文字要加引号）", "text (put quotes round digits)"),
    "int": ("整数", "an integer"),
    "date": ("日期，写作 2026-01-31", "a date written 2026-01-31"),
    "bool": ("true 或 false", "true or false"),
    "tuple": ("列表，写作 [a, b]", "a list written [a, b]"),
    "list": ("列表，写作 [a, b]", "a list written [a, b]"),
    "dict": ("键和值", "keys and values"),
    "model": ("键和值", "keys and values"),
}


def complaint(model: type[BaseModel], detail: ErrorDetails) -> tuple[str, str]:
    """One breach in (Chinese, English), without its place."""
    loc, kind = detail["loc"], detail["type"]
    name = ".".join(str(part) for part in loc if part != "[key]") or "-"
    if kind == "extra_forbidden":
        return _unknown_key(model, loc, name)
    if kind == "missing":
        return f"缺少 {name}", f"{name} is missing"
    if kind in ("enum", "literal_error"):
        return _choice(name, detail)
    return _type(name, kind, detail)


def _unknown_key(model: type[BaseModel], loc: tuple[int | str, ...], name: str) -> tuple[str, str]:
    allowed = keys_of(model_at(model, loc[:-1]))
    near = nearest(str(loc[-1]), allowed)
    return (
        f"不认识的键 {name}{hint_zh(near)}；可用：{'、'.join(allowed)}",
        f"unknown key {name}{hint_en(near)}; allowed: {', '.join(allowed)}",
    )


def _choice(name: str, detail: ErrorDetails) -> tuple[str, str]:
    allowed = str(detail.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
    near = nearest(str(detail["input"]), allowed)
    return (
        f"{name} 不能是 {detail['input']}{hint_zh(near)}；可用：{'、'.join(allowed)}",
        f"{name} cannot be {detail['input']}{hint_en(near)}; allowed: {', '.join(allowed)}",
    )


def _type(name: str, kind: str, detail: ErrorDetails) -> tuple[str, str]:
    if kind == "string_pattern_mismatch":
        return (
            f"{name} 的写法不对：{detail['input']}（名称用小写字母、数字和下划线；地区代码用6、9或12位数字）",
            f"{name} is misspelt: {detail['input']} (names: a-z, digits, underscores; area codes: 6, 9 or 12 digits)",
        )
    if kind == "too_short":
        return f"{name} 不能为空", f"{name} must not be empty"
    if words := _TYPES.get(kind.split("_")[0]):
        return (
            f"{name} 应为{words[0]}，不是 {detail['input']!r}",
            f"{name} should be {words[1]}, not {detail['input']!r}",
        )
    return f"{name}：{detail['msg']}", f"{name}: {detail['msg']}"


def keys_of(found: Any) -> list[str]:
    """The keys that a model allows, as written in YAML."""
    if not (isinstance(found, type) and issubclass(found, BaseModel)):
        return []
    return [field.alias or name for name, field in found.model_fields.items()]


def model_at(model: Any, loc: tuple[int | str, ...]) -> Any:
    """The type that stands at a place of a model."""
    for part in loc:
        model = _inner(_plain(model), part)
    return _plain(model)


def _inner(found: Any, part: int | str) -> Any:
    if isinstance(found, type) and issubclass(found, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in found.model_fields.items()}
        return fields.get(str(part))
    arguments = get_args(found)
    if get_origin(found) in (dict, Mapping):
        return arguments[1]
    return arguments[0] if arguments else None


def _plain(found: Any) -> Any:
    """Without Annotated and `| None`."""
    if get_origin(found) is Annotated:
        return _plain(get_args(found)[0])
    if get_origin(found) in (Union, types.UnionType):
        return _plain(next(kind for kind in get_args(found) if kind is not type(None)))
    return found
