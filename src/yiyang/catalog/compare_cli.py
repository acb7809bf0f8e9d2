"""`yiyang list compare LOWER UPPER`: does the lower list reach the upper one for everybody?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yiyang.base import screen
from yiyang.base.clock import today
from yiyang.base.errors import BelowFloor, UsageError
from yiyang.base.screen import t
from yiyang.catalog.commands import area_code, parse_day

if TYPE_CHECKING:
    from yiyang.catalog.compare import Compared, Comparison, Shown

LIMIT = 2_000_000
MOST_NAMES = 5  # of the items that fall short, named in the error
# status → how it is said, in Chinese and English
WORDS = {
    "equal": ("等同", "equal"),
    "better": ("优于上级", "better"),
    "worse": ("低于上级", "below"),
    "mixed": ("有高有低", "better and worse"),
    "unproven": ("未能证明达到", "not shown to reach"),
    "not_comparable": ("无法比较", "not comparable"),
    "missing": ("缺失", "missing"),
    "extra": ("本级增加", "extra"),
    "unaffected": ("不涉及本地", "nobody here"),
}
KINDS = {
    "covered": ("上级有而本级未列", "covered above, not listed below"),
    "uncovered": ("上级能享受而本级不能", "covered above, not below"),
    "less": ("本级金额较低", "less below"),
    "unsure": ("本级金额不能证明达到", "not shown to reach"),
    "wider": ("本级能享受而上级不能", "covered below only"),
    "more": ("本级金额较高", "more below"),
}


def compare_command(
    lower: Annotated[str, typer.Argument(metavar="LOWER", help="下级：地区或清单文件夹。Area or folder of a list.")],
    upper: Annotated[str, typer.Argument(metavar="UPPER", help="上级：地区或清单文件夹。Area or folder of a list.")],
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="以哪一天为准，默认今天。As of a day.")] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="ITEM.VALUE=…",
            help="试改下级清单，可多次，金额以元计。 如 --set old_age_allowance.eighties=50 "
            "Try a change of LOWER, in yuan.",
        ),
    ] = None,
    overlay: Annotated[
        list[Path] | None, typer.Option("--overlay", metavar="FILE", help="写在文件里的试改。 Changes from a file.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="逐一列举的上限，超出用 z3。 Cells before z3 proves.")
    ] = LIMIT,
    method: Annotated[
        str, typer.Option("--method", metavar="HOW", help="auto、exhaustive 或 z3。 How to prove.")
    ] = "auto",
    fallback: Annotated[
        bool, typer.Option("--fallback", help="缺失的项目由上级清单兜底。 Missing items are answered above.")
    ] = False,
    allow_unstated: Annotated[
        bool, typer.Option("--allow-unstated", help="未能证明、无法比较的放行。 Let pass what cannot be shown.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。 Print JSON.")] = False,
) -> None:
    """下级清单是否低于上级：对每一种可能的老年人逐项比较，举出吃亏的人。Is a list below the list above it?

    项目、对象范围、金额和次数都不得低于上级，否则退出码为 4。Exit code 4 when the lower list falls below its floor.

    例如 For example: yiyang list compare 大竹县 达州市 --set old_age_allowance.eighties=50
    """
    from yiyang.catalog.compare import compare
    from yiyang.catalog.overlay import Overlay
    from yiyang.engine.proof import Method

    if method not in list(Method):
        raise UsageError(
            f"--method 只能是 auto、exhaustive 或 z3，不是 {method}",
            f"--method is auto, exhaustive or z3, not {method}",
        )
    one, other = _list(lower), _list(upper)
    found = compare(
        one,
        other,
        parse_day(on, today()),
        Overlay.of(sets or (), overlay or (), _home(one)),
        limit=limit,
        method=Method(method),
        fallback=fallback,
        allow_unstated=allow_unstated,
    )
    screen.emit_json(found.json()) if as_json else _show(found)
    if found.below:
        raise _below(found)


def _list(name: str) -> str | Path:
    return Path(name) if Path(name).is_dir() and not name.isdigit() else area_code(name)


def _home(what: str | Path) -> str:
    from yiyang.catalog.lists import load_folder

    return what if isinstance(what, str) else load_folder(what).head.area


def _show(found: Comparison) -> None:
    columns = [
        (t("项目", "item"), "left"),
        (t("结论", "verdict"), "left"),
        (t(f"上级：{found.upper_name}", f"upper: {found.upper_name}"), "left"),
        (t(f"本级：{found.lower_name}", f"lower: {found.lower_name}"), "left"),
    ]
    rows = [(f"{one.name}\n{one.item}", t(*WORDS[one.status]), one.upper or "—", _lower(one)) for one in found.items]
    title = t(
        f"{found.lower_name}的清单与{found.upper_name}的清单（{found.on}）",
        f"The list of {found.lower_name} against that of {found.upper_name} ({found.on})",
    )
    screen.show_table(title, columns, rows)
    for one in (one for one in found.items if one in found.below or one.people):
        _block(one)
    _remarks([one for one in found.items if one not in found.below and not one.people])
    _line(_unmatched(found))
    _line(_verdict(found))


def _lower(one: Compared) -> str:
    from yiyang.catalog.labels import area_name

    if one.lower is None or one.answered_by is None:
        return one.lower or "—"
    name = area_name(one.answered_by)
    return t(f"【{name}清单】", f"[list of {name}]") + f"\n{one.lower}"


def _block(one: Compared) -> None:
    _line("")
    _line(f"{one.name}{t(f'（{one.item}）：', f' ({one.item}): ')}{t(*WORDS[one.status])}")
    for reason in one.reasons:
        _line(f"  · {reason}")
    for shown in one.people:
        _line(f"  · {t(*KINDS[shown.kind])}{t('：', ': ')}{shown.person}")
        _given(t("上级", "upper"), shown, upper=True)
        _given(t("本级", "lower"), shown, upper=False)


def _remarks(items: Sequence[Compared]) -> None:
    """What else there is to say, items with the same remark together."""
    said: dict[str, list[str]] = {}
    for one in items:
        for reason in one.reasons:
            said.setdefault(reason, []).append(one.name)
    for reason, names in said.items():
        _line(f"\n{reason}{t('：', ': ')}{t('、', ', ').join(names)}")


def _given(label: str, shown: Shown, *, upper: bool) -> None:
    gift = shown.upper if upper else shown.lower
    article = f"    {gift.article}" if gift.article else ""
    _line(f"      {label} {gift.area}{t('：', ': ')}{gift.words}{article}")


def _unmatched(found: Comparison) -> str:
    from yiyang.catalog.compare import Status

    missing = [one for one in found.items if one.status is Status.MISSING or one.answered_by]
    extra = found.having(Status.EXTRA)
    gap, none = t("、", ", "), t("无", "none")
    lines = [
        t("只在上级清单：", "Only in the upper list: ") + (gap.join(one.name for one in missing) or none),
        t("只在本级清单：", "Only in the lower list: ") + (gap.join(one.name for one in extra) or none),
    ]
    return "\n" + "\n".join(lines)


def _verdict(found: Comparison) -> str:
    counts = [(status, sum(one.status == status for one in found.items)) for status in WORDS]
    said = t("，", ", ").join(t(f"{WORDS[s][0]} {n} 项", f"{n} {WORDS[s][1]}") for s, n in counts if n)
    zh, en = ("低于", "falls below") if found.below else ("不低于", "does not fall below")
    return t(
        f"结论：{found.lower_name}的清单{zh}{found.upper_name}的清单。{said}。",
        f"Verdict: the list of {found.lower_name} {en} that of {found.upper_name}. {said}.",
    )


def _below(found: Comparison) -> BelowFloor:
    names, count = [one.name for one in found.below], len(found.below)
    zh = "、".join(names[:MOST_NAMES]) + ("等" if count > MOST_NAMES else "")
    en = ", ".join(names[:MOST_NAMES]) + (" …" if count > MOST_NAMES else "")
    return BelowFloor(
        f"{found.lower_name}的清单有 {count} 项没有达到{found.upper_name}的清单：{zh}。"
        "请提高标准、放宽对象或补列项目。",
        f"The list of {found.lower_name} does not reach that of {found.upper_name} in {count} item(s): {en}. "
        "Raise the amounts, widen the circle or list what is missing.",
    )


def _line(text: str) -> None:
    screen.console().print(text, markup=False)
