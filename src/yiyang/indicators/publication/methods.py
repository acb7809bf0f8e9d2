"""Tables protected by rounding or by noise: made, checked, published; and what stands beside one of another method."""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from yiyang.access.scope import Scope, acting, platform
from yiyang.areas.logic import span
from yiyang.base.errors import UsageError, YiyangError
from yiyang.indicators.publication import budget, files, ledger, noise, rounding, sealing, source
from yiyang.indicators.publication.attack import Seen, attack
from yiyang.indicators.publication.models import ProtectedTable, PublishedTable
from yiyang.indicators.publication.opened import OPEN_STATES
from yiyang.indicators.publication.policy import load_publication
from yiyang.indicators.publication.rounding import Rounded
from yiyang.indicators.publication.tables import Table

Json = dict[str, Any]
Method = PublishedTable.Method
# What tells tables of different methods apart, in address and title.
SUFFIX = {Method.HIDE: "", Method.ROUND: "_round", Method.NOISE: "_noise"}
WORDS = {Method.HIDE: "", Method.ROUND: "（取整）", Method.NOISE: "（加噪）"}


def require(method: str, area: int, month: str, grouped: Sequence[str], base: int, epsilon: Decimal) -> None:
    """Whether a table may be asked for so. Errors: UsageError; OverBudget."""
    if method == Method.HIDE:
        return
    if {source.INDICATORS, source.ITEM} & set(grouped):
        raise UsageError(
            "取整和加噪只用于每人只计一次的人数表；指标和应享服务项目请用隐藏。",
            "Rounding and noise are for tables in which everybody counts once: hide in others.",
        )
    if method == Method.ROUND and not rounding.LEAST <= base <= rounding.MOST:
        raise UsageError(f"舍入基数应在 {rounding.LEAST} 到 {rounding.MOST} 之间。", "The base is out of bounds.")
    if method == Method.NOISE:
        most = load_publication().privacy.most
        if not noise.LEAST <= epsilon <= Decimal(str(most)):
            raise UsageError(f"ε 应在 {noise.LEAST} 到 {most:g} 之间。", f"epsilon lies within {noise.LEAST}–{most:g}.")
        ledger.require(area, month, epsilon)


def make(found: PublishedTable, table: Table, about: Json) -> None:
    """Round a table or draw its noise; fills the row and seals what nobody may read. Within the platform's scope.

    Args:
        about: what is told of every publication.

    Errors: NotRounded; UsageError where it would give away what others hide; MissingPart; OverBudget.
    """
    if found.method == Method.ROUND:
        body = _round(found, table, about)
    else:
        ledger.require(found.area_code, found.month, found.epsilon)
        body = _draw(found, table, about)
    found.cells = table.size
    ProtectedTable.objects.update_or_create(table=found, defaults={"body": body})


def _round(found: PublishedTable, table: Table, about: Json) -> bytes:
    random = np.random.default_rng(secrets.randbits(128))
    earlier = [(number, sealing.unpack(body)) for number, body in _beside(found, Method.ROUND, months=3)]
    # What was counted when something else was known does not bind, and what has another base cannot.
    apart = [_as_moment(each, table, place) for place, (_, each) in enumerate(earlier) if each.base == found.base]
    rounded = rounding.round_table(table, found.base, random, earlier=apart)
    if problems := rounding.wrong(rounded):
        raise YiyangError("取整后的表不成立。", "The rounded table does not hold.", problems)
    found.protection = rounding.said(rounded)
    found.beside = list(dict.fromkeys(number for number, _ in earlier))
    found.body = _told(found, replace(table, counts=rounded.told), about)
    found.small = int(((table.counts > 0) & (table.counts < found.least)).sum())
    found.sha256, found.narrowest = files.sha256(found.body), found.base - 1
    refuse_if_found(found, [files.read_json(found.body)], [table])
    # Made from true counts: for those who decide, not for the public.
    found.protection |= {"mean_error": round(rounded.mean_error, 2)}
    return sealing.pack(rounded)


def _as_moment(each: Rounded, table: Table, place: int) -> Rounded:
    """An earlier table; of the same month, but other counts, as of a moment of its own."""
    if each.table.moment == table.moment and int(each.table.counts.flat[0]) != int(table.counts.flat[0]):
        return replace(each, table=replace(each.table, moment=f"{each.table.moment}~{place}"))
    return each


def _draw(found: PublishedTable, table: Table, about: Json) -> bytes:
    """The figures, which nobody reads before they are published; about them, only what their shape says."""
    epsilon = float(found.epsilon)
    found.protection, found.body, found.sha256 = noise.said(table, epsilon), "", ""
    found.beside = [number for number, _ in _beside(found, Method.HIDE, Method.ROUND)]
    return _told(found, noise.noisy(table, epsilon), about).encode()


def _told(found: PublishedTable, told: Table, about: Json) -> str:
    said = about | {"note": note(found), "protection": found.protection, "beside_other_methods": found.beside}
    return files.as_json(told, np.ones(told.counts.shape, bool), said)


def prove(found: PublishedTable) -> None:
    """Once more before publication. Errors: UsageError where it does not hold, or others were published since."""
    if found.method == Method.NOISE:
        return
    rounded = sealing.unpack(bytes(ProtectedTable.objects.get(table=found).body))
    told = files.read_json(found.body)
    same = (told.values == rounded.told).all() and files.sha256(found.body) == found.sha256
    if rounding.wrong(rounded) or not same:
        raise UsageError("取整后的表不成立，不能公开。", "The rounded table does not hold.")
    refuse_if_found(found, [told], [rounded.table])


def release(by: Scope, found: PublishedTable) -> Json:
    """What changes in the row when it is published: of a draw its figures, once what it spends is written down."""
    if found.method != Method.NOISE:
        return {}
    with acting(platform("公开前取出加噪的数", by.request)):
        body = bytes(ProtectedTable.objects.get(table=found).body).decode()
    ledger.spend(by, found)
    return {"body": body, "sha256": files.sha256(body)}


def destroy(found: PublishedTable) -> None:
    """A draw that was sent back: nobody ever saw it, and nobody will."""
    if found.method == Method.NOISE:
        with acting(platform("销毁未公开的加噪数")):
            ProtectedTable.objects.filter(table=found).delete()


def refuse_if_found(found: PublishedTable, told: Sequence[Seen], tables: Sequence[Table]) -> None:
    """Attack small counts of tables with all that is published by other exact methods. Errors: UsageError."""
    others = Method.HIDE if found.method == Method.ROUND else Method.ROUND
    beside = seen_beside(found, others)
    if found.method == Method.HIDE and not beside:
        return
    if found.method == Method.ROUND:
        beside += seen_beside(found, Method.ROUND)
    seen = [*told, *(each for each in beside if each.shape.moment == told[0].shape.moment)]
    small = np.concatenate([((t.counts > 0) & (t.counts < found.least)).reshape(-1) for t in tables])
    result = attack(seen, width=found.width, only=_of_cells(seen, small, len(tables)))
    # Counted when something else was known, tables need not fit: then they bound nothing together.
    if result.closest and not result.impossible:
        raise UsageError(
            f"与已公开的表放在一起，有 {len(result.closest)} 个小数会被推算得太准：同一时期请只用一种方法。",
            f"Beside what is published {len(result.closest)} small counts would be held too closely: use one method.",
        )


def _of_cells(seen: Sequence[Seen], small: Any, tables: int) -> Any:
    from yiyang.indicators.publication.system import system_of

    system = system_of([each.shape for each in seen])
    found = np.zeros(len(system.keys), bool)
    found[np.concatenate(system.places[:tables])[small]] = True
    return found


def _beside(found: PublishedTable, *methods: str, months: int = 0) -> list[tuple[str, bytes]]:
    """Published tables of these methods that hold some of the same people, with what is sealed of them."""
    return [
        (each.number, bytes(ProtectedTable.objects.get(table=each).body))
        for each in beside_of(found, *methods, months=months)
    ]


def seen_beside(found: PublishedTable, *methods: str) -> list[Seen]:
    """What everybody reads of published tables of these methods and this month that hold some of the same people."""
    return [seen for each in beside_of(found, *methods) for seen in files.read_all(each.body)]


def beside_of(found: PublishedTable, *methods: str, months: int = 0) -> list[PublishedTable]:
    """Published tables of these methods that hold some of the same people, of its month or so many before and after."""
    low, high = span(found.area_code)
    rows = PublishedTable.objects.filter(
        state__in=OPEN_STATES, method__in=methods, month__in=_near(found.month, months)
    )
    return [
        each
        for each in rows.exclude(pk=found.pk).exclude(slug=source.INDICATORS).order_by("id")
        if span(each.area_code)[0] < high and low < span(each.area_code)[1]
    ]


def _near(month: str, months: int) -> list[str]:
    number = int(month[:4]) * 12 + int(month[5:]) - 1
    return [f"{(number + step) // 12}-{(number + step) % 12 + 1:02}" for step in range(-months, months + 1)]


def other_methods(found: PublishedTable) -> list[str]:
    """Numbers of published tables of the same month and people that are protected in another way."""
    others = [method for method in Method.values if method != found.method]
    with acting(platform("同期的公开表")):
        return [each.number for each in beside_of(found, *others)]


def note(found: PublishedTable) -> str:
    """What stands below a table, in plain words."""
    if found.method == Method.ROUND:
        far = len(found.protection["relaxed"])
        return (
            f"每个数都取整为 {found.base} 的倍数，与真实人数相差小于 {found.base}，合计等于各部分之和。"
            f"真实的0仍为0；显示为0的，也可能是小于 {found.base} 的数。"
        ) + (f"其中 {far} 个数相差 {found.base} 到 {2 * found.base - 1}。" if far else "")
    finest, whole = found.protection["levels"][-1], found.protection["levels"][0]
    sure = 100 / (1 + math.exp(-float(found.epsilon)))
    return (
        f"每个数都加了随机误差（差分隐私，ε={budget.said(found.epsilon)}），不是精确数：最细的格子 100 个里有 95 个"
        f"误差不超过 ±{finest['error']}，总计不超过 ±{whole['error']}；合计等于各部分之和。"
        f"随机误差保护每一个人：即使知道其他所有人的情况，猜某人是否在表中，猜对的把握也不超过 {sure:.0f}%。"
    )


def mixed_of(found: PublishedTable) -> str:
    """That tables of other methods stand beside it, and what this means; '' where there are none."""
    numbers = other_methods(found)
    if not numbers:
        return ""
    said = f"同一时期、同一人群还公开了用其他方法保护的表（{'、'.join(numbers)}）。"
    if found.method == Method.NOISE:
        return f"{said}差分隐私的保证只对本表，不包括那些表；放在一起看，两种保证都不完整。"
    return f"{said}本表的保证不包括与加噪的表放在一起看的情况。"


def levels_of(found: PublishedTable) -> list[tuple[str, int, int]]:
    """Of a table with noise: what is told apart, how many figures, how far off."""
    if found.method != Method.NOISE:
        return []
    return [(each["zh"], each["cells"], each["error"]) for each in found.protection.get("levels", [])]
