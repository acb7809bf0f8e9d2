"""`registry link`: from a snapshot and what its build collected to links, candidates and suspected doubles."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from yiyang.base.errors import SnapshotError
from yiyang.base.output import atomic_folder
from yiyang.base.screen import progress, show_table, t
from yiyang.engine.duck import connect
from yiyang.registry.linkage.link import LinkCounts, find_doubles, link_rows
from yiyang.registry.linkage.people import rows_and_people
from yiyang.registry.linkage.settings import load_settings

MEMORY = "4GB"
STEPS = 8


def link(snapshot: Path, unidentified: Path, out: Path, model: Path | None = None) -> dict[str, LinkCounts]:
    """Write links.parquet, pairs.parquet, doubles.parquet, both models and manifest.json into `out`.

    Args:
        snapshot: folder made by `registry build`.
        unidentified: folder that the same build filled (`--unidentified`).
        model: model.json of an earlier run, to repeat it; the doubles' parameters lie beside it.

    Raises:
        SnapshotError: a folder is missing or incomplete.
        MissingPart: Splink or pypinyin is not installed.
    """
    _need(unidentified)
    settings = load_settings()
    with progress("关联人员", "linking", total=STEPS) as bar, atomic_folder(out) as work:
        con = connect(memory=MEMORY, spill=work / "spill")
        sides = rows_and_people(con, snapshot, unidentified)
        rows = link_rows(con, sides.rows, sides.people, settings, work, listed=sides.listed, model=model, bar=bar)
        beside = model.with_name("doubles.model.json") if model else None
        doubles = find_doubles(con, sides.people, settings, work, model=beside, bar=bar)
        con.close()
        found = {"rows": rows, "doubles": doubles}
        about: dict[str, Any] = {"kind": "links"} | {name: asdict(counts) for name, counts in found.items()}
        (work / "manifest.json").write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    return found


def _need(folder: Path) -> None:
    missing = [name for name in ("unidentified.parquet", "contacts.parquet") if not (folder / name).exists()]
    if missing:
        raise SnapshotError(
            f"{folder} 里没有 {'、'.join(missing)}。请在 registry build 时加上 --unidentified {folder}。",
            f"{folder} lacks {', '.join(missing)}. Build with --unidentified {folder} first.",
        )


def tables(found: dict[str, LinkCounts]) -> None:
    """Print what was found."""
    words = {
        "rows": t("无有效身份证号码的行", "rows without a usable id number"),
        "doubles": t("已登记人员（疑似重复）", "people (perhaps twice)"),
    }
    heads = [("", "left")] + [
        (t(zh, en), "right")
        for zh, en in (("共", "all"), ("自动关联", "automatic"), ("待人工判定", "to judge"), ("未关联", "different"))
    ]
    lines = [
        [words[name], *(f"{n:,}" for n in (c.rows, c.automatic, c.judge, c.different))] for name, c in found.items()
    ]
    show_table(t("人员关联", "Linkage"), heads, lines)
