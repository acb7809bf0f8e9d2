"""Snapshots and contracts for the reader."""

from __future__ import annotations

from typing import Any

from yiyang.base.screen import lang, say, show_table, t
from yiyang.registry.contracts import Contract, Contracts, load_contracts
from yiyang.registry.reasons import REASONS
from yiyang.registry.snapshot import Snapshot

Json = dict[str, Any]


def summary(snapshot: Snapshot) -> Json:
    """The manifest without file hashes; with the seconds it took, if it was made just now."""
    told = {key: value for key, value in snapshot.manifest.items() if key != "files"} | {"hash": snapshot.hash}
    return told | ({"seconds": snapshot.seconds} if snapshot.seconds else {})


def tables(snapshot: Snapshot) -> None:
    """Rows by register, reasons of quarantine, and what was not delivered."""
    manifest, contracts = snapshot.manifest, load_contracts()
    made_up = t("（造的数据）", " (synthetic)") if manifest["synthetic"] else ""
    title = t(
        f"{manifest['month']} 快照，数据截止 {manifest['known']}，{manifest['people']:,} 人{made_up}",
        f"Snapshot {manifest['month']}, known {manifest['known']}, {manifest['people']:,} people{made_up}",
    )
    heads = (
        ("登记册", "register"),
        ("交付", "in"),
        ("采用", "kept"),
        ("重复合并", "merged"),
        ("待核", "quarantined"),
        ("新增", "new"),
        ("未变", "unchanged"),
        ("终止", "closed"),
    )
    columns = [(t(zh, en), "left" if en == "register" else "right") for zh, en in heads]
    rows = [
        [_name(contracts, name), *(f"{about[key]:,}" for _, key in heads[1:])]
        for name, about in manifest["registers"].items()
    ]
    show_table(title, columns, rows)
    if manifest["quarantine"]:
        reasons = {reason.zh: reason for reason in REASONS.values()}
        show_table(
            t("待核原因", "Why rows are in quarantine"),
            [(t("原因", "reason"), "left"), (t("处", "lines"), "right")],
            [(t(zh, reasons[zh].en) if zh in reasons else zh, f"{n:,}") for zh, n in manifest["quarantine"].items()],
        )
    _gaps(manifest, contracts)


def _gaps(manifest: Json, contracts: Contracts) -> None:
    missing = [_name(contracts, name) for name in manifest["missing"]]
    carried = [_name(contracts, name) for name in manifest["not_delivered"] if name not in manifest["missing"]]
    if missing:
        say(
            f"注意：从未交付，有关事实按未知处理：{'、'.join(missing)}",
            f"Note: never delivered, their facts are unknown: {', '.join(missing)}",
        )
    if carried:
        say(
            f"注意：本次未交付，沿用以前的：{'、'.join(carried)}",
            f"Note: not delivered this time, carried over: {', '.join(carried)}",
        )
    if manifest["strangers"]:
        say(
            f"注意：文件名不在约定之内，未读取：{'、'.join(manifest['strangers'])}",
            f"Note: files of no register, not read: {', '.join(manifest['strangers'])}",
        )
    for name, about in manifest["registers"].items():
        if about["columns_missing"]:
            _missing_columns(_name(contracts, name), about, contracts.get(name))


def first_delivery(snapshot: Snapshot) -> None:
    """Built without an earlier snapshot: of registers that deliver only what is new, older rows are not in it."""
    contracts = load_contracts()
    delta = [
        name for name in snapshot.manifest["registers"] if name in contracts and contracts[name].delivery == "delta"
    ]
    if delta:
        names = "、".join(_name(contracts, name) for name in delta)
        say(
            f"注意：没有给出 --previous。增量登记册（{names}）只含这次交付的行；"
            "如果以前交付过，请加 --previous 上一快照。",
            f"Note: no --previous was given. Of registers that deliver only changes ({', '.join(delta)}) the snapshot "
            "holds this delivery alone; if there were earlier ones, name the snapshot before with --previous.",
        )


def _missing_columns(name: str, about: Json, contract: Contract | None) -> None:
    """Columns that a file lacks, beside headings that may be their new names."""
    columns = contract.columns if contract else {}
    wanted = [columns[column].headers[0] for column in about["columns_missing"] if column in columns]
    unknown = about["headings_unknown"]
    zh = f"；不认识的表头：{'、'.join(unknown)}" if unknown else ""
    en = f"; unknown headings: {', '.join(unknown)}" if unknown else ""
    say(
        f"注意：{name} 没有这些列，有关事实未知：{'、'.join(wanted)}{zh}",
        f"Note: {name} lacks columns, what they state is unknown: {', '.join(wanted)}{en}",
    )


def _name(contracts: Contracts, register: str) -> str:
    contract = contracts.get(register)
    return register if contract is None or lang() == "en" else contract.name.zh


def as_json(contract: Contract) -> Json:
    """A contract as its file writes it."""
    return contract.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def contracts(chosen: Contracts) -> None:
    """All contracts, one line each."""
    kinds = {"full": t("全量", "full"), "delta": t("增量", "delta")}
    rows = [
        (
            contract.file,
            name,
            kinds[contract.delivery],
            t("、", ", ").join(column.headers[0] for column in contract.columns.values() if column.required),
        )
        for name, contract in chosen.items()
    ]
    show_table(
        t("各部门登记册约定", "Register contracts"),
        [
            (t("文件名", "file"), "left"),
            (t("登记册", "register"), "left"),
            (t("方式", "delivery"), "left"),
            (t("必需的列", "required"), "left"),
        ],
        rows,
    )


def contract(one: Contract) -> None:
    """One contract, one line a column."""
    rows = [
        (
            t("、", ", ").join(column.headers),
            column.type,
            t("是", "yes") if column.required else "",
            column.fact or column.role or "",
            t("、", ", ").join(column.codes),
        )
        for column in one.columns.values()
    ]
    show_table(
        f"{one.file}.csv | .xlsx | .parquet",
        [
            (t("可用表头", "headings"), "left"),
            (t("类型", "type"), "left"),
            (t("必需", "required"), "left"),
            (t("用途", "use"), "left"),
            (t("代码", "codes"), "left"),
        ],
        rows,
    )
