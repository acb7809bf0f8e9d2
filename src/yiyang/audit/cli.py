"""Commands: audit verify, audit anchor."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yiyang.base import platform
from yiyang.base.errors import AuditError
from yiyang.base.screen import emit_json, progress, say

if TYPE_CHECKING:
    from yiyang.audit.verify import Verdict

app = typer.Typer(name="audit", no_args_is_help=True, help="审计记录。The audit log.")
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]


@app.command("verify", epilog="例 Example: yiyang audit verify --head 3f5a… --json")
def verify_command(
    head: Annotated[str, typer.Option(metavar="HASH", help="另行留存的指纹。A hash kept elsewhere.")] = "",
    as_json: AsJson = False,
) -> None:
    """逐行核对审计链、写入封存和存证；不完好时退出码为 14。Recompute the whole chain; exit code 14 if broken."""
    with platform.started():
        from django.conf import settings

        from yiyang.audit import anchors

        verdict = _verified(anchors.read(anchors.path_in(Path(settings.DATA))), head)
    if as_json:
        emit_json(verdict.as_json())
    if not verdict.is_good:
        raise _broken(verdict)
    seq, sha = verdict.head
    say(
        f"审计链完好：{verdict.lines:,} 行，{verdict.seals:,} 次封存共 {verdict.writes:,} 条写入，"
        f"核对存证 {verdict.anchors:,} 条。"
        f"第 {seq:,} 行的指纹：{sha}",
        f"The chain is whole: {verdict.lines:,} lines, {verdict.seals:,} seals over {verdict.writes:,} writes, "
        f"{verdict.anchors:,} anchors compared. The hash of line {seq:,}: {sha}",
    )


def _verified(known: dict[int, str], head: str) -> Verdict:
    from django.db import connection

    from yiyang.access.scope import platform as platform_scope
    from yiyang.audit.record import work
    from yiyang.audit.verify import verify

    with work(platform_scope("audit verify")):
        with connection.cursor() as cursor:
            cursor.execute("SELECT seq FROM audit_head")
            total = cursor.fetchone()[0]
        with progress("核对审计链", "checking the chain", max(total, 1)) as steps:
            done = [0]

            def tell(lines: int) -> None:
                steps.step("核对审计链", "checking the chain", lines - done[0])
                done[0] = lines

            return verify(anchors=known, head=head, tell=tell)


def _broken(verdict: Verdict) -> AuditError:
    first = verdict.faults[0]
    lines = [
        (f"{fault.zh}（{fault.says}）", f"{fault.en} ({fault.says})") if fault.says else (fault.zh, fault.en)
        for fault in verdict.faults
    ]
    at = f"第 {first.seq} 行" if first.seq else "链外"
    place = f"line {first.seq}" if first.seq else "its edge"
    return AuditError(
        f"审计记录不完好，首先见于{at}。请保全现场，用备份和存证比对，并报告负责审计的单位。",
        f"The audit log is not whole; first seen at {place}. Keep everything as it is, compare with backups and "
        "anchors, and tell whoever answers for audits.",
        lines,
    )


@app.command("anchor", epilog="例 Example: yiyang audit anchor")
def anchor_command(as_json: AsJson = False) -> None:
    """把链头指纹记入数据文件夹的 audit/heads.log。Note the head of the chain outside of the database."""
    with platform.started():
        from django.conf import settings

        from yiyang.audit import anchors

        data = Path(settings.DATA)
        noted = anchors.note(data, now=datetime.now(UTC))
        file = anchors.path_in(data)
    if as_json:
        return emit_json({"file": str(file), "seq": noted and noted[0], "hash": noted and noted[1]})
    if noted is None:
        return say("上次存证后没有新记录。", "Nothing was added since the last anchor.")
    return say(f"第 {noted[0]:,} 行：{noted[1]}（已记入 {file}）", f"Line {noted[0]:,}: {noted[1]} (noted in {file})")
