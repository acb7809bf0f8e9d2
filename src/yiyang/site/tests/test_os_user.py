"""As root the embedded server gets an account of its own, which may pass through folders that stay closed to others."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from yiyang.base.errors import DatabaseError
from yiyang.site import os_user
from yiyang.site.os_user import Account, database_account, let_through
from yiyang.site.tests import servers

NOBODY = Account("nobody", 65534, 65534)


def enters(account: Account, folder: Path) -> bool:
    words: dict[str, Any] = {"user": account.uid, "group": account.gid, "extra_groups": [], "capture_output": True}
    return subprocess.run(["/bin/sh", "-c", 'cd "$1"', "sh", folder], check=False, cwd="/", **words).returncode == 0


# Nobody else may act as another account, so for him there is nothing to try: no test, instead of one that is skipped.
if os.geteuid() == 0:

    class TestPassing:
        def test_one_account_passes_and_nobody_else_and_it_cannot_look_around(self) -> None:
            with servers.folder() as outer:
                inner = outer / "a" / "b"
                inner.mkdir(parents=True)
                (outer / "a").chmod(0o700)
                let_through(NOBODY, inner)
                assert enters(NOBODY, inner)
                assert not enters(Account("daemon", 1, 1), inner)
                seen = subprocess.run(
                    ["ls", outer], user=65534, group=65534, extra_groups=[], check=False, capture_output=True
                )
                assert seen.returncode != 0
                assert stat.S_IMODE(outer.stat().st_mode) & 0o007 == 0

        def test_an_open_folder_is_left_as_it_is(self) -> None:
            with servers.folder() as outer:
                outer.chmod(0o755)
                let_through(NOBODY, outer)
                assert stat.S_IMODE(outer.stat().st_mode) == 0o755
                assert "system.posix_acl_access" not in os.listxattr(outer)

        def test_a_disk_without_access_lists_is_told_of_with_the_ways_out(
            self, monkeypatch: pytest.MonkeyPatch
        ) -> None:
            def refuse(*_: Any) -> None:
                raise OSError(95, "Operation not supported")

            monkeypatch.setattr(os, "setxattr", refuse)
            with servers.folder() as outer, pytest.raises(DatabaseError, match=r"chmod o\+x"):
                let_through(NOBODY, outer)


def test_another_accounts_cluster_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "PG_VERSION").write_text("18")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(DatabaseError, match="belongs to another account"):
        database_account(tmp_path)


def test_a_cluster_that_root_starts_keeps_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "PG_VERSION").write_text("18")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    if os.getuid() == 0:
        os.chown(tmp_path, 65534, 65534)
        found = database_account(tmp_path)
        assert found
        assert (found.uid, found.gid) == (65534, 65534)


def test_an_account_that_cannot_be_made_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os_user, "_account", lambda name: None)
    monkeypatch.setattr(os_user.shutil, "which", lambda name, path: None)  # type: ignore[attr-defined]
    with pytest.raises(DatabaseError, match="Run as another user"):
        database_account(tmp_path)
