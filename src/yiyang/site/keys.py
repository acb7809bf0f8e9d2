"""Commands: keys create, keys status, keys rotate, keys reseal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from yiyang.base.screen import emit_json, progress, say, show_table, t

app = typer.Typer(name="keys", no_args_is_help=True, help="个人信息加密密钥。Keys that seal personal data.")
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]
Sm = Annotated[bool, typer.Option("--sm", help="用国密 SM4、SM3，而非 AES、SHA-256。Use SM4 and SM3.")]
# Row-level security shows the application's own connection nothing outside a scope.
OWNER = "owner"


@app.command("create", epilog="例 Example: yiyang keys create --sm")
def create_command(sm: Sm = False, as_json: AsJson = False) -> None:
    """新建密钥文件；已有则不覆盖。Make the key ring of a new installation; an old one is never overwritten."""
    from yiyang.access import keyring
    from yiyang.access.keyring import Cipher, Hash

    path = keyring.default_path()
    cipher, index = (Cipher.SM4, Hash.SM3) if sm else (Cipher.AES, Hash.SHA256)
    ring = keyring.create(path, now=_now(), cipher=cipher, index=index)
    if as_json:
        return emit_json({"file": str(path), "key": ring.active.id})
    return say(
        f"已建立密钥文件 {path}。请与数据库备份分开，另存一份：丢失它，已加密的数据就打不开了。",
        f"The key ring is {path}. Keep a copy apart from the database's backups: without it the data do not open.",
    )


@app.command("status", epilog="例 Example: yiyang keys status --values")
def status_command(
    values: Annotated[bool, typer.Option("--values", help="统计各密钥下的值。Count values under each key.")] = False,
    as_json: AsJson = False,
) -> None:
    """各密钥的编号、算法、状态；从不显示密钥本身。Keys by id, algorithm and state; never the secrets."""
    from yiyang.access import secrets

    ring = secrets.ring()
    counts = _counts() if values else {}
    found = [
        {"id": key.id, "algorithm": str(key.algorithm), "state": key.state, "created": key.created.isoformat()}
        | ({"values": counts.get(key.id, 0)} if values else {})
        for key in ring.keys
    ]
    if as_json:
        return emit_json({"keys": found, "index": str(ring.index.algorithm)})
    heads = [
        t("编号", "id"),
        t("算法", "algorithm"),
        t("状态", "state"),
        t("建立时间", "created"),
        t("加密值", "values"),
    ]
    columns = [(head, "left") for head in heads[: len(found[0])]]
    return show_table(t("密钥", "Keys"), columns, [list(key.values()) for key in found])


@app.command("rotate", epilog="例 Example: yiyang keys rotate && yiyang keys reseal")
def rotate_command(sm: Sm = False, as_json: AsJson = False) -> None:
    """启用新密钥；旧密钥只用于解密。Seal under a new key from now on; the old ones only open."""
    from yiyang.access import keyring
    from yiyang.access.keyring import Cipher

    ring = keyring.rotate(keyring.default_path(), now=_now(), cipher=Cipher.SM4 if sm else None)
    if as_json:
        return emit_json({"key": ring.active.id, "algorithm": str(ring.active.algorithm)})
    return say(
        f"新密钥 {ring.active.id}（{ring.active.algorithm}）已启用。请运行 yiyang keys reseal，并重新备份密钥文件。",
        f"Key {ring.active.id} ({ring.active.algorithm}) seals now. Run `yiyang keys reseal`, and back up the ring.",
    )


@app.command("reseal", epilog="例 Example: yiyang keys reseal --batch 20000")
def reseal_command(
    batch: Annotated[int, typer.Option(min=1, max=100_000, help="每批行数。Rows of a batch.")] = 5000,
    as_json: AsJson = False,
) -> None:
    """把旧密钥下的值改用新密钥加密；中断后可再运行。Seal all values under the active key; may be run again."""
    from yiyang.access.secrets import ring
    from yiyang.site.start import start

    with start():
        changed = _reseal_all(ring().active.id, batch)
    if as_json:
        return emit_json({"key": ring().active.id, "rows": changed})
    columns = [(t("表", "table"), "left"), (t("重新加密的行", "rows resealed"), "right")]
    return show_table(t("重新加密", "Resealed"), columns, list(changed.items()))


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _reseal_all(active: str, batch: int) -> dict[str, int]:
    from yiyang.access.reseal import ACTOR, keys_in_use, reseal, sealed_models
    from yiyang.access.scope import platform
    from yiyang.audit.record import record, work

    changed: dict[str, int] = {}
    for model in sealed_models(OWNER):
        table = model._meta.db_table
        stale = sum(count for key, count in keys_in_use(model, OWNER).items() if key != active)
        with progress(table, table, total=stale) as steps:
            told = partial(steps.step, table, table)
            changed[table] = reseal(model, using=OWNER, batch=batch, progress=told)
    changed |= _reseal_the_rest()
    with work(platform(ACTOR)):
        record("system", what="keys", detail={"key": active, "resealed": changed})
    return changed


def _reseal_the_rest() -> dict[str, int]:
    """What is sealed outside of sealed columns: one-time codes' secrets, rows in question, files."""
    from yiyang.access.sealed_files import reseal_file
    from yiyang.accounts import second_factor
    from yiyang.registry import resealing

    codes, rows, files = second_factor.reseal(OWNER), resealing.reseal_rows(OWNER), 0
    for path, label in _files():
        # A list that expires meanwhile is no fault.
        with suppress(FileNotFoundError):
            files += reseal_file(path, label)
    return {"mfa_authenticator": codes, "registry_possibledouble": rows, "files": files}


def _files() -> list[tuple[Path, str]]:
    from django.conf import settings
    from django.utils.module_loading import import_string

    data = Path(settings.DATA)
    return [found for name in settings.SEALED_FILES for found in import_string(name)(data)]


def _key_of(path: Path) -> Counter[str]:
    from yiyang.access.sealed_files import key_of

    with suppress(FileNotFoundError):
        return Counter([key_of(path)])
    return Counter()


def _counts() -> dict[str, int]:
    from yiyang.site.start import start

    with start():
        from yiyang.access.reseal import keys_in_use, sealed_models
        from yiyang.accounts import second_factor
        from yiyang.registry import resealing

        found: list[Mapping[str, int]] = [keys_in_use(model, OWNER) for model in sealed_models(OWNER)]
        found += [second_factor.keys_in_use(OWNER), resealing.keys_in_use(OWNER)]
        found += [_key_of(path) for path, _ in _files()]
    return dict(sum(map(Counter, found), Counter[str]()))
