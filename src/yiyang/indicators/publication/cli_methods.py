"""What the commands do with rounded and noisy tables: made, checked, tried; the ledger of a folder."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yiyang.base.errors import NotAsPublished, UsageError
from yiyang.base.output import atomic_file
from yiyang.base.screen import emit_json, say, show_table, t

if TYPE_CHECKING:
    from yiyang.indicators.publication.attack import Seen
    from yiyang.indicators.publication.rounding import Rounded
    from yiyang.indicators.publication.tables import Table

LEDGER = "ledger.json"
Json = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a table goes: the open folder, its file's name there, and the sealed file beside."""

    out: Path
    name: str
    kept: Path
    licence: str


def rounded(table: Table, place: Place, base: int, *, as_json: bool) -> None:
    """Round, check, write. Errors: NotRounded, UsageError."""
    import numpy as np

    from yiyang.indicators.publication import rounding, sealing

    earlier = _rounded_before(place.kept, table.universe)
    found = rounding.round_table(table, base, np.random.default_rng(secrets.randbits(128)), earlier=earlier)
    if problems := rounding.wrong(found):
        raise NotAsPublished("取整后的表不成立。", "The rounded table does not hold.", problems)
    _keep(place.kept, sealing.pack(found))
    far = int(found.relaxed.sum())
    note = f"每个数都取整为 {base} 的倍数，与真实人数相差小于 {base}，合计等于各部分之和；0 也可能是小于 {base} 的数。"
    note += f"其中 {far} 个数相差 {base} 到 {2 * base - 1}。" if far else ""
    paths = _write(place, replace(table, counts=found.told), {"note": note, "protection": rounding.said(found)})
    told = {"cells": table.size, "base": base, "relaxed": far, "mean_error": round(found.mean_error, 3)}
    if as_json:
        return emit_json(told | {"files": paths, "proof": str(place.kept)})
    return say(
        f"{table.size:,} 个数取整为 {base} 的倍数，平均相差 {told['mean_error']}；{far} 个相差一个基数以上。",
        f"{table.size:,} figures rounded to multiples of {base}, {told['mean_error']} off on average; {far} by a base "
        "or more.",
    )


def noisy(table: Table, place: Place, epsilon: str, *, preview: bool, as_json: bool) -> None:
    """Say the error; unless that is all that is asked, draw, spend and write. Errors: OverBudget, MissingPart."""
    from yiyang.indicators.publication import budget, noise
    from yiyang.indicators.publication.policy import load_publication

    asked, limit = _epsilon(epsilon), Decimal(str(load_publication().privacy.year))
    book = place.kept.parent / LEDGER
    lines = _read(book)
    year = table.moment[:4]
    spent = _spent(lines, table.universe, year)
    budget.require(asked, spent, limit, year)
    said = noise.said(table, float(asked))
    told: Json = {"cells": table.size, "epsilon": float(asked), "spent": float(spent), "limit": float(limit)}
    told["levels"] = said["levels"]
    if not preview:
        made = noise.noisy(table, float(asked))
        line = {"universe": table.universe, "year": year, "table": place.name, "epsilon": str(asked)}
        # Written before the figures are: what is told is spent, whatever happens then.
        _keep(book, json.dumps([*lines, line], ensure_ascii=False, indent=1).encode())
        note = f"每个数都加了随机误差（差分隐私，ε={budget.said(asked)}），合计等于各部分之和；误差见 protection。"
        told |= {"files": _write(place, made, {"note": note, "protection": said}), "spent": float(spent + asked)}
    if as_json:
        return emit_json(told)
    rows = [[t(each["zh"], each["en"]), f"{each['cells']:,}", f"±{each['error']:,}"] for each in said["levels"]]
    heads = [
        (t("分到哪一级", "level"), "left"),
        (t("个数", "figures"), "right"),
        (t("误差（95%）", "error (95%)"), "right"),
    ]
    show_table(t("误差", "Error"), heads, rows)
    return say(
        f"ε={budget.said(asked)}；{year}年已用 {told['spent']:g}，上限 {told['limit']:g}。"
        + ("只是预览：没有抽取，也没有用预算。" if preview else ""),
        f"epsilon {budget.said(asked)}; spent of {year}: {told['spent']:g} of {told['limit']:g}."
        + (" A preview: nothing was drawn or spent." if preview else ""),
    )


def mixed(place: Place, moment: str) -> None:
    """Say so where tables of one time are protected in several ways."""
    paths = [path for path in place.out.glob("*.json") if not path.name.endswith(".csv-metadata.json")]
    said = [json.loads(path.read_text("utf-8")) for path in paths]
    found = {each.get("protection", {}).get("method") for each in said if each.get("moment") == moment} - {None}
    if len(found) > 1:
        say(
            "注意：这个文件夹里同一时期的表用了不同的方法保护，放在一起看时各自的保证不完整。请运行 publish attack。",
            "Mind: tables of one time are protected in different ways here; side by side no guarantee is whole. Run "
            "publish attack.",
        )


def _epsilon(text: str) -> Decimal:
    from yiyang.indicators.publication.budget import FINEST
    from yiyang.indicators.publication.policy import load_publication

    privacy = load_publication().privacy
    try:
        found = Decimal(text) if text else Decimal(str(privacy.epsilon))
    except InvalidOperation as error:
        raise UsageError(f"ε 应是数：{text}", f"epsilon is a number: {text}") from error
    if not Decimal("0.01") <= found <= Decimal(str(privacy.most)) or found % FINEST:
        raise UsageError(f"ε 应在 0.01 到 {privacy.most:g} 之间。", f"epsilon lies between 0.01 and {privacy.most:g}.")
    return found


def _write(place: Place, told: Table, about: Json) -> list[str]:
    import numpy as np

    from yiyang.indicators.publication import files

    said = {"licence": place.licence, "version": 1} | about
    body = files.as_json(told, np.ones(told.counts.shape, bool), said)
    return [str(path) for path in files.write(place.out, place.name, body)]


def _keep(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as work_file:
        work_file.write_bytes(body)


def _rounded_before(but: Path, universe: str) -> list[Rounded]:
    from yiyang.indicators.publication import sealing

    bodies = [path.read_bytes() for path in sorted(but.parent.glob("*.npz")) if path.resolve() != but.resolve()]
    found = [sealing.unpack(body) for body in bodies if sealing.is_rounded(body)]
    return [each for each in found if each.table.universe == universe]


def _read(book: Path) -> list[Json]:
    if not book.is_file():
        return []
    try:
        return [dict(each) for each in json.loads(book.read_text("utf-8"))]
    except (ValueError, TypeError) as error:
        raise UsageError(f"{book} 不是隐私预算账。", f"{book} is no ledger of privacy.") from error


def _spent(lines: Sequence[Json], universe: str, year: str) -> Decimal:
    mine = (each for each in lines if each["universe"] == universe and each["year"] == year)
    return sum((Decimal(each["epsilon"]) for each in mine), Decimal(0))


def ledger(folder: Path, *, as_json: bool) -> None:
    """What a folder's tables have spent. Errors: UsageError without a ledger."""
    book = folder if folder.is_file() else folder / LEDGER
    lines = _read(book)
    if not lines:
        raise UsageError(f"{folder} 里没有隐私预算账。", f"There is no ledger of privacy in {folder}.")
    if as_json:
        return emit_json({"spent": lines})
    heads = [
        (t("人群", "universe"), "left"), (t("年度", "year"), "left"), (t("表", "table"), "left"), ("ε", "right"),
    ]  # fmt: skip
    rows = [[each["universe"], each["year"], each["table"], each["epsilon"]] for each in lines]
    return show_table(t("隐私预算", "Budget of privacy"), heads, rows)


def check(body: bytes, seen: Sequence[Seen] | None, *, as_json: bool) -> None:
    """Whether a rounded table holds, and is what was published. Errors: NotAsPublished."""
    from yiyang.indicators.publication import rounding, sealing
    from yiyang.indicators.publication.protecting import shape_of

    found = sealing.unpack(body)
    problems = rounding.wrong(found)
    if seen is not None:
        shape = shape_of(found.table)
        mine = [each for each in seen if each.name == found.table.name and each.shape == shape]
        if not any((each.values == found.told).all() for each in mine):
            problems.append((f"公开的{found.table.name}与核对的不同。", f"{found.table.name} is not what was checked."))
    if as_json:
        emit_json({"holds": not problems, "base": found.base, "problems": [en for _, en in problems]})
    if problems:
        raise NotAsPublished("取整后的表不成立，不能公开。", "The rounded table does not hold.", problems)
    if not as_json:
        say(f"成立：都是 {found.base} 的倍数，处处相加。", f"It holds: multiples of {found.base} that add up.")


def tried(seen: Sequence[Seen], draws: int) -> list[Json]:
    """Of each ε that is promised, whether many draws keep to it."""
    from yiyang.indicators.publication.trying import try_noise

    promised = sorted({each.epsilon for each in seen if each.epsilon}) if draws else []
    found = [try_noise(epsilon, draws) for epsilon in promised]
    return [
        {"epsilon": each.epsilon, "draws": each.draws, "events": each.events, "proved": round(each.proved, 3),
         "holds": each.holds}
        for each in found
    ]  # fmt: skip


def say_tried(found: Sequence[Json]) -> None:
    """In a sentence each."""
    for each in found:
        kept_zh, kept_en = ("没有", "keeps") if each["holds"] else ("已经", "breaks")
        say(
            f"加噪 ε={each['epsilon']:g}：相差一人的两张表各抽 {each['draws']:,} 次，{each['events']} 种结果中，"
            f"可能性之比的对数最多证实到 {each['proved']}，{kept_zh}超过 ε。",
            f"Noise, epsilon {each['epsilon']:g}: {each['draws']:,} draws each of two tables one person apart; the "
            f"largest log ratio proved is {each['proved']}, which {kept_en} the promise.",
        )
