"""The account of the operating system under which the embedded PostgreSQL runs, which refuses to run as root."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from yiyang.base.errors import DatabaseError

_NEW_ACCOUNT = "yiyang-db"
_ACL = "system.posix_acl_access"
# <linux/posix_acl_xattr.h>: version 2, then (tag, rights, id) of each entry.
_OWNER, _USER, _GROUP, _OTHER_GROUP, _MASK, _OTHER, _NO_ID = 1, 2, 4, 8, 16, 32, 2**32 - 1


@dataclass(frozen=True)
class Account:
    """An account of the operating system."""

    name: str
    uid: int
    gid: int


def database_account(folder: Path) -> Account | None:
    """Who owns or shall own a cluster's folder when we are root; None for anybody else, who runs it himself.

    An existing cluster keeps its owner. A new one takes the account `postgres` where there is one, else it makes one.

    Errors: DatabaseError when the folder belongs to somebody else, or no account can be made.
    """
    owner = folder.stat().st_uid if (folder / "PG_VERSION").exists() else None
    if os.geteuid() != 0:
        _refuse_foreign(folder, owner)
        return None
    if owner:
        found = pwd.getpwuid(owner)
        return Account(found.pw_name, owner, found.pw_gid)
    return _account("postgres") or _account(_NEW_ACCOUNT) or _make_account()


def _refuse_foreign(folder: Path, owner: int | None) -> None:
    if owner not in (None, os.geteuid()):
        raise DatabaseError(
            f"数据库文件夹 {folder} 属于另一账户（uid {owner}）。请用该账户或 root 运行，或换一个数据文件夹。",
            f"The database folder {folder} belongs to another account (uid {owner}). Run as that account or as root, "
            "or choose another data folder.",
        )


def _account(name: str) -> Account | None:
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, found.pw_uid, found.pw_gid)


def _make_account() -> Account:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:" + os.environ.get("PATH", ""))
    words = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _NEW_ACCOUNT]
    done = subprocess.run([useradd, *words], capture_output=True, check=False) if useradd else None
    if account := _account(_NEW_ACCOUNT):
        return account
    why = done.stderr.decode(errors="replace").strip() if done else "useradd?"
    raise DatabaseError(
        f"PostgreSQL 不能以 root 运行，也无法建立账户 {_NEW_ACCOUNT}（{why}）。请以普通用户运行。",
        f"PostgreSQL does not run as root, and the account {_NEW_ACCOUNT} cannot be made ({why}). Run as another user.",
    )


def let_through(account: Account, folder: Path) -> None:
    """Let one account pass through a folder and those above it, and nobody else: no mode is loosened.

    Errors: DatabaseError where the disk knows no access lists.
    """
    # From the root downwards: only then does a failure blame the folder that bars the way.
    for step in reversed((folder.resolve(), *folder.resolve().parents)):
        if not _passes(account, step):
            _grant_passage(account, step)


def _passes(account: Account, folder: Path) -> bool:
    """Whether the account may enter a folder; asked of the kernel, which knows access lists and all the rest."""
    found = folder.stat()
    if found.st_mode & stat.S_IXOTH and found.st_uid != account.uid and found.st_gid != account.gid:
        return True
    words = ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
    done = subprocess.run(
        words, cwd="/", user=account.uid, group=account.gid, extra_groups=[], capture_output=True, check=False
    )
    return done.returncode == 0


def _grant_passage(account: Account, folder: Path) -> None:
    try:
        os.setxattr(folder, _ACL, _with_passage(_entries(folder), account.uid))
    except OSError as error:
        raise DatabaseError(
            f"数据库账户 {account.name} 无法穿过 {folder}（{error.strerror}）。请换一个数据文件夹"
            f"（例如 /var/lib/yiyang），以普通用户运行，或执行 chmod o+x {folder}。",
            f"The database's account {account.name} cannot pass through {folder} ({error.strerror}). Choose "
            f"another data folder (as /var/lib/yiyang), run as an ordinary user, or run: chmod o+x {folder}",
        ) from error


def _entries(folder: Path) -> list[tuple[int, int, int]]:
    try:
        raw = os.getxattr(folder, _ACL)
        return list(struct.iter_unpack("<HHI", raw[4:]))
    except OSError:  # No list yet: the mode says the same.
        mode = folder.stat().st_mode
        return [(_OWNER, mode >> 6 & 7, _NO_ID), (_GROUP, mode >> 3 & 7, _NO_ID), (_OTHER, mode & 7, _NO_ID)]


def _with_passage(entries: list[tuple[int, int, int]], uid: int) -> bytes:
    had = next((rights for tag, rights, who in entries if (tag, who) == (_USER, uid)), 0)
    kept = [entry for entry in entries if entry[0] != _MASK and entry[::2] != (_USER, uid)]
    kept.append((_USER, had | 1, uid))
    mask = 0
    for tag, rights, _ in kept:
        mask |= rights if tag in (_USER, _GROUP, _OTHER_GROUP) else 0
    ordered = sorted([*kept, (_MASK, mask, _NO_ID)], key=lambda entry: (entry[0], entry[2]))
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in ordered)
