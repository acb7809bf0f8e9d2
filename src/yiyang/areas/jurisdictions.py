"""Jurisdictions without a standard code, as `policy/areas/jurisdictions.yaml` names them."""

from __future__ import annotations

from datetime import date
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yiyang.areas.logic import normalise
from yiyang.base.errors import PolicyError
from yiyang.base.paths import policy_dir


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Member(_Strict):
    """A town and the days on which it is administered."""

    town: int
    starts: date
    ends: date | None = None


class _Jurisdiction(_Strict):
    name: str = Field(min_length=2)
    parent: int
    code: int | None = None
    members: tuple[Member, ...] = ()
    confidence: Literal["none", "recalled", "transcribed", "original"]
    note: str


class _File(_Strict):
    jurisdictions: tuple[_Jurisdiction, ...]


class Jurisdiction(_Strict):
    """One jurisdiction; codes have 12 digits. `code` is that of a census, None where it has none."""

    name: str
    parent: int
    code: int | None
    members: tuple[Member, ...]


def jurisdictions() -> list[Jurisdiction]:
    """All of the file. Raises PolicyError when it breaks the schema."""
    path = policy_dir() / "areas" / "jurisdictions.yaml"
    try:
        found = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        lines = [(".".join(map(str, each["loc"])), each["msg"]) for each in error.errors()]
        problems = [(f"{place}：{what}", f"{place}: {what}") for place, what in lines]
        raise PolicyError(f"{path} 写法有误。", f"{path} breaks the schema.", problems) from None
    return [
        Jurisdiction(
            name=each.name,
            parent=normalise(each.parent),
            code=normalise(each.code) if each.code else None,
            members=each.members,
        )
        for each in found.jurisdictions
    ]
