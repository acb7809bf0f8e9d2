"""Rights and roles as `policy/roles.yaml` states them, strictly read."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.schema import Slug, Strict, Text

RightName = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z]+$")]
Level = Literal["province", "city", "county", "town", "village"]


class Right(Text):
    """One thing that can be allowed; `people`: it shows or changes personal data of elders."""

    people: bool = False


class Role(Text):
    """What an account may do where the role is granted.

    Attributes:
        levels: levels of the areas it can be granted for.
        hands_on: rights that its holder may grant, or put into a token, though he does not have them.
        hands_on_no_area: its holder may grant roles that see what has no area.
        no_area: granted on the city (or above), it also sees what has no area.
        second_factor: a one-time code is asked at login.
        api_only: no pages, only the API.
        not_on_same_case: whoever used one of these rights on a case may not use this role's on it.
    """

    levels: tuple[Level, ...] = Field(min_length=1)
    rights: tuple[RightName, ...] = Field(min_length=1)
    hands_on: tuple[RightName, ...] = ()
    hands_on_no_area: bool = False
    no_area: bool = False
    second_factor: bool = False
    api_only: bool = False
    not_on_same_case: tuple[RightName, ...] = ()

    @property
    def reach(self) -> frozenset[str]:
        """Every right that a holder has or can let others have."""
        passes_on = {"account.grant", "token.manage"} & set(self.rights)
        return frozenset(self.rights) | (frozenset(self.hands_on) if passes_on else frozenset())

    @property
    def needs_registers(self) -> bool:
        """A machine that delivers does so for named registers."""
        return self.api_only and "delivery.upload" in self.rights


class Roles(Strict):
    """policy/roles.yaml"""

    rights: dict[RightName, Right]
    roles: dict[Slug, Role]

    def sees_people(self, role: str) -> bool:
        """Whether a role sees personal data of elders."""
        return any(self.rights[right].people for right in self.roles[role].rights)


@cache
def load_roles() -> Roles:
    """The rights and roles. Raises PolicyError with file and line for every breach."""
    path = policy_dir() / "roles.yaml"
    found = loader.load(path, Roles)
    problems = loader.Problems()
    for name, role in found.roles.items():
        for part, right in _mentioned(role):
            if right not in found.rights:
                problems.add(path, ("roles", name, part), f"没有权限“{right}”", f"there is no right {right}")
    problems.raise_if_any()
    return found


def _mentioned(role: Role) -> Iterable[tuple[str, str]]:
    for part in ("rights", "hands_on", "not_on_same_case"):
        yield from ((part, right) for right in getattr(role, part))
