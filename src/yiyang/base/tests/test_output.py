from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from yiyang.base import output
from yiyang.base.errors import DeliveryError, StorageError, UsageError
from yiyang.base.output import MARK, atomic_file, atomic_folder, storage_errors


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """An output that an earlier run left."""
    folder = tmp_path / "run[1]"
    _write(folder, "earlier")
    return folder


def _write(folder: Path, words: str) -> None:
    with atomic_folder(folder) as work:
        (work / "answer").write_text(words)


def _write_half(folder: Path, error: BaseException) -> None:
    with atomic_folder(folder) as work:
        (work / "answer").write_text("half")
        raise error


def _is_untouched(folder: Path) -> bool:
    leftovers = [path.name for path in folder.parent.iterdir() if path != folder]
    return (folder / "answer").read_text() == "earlier" and not leftovers


def test_an_output_replaces_the_earlier_one_and_leaves_nothing_beside_it(target: Path) -> None:
    _write(target, "later")
    assert (target / "answer").read_text() == "later"
    assert list(target.parent.iterdir()) == [target]


def test_parents_are_made(tmp_path: Path) -> None:
    _write(tmp_path / "a" / "b", "new")
    assert (tmp_path / "a" / "b" / "answer").read_text() == "new"


def test_nothing_appears_before_the_end(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "run") as work:
        assert list(work.iterdir()) == []
        assert not (tmp_path / "run").exists()


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    _write(tmp_path / "run", "new")
    assert (tmp_path / "run" / "answer").read_text() == "new"


@pytest.mark.parametrize("error", [ValueError("a"), KeyboardInterrupt(), DeliveryError("错", "wrong")])
def test_an_error_or_ctrl_c_leaves_the_earlier_output_untouched(target: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        _write_half(target, error)
    assert _is_untouched(target)


def test_other_peoples_folder_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "manifest.json").write_text("{}")
    with pytest.raises(UsageError, match="not an output of this program"):
        _write(tmp_path / "site", "new")
    assert os.listdir(tmp_path / "site") == ["manifest.json"]


def test_a_file_is_never_replaced_by_a_folder(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(UsageError, match="will not be overwritten"):
        _write(tmp_path / "notes", "new")
    assert (tmp_path / "notes").read_text() == "mine"


def test_a_mount_point_is_refused_with_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Path, "is_mount", lambda self: True)
    with pytest.raises(UsageError, match="Name a folder in it"):
        _write(tmp_path / "volume", "new")


def test_of_a_link_the_folder_behind_it_is_replaced(target: Path) -> None:
    link = target.parent.parent / f"{target.parent.name}-link"
    link.symlink_to(target)
    _write(link, "later")
    assert link.is_symlink()
    assert (target / "answer").read_text() == "later"


def test_the_mark_is_the_same_bytes_each_time(target: Path) -> None:
    assert (target / MARK).read_bytes() == b""


# Disks


def _python_fills_the_disk() -> None:
    Path("/dev/full").write_text("x")


# The sentences of the libraries on a full disk, word for word. They are not made to write to /dev/full itself, because
# Arrow removes a file that it could not write: run as root, that test would take the device away from everybody.
def _duckdb_fills_the_disk() -> None:
    import duckdb

    raise duckdb.IOException('IO Error: Could not write file "/out/a.parquet": No space left on device')


def _duckdb_has_no_room_to_sort() -> None:
    import duckdb

    said = (
        "failed to offload data block of size 256.0 KiB. This limit was set by the 'max_temp_directory_size' setting."
    )
    raise duckdb.OutOfMemoryException(said)


def _arrow_fills_the_disk() -> None:
    raise OSError(errno.ENOSPC, "Error writing bytes to file. Detail: [errno 28] No space left on device")


FULL = [_python_fills_the_disk, _duckdb_fills_the_disk, _duckdb_has_no_room_to_sort, _arrow_fills_the_disk]


@pytest.mark.parametrize("fill", FULL)
def test_a_full_disk_is_told_with_a_remedy_whoever_met_it(target: Path, fill: Callable[[], object]) -> None:
    with pytest.raises(StorageError, match="Check disk space") as caught, atomic_folder(target):
        fill()
    assert "请检查磁盘空间" in caught.value.zh
    assert _is_untouched(target)


def test_a_disk_that_fills_at_the_last_moment_leaves_the_earlier_output(
    monkeypatch: pytest.MonkeyPatch, target: Path
) -> None:
    rename = Path.rename

    def full(self: Path, to: Path) -> Path:
        if ".partial-" in self.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(StorageError):
        _write(target, "later")
    assert _is_untouched(target)


def test_a_parent_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="Cannot write"):
        _write(tmp_path / "file" / "run", "new")


def test_an_input_that_is_missing_is_not_called_a_full_disk(target: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_folder(target):
        (target.parent / "no-such-register.csv").read_text()
    assert _is_untouched(target)


def test_only_a_folder_of_the_output_that_is_closed_is_a_storage_error(target: Path) -> None:
    with pytest.raises(PermissionError), storage_errors(target):
        raise PermissionError(errno.EACCES, "Permission denied", str(target.parent / "register.csv"))
    with pytest.raises(StorageError), storage_errors(target):
        raise PermissionError(errno.EACCES, "Permission denied", str(target / "answer"))


# Kills

WRITER = """
import os, signal, sys
from pathlib import Path
from yiyang.base import output
target = Path(sys.argv[1])
with output.atomic_folder(target) as work:
    (work / "answer").write_text("half")
    {act}
"""


def _run_writer(target: Path, act: str) -> subprocess.CompletedProcess[str]:
    script = WRITER.format(act=act)
    return subprocess.run([sys.executable, "-c", script, str(target)], capture_output=True, text=True, check=False)


def test_a_killed_process_leaves_the_earlier_output_and_the_next_one_clears_up(target: Path) -> None:
    died = _run_writer(target, "os.kill(os.getpid(), signal.SIGKILL)")
    assert died.returncode == -signal.SIGKILL
    assert (target / "answer").read_text() == "earlier"
    assert len(list(target.parent.glob(".*.partial-*"))) == 1
    _write(target, "later")
    assert list(target.parent.iterdir()) == [target]


def test_a_process_killed_between_the_renames_has_its_earlier_output_restored(target: Path) -> None:
    died = _run_writer(target, "target.rename(target.parent / f'.{target.name}.old-1'); os.kill(os.getpid(), 9)")
    assert died.returncode == -signal.SIGKILL
    assert not target.exists()
    with pytest.raises(ValueError, match="stop"):
        _write_half(target, ValueError("stop"))
    assert _is_untouched(target)


def test_two_processes_at_once_do_not_take_each_others_folder(target: Path) -> None:
    with atomic_folder(target) as ours:
        (ours / "answer").write_text("ours")
        theirs = _run_writer(target, "pass")
        assert (theirs.returncode, theirs.stderr) == (0, "")
        assert ours.exists()
    assert (target / "answer").read_text() == "ours"
    assert list(target.parent.iterdir()) == [target]


def test_a_system_without_locks_still_writes(monkeypatch: pytest.MonkeyPatch, target: Path) -> None:
    monkeypatch.setattr(output, "fcntl", None)
    _write(target, "later")
    assert (target / "answer").read_text() == "later"


# Single files


def test_a_file_appears_whole_and_keeps_its_ending(tmp_path: Path) -> None:
    with atomic_file(tmp_path / "out" / "list.xlsx") as work:
        assert work.suffix == ".xlsx"
        work.write_text("whole")
        assert not (tmp_path / "out" / "list.xlsx").exists()
    assert (tmp_path / "out" / "list.xlsx").read_text() == "whole"
    assert os.listdir(tmp_path / "out") == ["list.xlsx"]


def test_a_file_that_fails_leaves_the_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "list.md").write_text("earlier")
    with pytest.raises(FileNotFoundError), atomic_file(tmp_path / "list.md") as work:
        work.write_text((tmp_path / "no-such-input").read_text())
    assert (tmp_path / "list.md").read_text() == "earlier"
    assert os.listdir(tmp_path) == ["list.md"]


def test_a_file_that_was_never_written_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError), atomic_file(tmp_path / "list.md"):
        pass
