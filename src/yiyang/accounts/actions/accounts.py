"""Open, switch off and on, reset, unlock."""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from yiyang.access.ranges import NO_AREA
from yiyang.accounts import lockout, second_factor
from yiyang.accounts.authority import Problem, authority_of, live_grants, oversight_problems, refuse
from yiyang.accounts.models import Grant, User
from yiyang.areas.models import Area
from yiyang.areas.places import ranges_of
from yiyang.audit.record import record

# Without what is read wrongly from paper: 0 O 1 l I.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
TEMPORARY_DAYS = 14
USERNAME = re.compile(r"[\w.@-]{2,60}")
Kind = User.Kind


def temporary_password() -> str:
    """Twelve characters in groups of four: 59 bits, easy to copy from paper."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


def clean_username(raw: str) -> str:
    """One spelling of width, no blanks around it; upper and lower case are the same account."""
    return unicodedata.normalize("NFKC", raw).strip().lower()


@transaction.atomic
def open_account(
    *,
    username: str,
    name: str,
    area: Area,
    by: User | None,
    kind: str = Kind.STAFF,
    unit: str = "",
    is_demo: bool = False,
) -> tuple[User, str]:
    """A new account without any role, and its temporary password, which is nowhere kept.

    A department's machine has no password: it enters by token.

    Raises:
        NotAllowed: the area is not the opener's, or the name is taken or unusable.
    """
    username = clean_username(username)
    refuse(opening_problems(username, name, area, by))
    password = temporary_password() if kind == Kind.STAFF else ""
    user = User.objects.create_user(
        username,
        password or None,
        name=name.strip(),
        area=area,
        kind=kind,
        unit=unit.strip(),
        is_demo=is_demo,
        must_change_password=bool(password),
        temporary_until=_end_of_temporary() if password else None,
        created_by=by,
    )
    _note("open", user)
    return user, password


def opening_problems(username: str, name: str, area: Area, by: User | None) -> list[Problem]:
    """What forbids an account of that name there."""
    found: list[Problem] = []
    today = timezone.localdate()
    where = ranges_of(area, today)
    if not where or not authority_of(by, today).holds("account.grant").covers(where):
        found.append((f"您不能在{area.name}开设账户。", f"You may not open accounts in {area.name}."))
    if not USERNAME.fullmatch(username):
        found.append(
            ("用户名须为 2 至 60 个字母、汉字、数字或 . - _ @。", "A username has 2 to 60 letters, digits or . - _ @.")
        )
    elif User.objects.filter(username=username).exists():
        found.append((f"用户名“{username}”已被使用。", f"The username {username} is taken."))
    if not name.strip():
        found.append(("请填写姓名。", "A name is missing."))
    return found


@transaction.atomic
def switch_off(*, user: User, by: User | None, reason: str) -> None:
    """Nobody logs in to it any more, its sessions end, its tokens stop. Raises NotAllowed."""
    authority = authority_of(by, timezone.localdate())
    refuse([*oversight_problems(authority, user), *last_officer_problems(user)])
    _change(user, is_active=False)
    _end_sessions(user)
    _note("switch_off", user, reason)


@transaction.atomic
def switch_on(*, user: User, by: User | None, reason: str = "") -> None:
    """Open it again, with the grants that are still in force. Raises NotAllowed."""
    refuse(oversight_problems(authority_of(by, timezone.localdate()), user))
    _change(user, is_active=True)
    _note("switch_on", user, reason)


@transaction.atomic
def reset_password(*, user: User, by: User | None, reason: str = "") -> str:
    """A new temporary password; sessions end.

    Raises:
        NotAllowed: the account may more than the doer, unless its second factor keeps the password from opening it.
    """
    refuse(password_problems(user, by))
    password = temporary_password()
    user.set_password(password)
    _change(user, password=user.password, must_change_password=True, temporary_until=_end_of_temporary())
    _end_sessions(user)
    lockout.clear(user)
    _note("reset_password", user, reason)
    return password


def password_problems(user: User, by: User | None) -> list[Problem]:
    """What forbids a reset of the password.

    Who learns another's password could be him. So either he may grant all that the account may, or he only supports and
    the account's second factor still bars the way.
    """
    authority = authority_of(by, timezone.localdate())
    if user.kind == Kind.SERVICE:
        return [("部门接口账户没有密码。", "A department's machine has no password.")]
    problems = oversight_problems(authority, user)
    if problems and second_factor.is_set_up(user):
        return oversight_problems(authority, user, "account.support")
    return problems


@transaction.atomic
def reset_second_factor(*, user: User, by: User | None, reason: str) -> None:
    """Remove the one-time codes; the next login asks to set them up again. Raises NotAllowed."""
    refuse(oversight_problems(authority_of(by, timezone.localdate()), user))
    Authenticator.objects.filter(user=user).delete()
    _end_sessions(user)
    _note("reset_second_factor", user, reason)


@transaction.atomic
def unlock(*, user: User, by: User | None) -> None:
    """Wrong passwords so far are forgotten. Raises NotAllowed."""
    refuse(oversight_problems(authority_of(by, timezone.localdate()), user, "account.support"))
    lockout.clear(user)
    _note("unlock", user)


@transaction.atomic
def end_sessions(*, user: User, by: User | None) -> int:
    """Log an account out everywhere; returns from how many places. Raises NotAllowed."""
    refuse(oversight_problems(authority_of(by, timezone.localdate()), user, "account.support"))
    ended = _end_sessions(user)
    _note("end_sessions", user, sessions=ended)
    return ended


def last_officer_problems(user: User) -> list[Problem]:
    """The last city officer stays: without one, nobody could grant anything any more.

    Asked of one after the other: two who take each other's grants at once would each still see the other's.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('yiyang.last_officer'))")
    today = timezone.localdate()
    mine = {grant.area_id for grant in live_grants(user, today) if grant.role == "city_officer"}
    others = Grant.objects.filter(role="city_officer", area__in=mine, revoked_at__isnull=True, starts__lte=today)
    others = others.filter(Q(ends__isnull=True) | Q(ends__gte=today), user__is_active=True).exclude(user=user)
    if mine - set(others.values_list("area_id", flat=True)):
        return [("这是最后一位市级业务人员，不能停用或收回。", "This is the last city officer; keep one.")]
    return []


def _change(user: User, **fields: Any) -> None:
    for field, value in fields.items():
        setattr(user, field, value)
    user.save(update_fields=list(fields))


def _end_sessions(user: User) -> int:
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    return len(sessions)


def _end_of_temporary() -> Any:
    return timezone.now() + timedelta(days=TEMPORARY_DAYS)


def _note(act: str, user: User, reason: str = "", **detail: Any) -> None:
    code = user.area.code if user.area and user.area.code is not None else NO_AREA
    record("permit", what=f"accounts_user:{user.pk}", area=code, reason=reason, detail={"act": act, **detail})
