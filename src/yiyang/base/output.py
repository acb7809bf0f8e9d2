"""Outputs appear whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yiyang.base.errors import StorageError, UsageError, YiyangError

try:
    import fcntl
except ImportError:  # Windows, where leftovers of killed processes stay until somebody removes them.
    fcntl = None  # type: ignore[assignment]

# What proves that a folder is ours and may be replaced. A file of our own: a `manifest.json` lies in many a web site.
MARK = ".yiyang"
# EFBIG: the limit of a process or of a file system (4 GB on a USB stick) is a full disk to whoever writes.
_FULL_OR_CLOSED = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)
_FULL_IN_WORDS = ("No space left on device", "File too large", "max_temp_directory_size")


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Yield an empty working folder beside `target`; on success it takes the place of `target`.

    An existing `target` is replaced only if it is empty or was made by this function. On any error or Ctrl-C the
    working folder is removed and `target` stays as it was.

    Errors: UsageError for somebody else's folder, StorageError for a full disk or a folder that cannot be written.
    """
    # resolve(): of a symbolic link, the folder it names is replaced, not the link.
    target = Path(target).resolve()
    with _cannot_write(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _restore(target)
        _refuse_foreign(target)
        _drop_stale(target)
        work, lock = _begin(target)
    try:
        with storage_errors(target):
            yield work
        with _cannot_write(target):
            (work / MARK).touch()
            _swap(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        os.close(lock)


@contextmanager
def atomic_file(target: Path) -> Iterator[Path]:
    """Yield a path beside `target` to write to; on success it takes the place of `target`, else it is removed."""
    target = Path(target).resolve()
    work = target.with_name(f".{target.name}.partial-{secrets.token_hex(4)}{target.suffix}")
    try:
        with _cannot_write(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        with storage_errors(target):
            yield work
        with _cannot_write(target):
            work.replace(target)
    finally:
        work.unlink(missing_ok=True)


@contextmanager
def storage_errors(target: Path) -> Iterator[None]:
    """Turn a full disk or an unwritable folder into a StorageError, whichever library met it.

    An input that is missing or may not be read is not the output's fault and passes as it is.
    """
    try:
        yield
    except YiyangError:
        raise
    except Exception as error:
        if _is_storage(target, error):
            raise _storage(target, error) from error
        raise


def _is_storage(target: Path, error: Exception) -> bool:
    if isinstance(error, OSError) and error.errno in _FULL_OR_CLOSED:
        return True
    if isinstance(error, PermissionError) and isinstance(error.filename, str | Path):
        return _is_output(target.resolve(), Path(error.filename).absolute())
    # DuckDB and Spark have exceptions of their own, with the system's sentence inside.
    return any(words in str(error) for words in _FULL_IN_WORDS)


def _is_output(target: Path, path: Path) -> bool:
    return any(part == target or part.name.startswith(f".{target.name}.partial-") for part in (path, *path.parents))


@contextmanager
def _cannot_write(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _storage(target, error) from error


def _storage(target: Path, error: Exception) -> StorageError:
    return StorageError(
        f"无法写入 {target}：{error}。请检查磁盘空间和权限后重试；原有输出未改动。",
        f"Cannot write {target}: {error}. Check disk space and rights and run again; earlier output is untouched.",
    )


def _refuse_foreign(target: Path) -> None:
    if target.is_mount():
        raise UsageError(
            f"{target} 是挂载点，不能整体替换。请用其中的子文件夹，例如 --out {target}/out。",
            f"{target} is a mount point and cannot be replaced as a whole. Name a folder in it, as --out {target}/out.",
        )
    if target.exists() and (not target.is_dir() or (any(target.iterdir()) and not (target / MARK).exists())):
        raise UsageError(
            f"{target} 已存在且不是本程序的输出，不会覆盖。请换一个 --out，或先移走它。",
            f"{target} exists and is not an output of this program; it will not be overwritten. "
            "Choose another --out, or move it away first.",
        )


def _begin(target: Path) -> tuple[Path, int]:
    """A new working folder, and the lock that is held on it while its owner lives.

    The kernel frees the lock when the owner dies, however it dies. A process number in the name would not do:
    containers start at 1 again and again, and share their volumes.
    """
    while True:
        work = target.parent / f".{target.name}.partial-{secrets.token_hex(4)}"
        work.mkdir()
        if not fcntl:
            return work, os.open(os.devnull, os.O_RDONLY)
        lock = os.open(work, os.O_RDONLY)
        with contextlib.suppress(OSError):  # Some network disks know no locks: then leftovers stay there.
            fcntl.flock(lock, fcntl.LOCK_EX)
        if work.exists():
            return work, lock
        # Another process took it for a leftover before it was locked: try again under a new name.
        os.close(lock)


def _drop_stale(target: Path) -> None:
    """Remove working folders whose owners were killed, and earlier output that was replaced but not yet removed."""
    for path in _beside(target, "old") if target.exists() else ():
        shutil.rmtree(path, ignore_errors=True)
    for path in _beside(target, "partial") if fcntl else ():
        with contextlib.suppress(OSError):
            lock = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)


def _beside(target: Path, kind: str) -> list[Path]:
    return sorted(target.parent.glob(f".{glob.escape(target.name)}.{kind}-*"))


def _restore(target: Path) -> None:
    """Put back the earlier output of a process that was killed between the two renames of `_swap`."""
    for old in _beside(target, "old"):
        if not target.exists():
            old.rename(target)


def _swap(work: Path, target: Path) -> None:
    old = target.parent / f".{target.name}.old-{secrets.token_hex(4)}"
    if target.exists():
        target.rename(old)
    try:
        work.rename(target)
    except BaseException:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
