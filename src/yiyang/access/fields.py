"""Every field of every model is sorted: personal data, or open. A test fails on a forgotten one."""

from __future__ import annotations

from typing import Any

from django.db import models

PERSONAL, OPEN = "personal", "open"
_sorted: dict[type[models.Model], dict[str, str]] = {}


def sorted_fields(model: type[models.Model], kind: str, *names: str) -> None:
    """Say what kind of data fields hold. `*` stands for all concrete fields of the model.

    Raises:
        ValueError: an unknown field, or one sorted twice.
    """
    there = {field.name for field in model._meta.concrete_fields}
    wanted = there if names == ("*",) else set(names)
    known = _sorted.setdefault(model, {})
    wrong = (wanted - there) | (wanted & set(known))
    if wrong:
        raise ValueError(f"{model.__name__}: unknown or sorted twice: {sorted(wrong)}")
    known.update(dict.fromkeys(wanted, kind))


def kinds(model: type[models.Model]) -> dict[str, str]:
    """Field → personal or open, as far as sorted."""
    return dict(_sorted.get(model, {}))


def forgotten(model: type[models.Model]) -> set[str]:
    """Concrete fields that nobody sorted."""
    return {field.name for field in model._meta.concrete_fields} - set(kinds(model))


def personal(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The personal fields of a model."""
    return [field for field in model._meta.concrete_fields if kinds(model).get(field.name) == PERSONAL]
