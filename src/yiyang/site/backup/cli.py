"""`yiyang backup` and `yiyang restore`."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yiyang.base.clock import CHINA
from yiyang.base.errors import BackupError, MissingPart, UsageError
from yiyang.base.screen import emit_json, say, show_table, t

if TYPE_CHECKING:
    from yiyang.site.backup.content import Content
    from yiyang.site.backup.sealing import Secret
    from yiyang.site.postgres import Database

app = typer.Typer()
PASSPHRASE = "YIYANG_BACKUP_PASSPHRASE"

PassphraseFile = Annotated[
    Path | None, typer.Option(help=f"口令所在的文件；也可用环境变量 {PASSPHRASE}。A file with the passphrase.")
]
KeyFile = Annotated[
    Path | None, typer.Option(help="密钥文件，至少 32 字节随机内容。A key file: 32 random bytes or more.")
]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Answer in JSON.")]
Data = Annotated[
    Path | None, typer.Option(help="数据文件夹；默认为 YIYANG_DATA 或 var。The data folder; YIYANG_DATA or var.")
]


@app.command("backup", epilog="例 Example: yiyang backup /mnt/backups/ --encrypt")
def backup_command(
    out: Annotated[Path, typer.Argument(help="备份文件，或放备份的文件夹。The file, or a folder for it.")],
    encrypt: Annotated[bool, typer.Option("--encrypt", help="加密，并包含密钥。Encrypt; keys are put in.")] = False,
    passphrase_file: PassphraseFile = None,
    key_file: KeyFile = None,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="不加密也包含密钥。Put the keys in unencrypted.")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """把数据库、文件和（加密时）密钥存成一个文件。Put database, files and, when encrypted, keys into one file."""
    _need_web()
    from yiyang.site.backup.make import make_backup
    from yiyang.site.postgres import database
    from yiyang.site.start import data_folder

    sealed = encrypt or bool(passphrase_file or key_file)
    secret = _secret(passphrase_file, key_file, twice=True) if sealed else None
    folder = (data or data_folder()).resolve()
    with database(folder) as found:
        made = make_backup(found.owner_url, folder, _file(out, sealed), secret=secret, with_keys=sealed or with_keys)
        _note(found, "backup", {"file": made.path.name, "bytes": made.bytes, "sealed": made.sealed, "keys": made.keys})
    if as_json:
        return emit_json(asdict(made))
    _show(t("备份内容", "What was backed up"), made.content)
    size = f"{made.bytes / 2**20:,.1f} MB"
    say(
        f"已备份到 {made.path}：{size}，{made.files} 个文件，{made.seconds} 秒。",
        f"Backed up to {made.path}: {size}, {made.files} files, {made.seconds} s.",
    )
    if not made.keys:
        say(
            "其中没有密钥：没有 secrets/keys.json 就读不出身份证号码和电话。请另行妥善保存密钥，或用 --encrypt。",
            "It holds no keys: without secrets/keys.json id numbers and telephones cannot be read. Keep the keys "
            "elsewhere, or use --encrypt.",
        )


@app.command("restore", epilog="例 Example: yiyang restore backup.tar.sealed --data /var/lib/yiyang")
def restore_command(
    file: Annotated[Path, typer.Argument(help="备份文件。The backup.")],
    data: Data = None,
    into: Annotated[
        str | None, typer.Option(help="数据文件夹，或目标数据库的地址。A data folder, or the address of a database.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    key_file: KeyFile = None,
    force: Annotated[
        bool, typer.Option("--force", help="先清空目标数据库，原有文件移到一旁。Empty the target first.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="只检查备份是否完好。Only see whether the backup is sound.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """把备份恢复到空的数据库和数据文件夹，并逐表核对。Put a backup back and compare each table."""
    _need_web()
    from yiyang.site.backup.archive import is_sealed
    from yiyang.site.backup.restore import check_backup, restore_backup
    from yiyang.site.postgres import database
    from yiyang.site.start import data_folder

    secret = _secret(passphrase_file, key_file, twice=False) if is_sealed(file) else None
    if check:
        return _tell_check(check_backup(file, secret), as_json)
    folder = _target(into) or data or data_folder()
    with database(folder.resolve()) as target:
        target.prepare_roles()
        restored = restore_backup(file, target, secret=secret, force=force)
        _note(target, "restore", {"file": file.name, "made": restored.manifest["made"], "forced": force})
    if as_json:
        return emit_json(asdict(restored))
    _show(t("恢复内容，与备份逐表相同", "What was restored, equal to the backup"), restored.content)
    say(
        f"已恢复，{restored.files} 个文件，{restored.seconds} 秒。",
        f"Restored, {restored.files} files, {restored.seconds} s.",
    )
    if restored.kept:
        say(f"原有文件移到了 {restored.kept}。", f"The files that were there are in {restored.kept}.")
    if not restored.keys:
        say(
            "备份中没有密钥：请把原来的 keys.json 放回 secrets 文件夹。",
            "The backup holds no keys: put the old keys.json back into the folder secrets.",
        )
    if restored.other_person_key:
        say(
            "YIYANG_PERSON_KEY 与备份时不同：在设回原值之前，新交付的人员对不上已有人员。",
            "YIYANG_PERSON_KEY differs from that of the backup: until it is set back, people delivered anew do not "
            "meet those already there.",
        )


def _need_web() -> None:
    if not importlib.util.find_spec("psycopg") or not importlib.util.find_spec("cryptography"):
        raise MissingPart(
            "没有安装平台部分：pip install 'yiyang[web]'", "The platform is missing: pip install 'yiyang[web]'"
        )


def _note(where: Database, what: str, detail: dict[str, Any]) -> None:
    """A line in the audit log, where there is one: whoever holds a backup holds everything."""
    import psycopg

    with psycopg.connect(where.owner_url) as connection:
        if connection.execute("SELECT to_regclass('public.audit_line')").fetchone() == (None,):
            return
    from yiyang.site import start

    with start.start(where.data):
        from yiyang.access.scope import platform
        from yiyang.audit.record import record, work

        with work(platform(what)):
            record("system", what=what, detail=detail)


def _target(into: str | None) -> Path | None:
    """The folder that --into names; an address goes where every part of the platform looks for it."""
    if into and "://" in into:
        os.environ["DATABASE_URL"] = into
        os.environ.pop("YIYANG_APP_DATABASE_URL", None)
        return None
    return Path(into) if into else None


def _file(out: Path, sealed: bool) -> Path:
    stamp = datetime.now(CHINA).strftime("%Y%m%d-%H%M%S")
    path = out / f"yiyang-{stamp}.tar{'.sealed' if sealed else ''}" if out.is_dir() else out
    if path.exists():
        raise BackupError(f"{path} 已存在，不会覆盖。", f"{path} exists and is not overwritten.")
    return path


def _secret(passphrase_file: Path | None, key_file: Path | None, twice: bool) -> Secret:
    from yiyang.site.backup.sealing import Secret

    if key_file:
        return Secret(key_file=key_file)
    if passphrase_file:
        try:
            return Secret(passphrase_file.read_text().rstrip("\r\n"))
        except OSError as error:
            raise UsageError(
                f"读不了 {passphrase_file}：{error.strerror}", f"Cannot read {passphrase_file}: {error.strerror}"
            ) from error
    if given := os.environ.get(PASSPHRASE):
        return Secret(given)
    if not sys.stdin.isatty():
        raise UsageError(
            f"需要口令：用 --passphrase-file、--key-file 或环境变量 {PASSPHRASE}。",
            f"A passphrase is needed: --passphrase-file, --key-file or the variable {PASSPHRASE}.",
        )
    return Secret(typer.prompt(t("口令", "Passphrase"), hide_input=True, confirmation_prompt=twice, err=True))


def _tell_check(manifest: dict[str, Any], as_json: bool) -> None:
    if as_json:
        return emit_json(manifest)
    _show(t("备份完好", "The backup is sound"), manifest["content"])
    say(
        f"{manifest['made']}，颐养 {manifest['yiyang']}，PostgreSQL {manifest['server'] // 10000}。",
        f"{manifest['made']}, Yiyang {manifest['yiyang']}, PostgreSQL {manifest['server'] // 10000}.",
    )


def _show(title: str, found: Content) -> None:
    columns = [(t("表", "table"), "left"), (t("行数", "rows"), "right"), (t("内容校验值", "content hash"), "right")]
    rows = [(name, f"{count:,}", total) for name, (count, total) in found["tables"].items() if count]
    rows += [
        (t(f"（规则）{name}", f"(rules) {name}"), f"{count:,}", total)
        for name, (count, total) in found["rules"].items()
    ]
    show_table(title, columns, rows)
