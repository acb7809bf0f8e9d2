"""What an account may hand on: never a right, an area, a time or a register beyond its own.

Every rule is asked on the server when the act is done; the forms only offer what would pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from yiyang.access.ranges import ALL, NOWHERE, Ranges
from yiyang.access.scope import current
from yiyang.accounts.models import Grant, User
from yiyang.accounts.roles import Role, load_roles
from yiyang.accounts.scopes import UNPLACED, grants_in_force, reach_of
from yiyang.areas.models import Area
from yiyang.base.errors import UsageError

Problem = tuple[str, str]


class NotAllowed(UsageError):
    """An act on accounts that its doer may not do, or that would break a rule; `problems` says all of them."""


def refuse(problems: list[Problem]) -> None:
    """Raises NotAllowed when there are problems."""
    if problems:
        zh, en = problems[0]
        raise NotAllowed(zh, en, problems[1:])


@dataclass(frozen=True)
class Held:
    """One grant in force, as far as it can be handed on. `unplaced`: roles that see what has no area as well."""

    role: Role
    where: Ranges
    starts: date
    ends: date | None
    registers: frozenset[str] | None

    def lasts(self, starts: date, ends: date | None) -> bool:
        """Whether it holds from the first day to the last."""
        return self.starts <= starts and (self.ends is None or (ends is not None and ends <= self.ends))

    def area_for(self, right: str) -> Ranges:
        """Where this grant's holder can let others have a right."""
        return self.where if right in self.role.reach else NOWHERE


@dataclass(frozen=True)
class Authority:
    """What somebody may hand on, on a day; `user` None: the platform itself, which begins the chain."""

    user: User | None
    on: date
    held: tuple[Held, ...] = ()

    @property
    def is_platform(self) -> bool:
        """Whether nothing bounds it."""
        return self.user is None

    def where(self, right: str, starts: date, ends: date | None) -> Ranges:
        """Where a right can be handed on for that time."""
        if self.is_platform:
            return ALL
        found = NOWHERE
        for held in self.held:
            if held.lasts(starts, ends):
                found |= held.area_for(right)
        return found

    def holds(self, right: str) -> Ranges:
        """Where a right itself is held today."""
        if self.is_platform:
            return ALL
        found = NOWHERE
        for held in self.held:
            if right in held.role.rights:
                found |= held.where
        return found

    def covers(self, rights: Iterable[str], where: Ranges, starts: date, ends: date | None) -> bool:
        """Whether every right can be handed on everywhere there for the whole time."""
        return all(self.where(right, starts, ends).covers(where) for right in rights)

    @property
    def registers(self) -> frozenset[str] | None:
        """Registers whose deliveries can be handed on; None = all."""
        found: set[str] = set()
        for held in self.held:
            if held.registers is None:
                return None
            found |= held.registers
        return None if self.is_platform else frozenset(found)


def authority_of(user: User | None, on: date) -> Authority:
    """What an account may hand on today. None stands for the platform, and only where the platform itself acts.

    Raises:
        NotAllowed: nobody is named although somebody acts.
    """
    if user is None:
        if not current().is_self:
            raise NotAllowed("须说明由谁办理。", "Say who does it.")
        return Authority(None, on)
    if not user.is_active:
        return Authority(user, on)
    roles = load_roles().roles
    found = (_held(grant, roles[grant.role], on) for grant in grants_in_force(user, on) if grant.role in roles)
    return Authority(user, on, tuple(found))


def _held(grant: Grant, role: Role, on: date) -> Held:
    where = reach_of(role, grant.area, on)
    if role.hands_on_no_area:
        where |= reach_of(role.model_copy(update={"no_area": True}), grant.area, on)
    registers = None if grant.registers is None else frozenset(grant.registers)
    return Held(role, where, grant.starts, grant.ends, registers)


def live_grants(user: User, on: date) -> list[Grant]:
    """Grants that hold today or will hold later."""
    lives = Q(revoked_at__isnull=True) & (Q(ends__isnull=True) | Q(ends__gte=on))
    return list(user.grants.filter(lives).select_related("area"))


def grant_problems(
    authority: Authority,
    *,
    target: User,
    role: str,
    area: Area,
    starts: date,
    ends: date | None,
    registers: frozenset[str] | None,
) -> list[Problem]:
    """Everything that forbids this grant; nothing = it may be made."""
    known = load_roles().roles.get(role)
    if known is None:
        return [(f"没有角色“{role}”。", f"There is no role {role}.")]
    return [
        *_shape(known, area, starts, ends, registers, authority.on),
        *_fits_account(target, role, known, registers, authority.on),
        *_own(authority, target),
        *_beyond(authority, known, area, starts, ends, registers),
    ]


def _shape(
    role: Role, area: Area, starts: date, ends: date | None, registers: frozenset[str] | None, on: date
) -> list[Problem]:
    """What is wrong with it whoever grants it."""
    found: list[Problem] = []
    if area.level not in role.levels:
        found.append((f"“{role.zh}”不能授在{area.name}这一级。", f"{role.en} is not granted at level {area.level}."))
    if not reach_of(role, area, max(starts, on)):
        found.append((f"{area.name}在起始日期没有管辖范围。", f"{area.name} answers for nothing on the first day."))
    if ends is not None and ends < max(starts, on):
        found.append(("终止日期早于起始日期或今天。", "The last day lies before the first, or before today."))
    if role.needs_registers and not registers:
        found.append(("须指定登记册。", "Name the registers."))
    if not role.needs_registers and registers is not None:
        found.append(("此角色不按登记册授权。", "This role is not granted by registers."))
    return found


def _fits_account(target: User, slug: str, role: Role, registers: frozenset[str] | None, on: date) -> list[Problem]:
    found: list[Problem] = []
    if role.api_only != (target.kind == User.Kind.SERVICE):
        found.append(
            ("接口角色只授给部门接口账户，其他角色只授给工作人员。", "Machines have machines' roles, people people's.")
        )
    lives = live_grants(target, on)
    # Areas and registers of an account are not paired: with two grants it would have each register in both areas.
    if any(set(grant.registers or ()) != (registers or set()) for grant in lives):
        found.append(("同一接口账户的登记册须一致；请另开账户。", "An account's registers are the same in all areas."))
    return found


def _own(authority: Authority, target: User) -> list[Problem]:
    if authority.user is not None and authority.user.pk == target.pk:
        return [("不能更改自己的授权。", "Nobody changes his own grants.")]
    return []


def _beyond(
    authority: Authority, role: Role, area: Area, starts: date, ends: date | None, registers: frozenset[str] | None
) -> list[Problem]:
    where = reach_of(role, area, max(starts, authority.on))
    found: list[Problem] = []
    if not authority.holds("account.grant").covers(where):
        found.append((f"您在{area.name}没有授权的权限。", f"You may not grant in {area.name}."))
    elif not authority.covers(role.reach, where, max(starts, authority.on), ends):
        found.append(
            (
                f"“{role.zh}”在{area.name}、此期间的权限超出您自己的范围。",
                f"{role.en} in {area.name} for that time goes beyond your own rights, area or dates.",
            )
        )
    own = authority.registers
    if own is not None and registers is not None and not registers <= own:
        found.append(("登记册超出您自己的范围。", "Those registers go beyond yours."))
    return found


def oversight_problems(authority: Authority, target: User, right: str = "account.grant") -> list[Problem]:
    """Everything that forbids acting on an account: on oneself, on somebody elsewhere, on somebody who may more.

    Args:
        right: which right the act needs everywhere the account reaches.
    """
    found = _own(authority, target)
    if authority.is_platform:
        return found
    where, wider = _reach(target, authority)
    if right == "account.support":
        # Who unlocks a screen need not see what has no area.
        where -= UNPLACED
    if not where or not authority.holds(right).covers(where):
        found.append((f"{target}不在您的管理范围内。", f"{target.username} is not yours to manage."))
    elif wider and right == "account.grant":
        found.append((f"{target}的权限超出您自己的范围。", f"{target.username} may more than you."))
    return found


def _reach(target: User, authority: Authority) -> tuple[Ranges, bool]:
    """Where an account reaches, and whether some of it lies beyond an authority."""
    roles, on = load_roles().roles, authority.on
    where = NOWHERE if target.area is None else reach_of(_PLAIN, target.area, on)
    wider = False
    for grant in live_grants(target, on):
        if role := roles.get(grant.role):
            there = reach_of(role, grant.area, max(grant.starts, on))
            where |= there
            wider = wider or not authority.covers(role.reach, there, on, on)
    return where, wider


_PLAIN = Role(zh="无", en="none", levels=("village",), rights=("area.read",))
