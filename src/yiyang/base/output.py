"""Outputs appear whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yiyang.base.errors import StorageError, UsageError


@contextmanager
def atomic_folder(target: Path, *, marker: str = "manifest.json") -> Iterator[Path]:
    """Yield an empty working folder beside `target`; on success it takes the place of `target`.

    An existing `target` is replaced only if it is empty or holds `marker` (so it was made by us). On any error or
    Ctrl-C the working folder is removed and `target` stays as it was.
    """
    target = Path(target).absolute()
    if target.exists() and (not target.is_dir() or (any(target.iterdir()) and not (target / marker).exists())):
        raise UsageError(f"{target} 已存在且不是本程序的输出，不会覆盖。请换一个 --out。",
                         f"{target} exists and is not an output of this program; it will not be overwritten. Choose another --out.")
    work = target.parent / f".{target.name}.partial-{os.getpid()}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _drop_stale(target)
        work.mkdir()
        with storage_errors(target):
            yield work
            _swap(work, target)
    except OSError as error:
        raise _storage(target, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def storage_errors(target: Path) -> Iterator[None]:
    """Turn a full disk or an unwritable folder into a StorageError, whichever library met it."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise _storage(target, error) from error
        raise
    except Exception as error:
        if "No space left on device" in str(error):
            raise _storage(target, error) from error
        raise


def _storage(target: Path, error: Exception) -> StorageError:
    return StorageError(f"无法写入 {target}：{error}。请检查磁盘空间和权限后重试；原有输出未改动。",
                        f"Cannot write {target}: {error}. Check disk space and rights and run again; earlier output is untouched.")


def _drop_stale(target: Path) -> None:
    """Remove working folders of processes that were killed."""
    for path in target.parent.glob(f".{target.name}.partial-*"):
        owner = path.name.rsplit("-", 1)[1]
        if not (owner.isdigit() and Path(f"/proc/{owner}").exists()):
            shutil.rmtree(path, ignore_errors=True)


def _swap(work: Path, target: Path) -> None:
    old = target.parent / f".{target.name}.old-{os.getpid()}"
    if target.exists():
        target.rename(old)
    work.rename(target)
    shutil.rmtree(old, ignore_errors=True)
