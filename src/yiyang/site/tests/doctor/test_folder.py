"""What the doctor says of the data folder."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from types import SimpleNamespace

import pytest

from yiyang.catalog import issued
from yiyang.site.doctor import folder
from yiyang.site.doctor.finding import OK, WARNING, WRONG, Place
from yiyang.site.tests.doctor.judging import judge


def as_server(home: Place) -> None:
    """An installation with a server of its own."""
    shutil.rmtree(home.data / "postgres")


def test_a_data_folder_that_is_missing_or_open_to_others(home: Place) -> None:
    assert judge(folder.folder, home)[0] == OK
    (home.data / "secrets").chmod(0o755)
    state, says = judge(folder.folder, home)
    assert (state, "secrets" in says) == (WRONG, True)
    assert judge(folder.folder, Place(home.data / "none"))[0] == WRONG


def test_keys_that_are_missing_or_readable_by_others(home: Place) -> None:
    assert judge(folder.keys, home)[0] == OK
    (home.data / "secrets" / "django_key").write_text("x")
    (home.data / "secrets" / "django_key").chmod(0o644)
    assert "django_key" in judge(folder.keys, home)[1]
    (home.data / "secrets" / "keys.json").chmod(0o640)
    assert judge(folder.keys, home)[0] == WRONG
    (home.data / "secrets" / "keys.json").unlink()
    assert "no key ring" in judge(folder.keys, home)[1]


def test_the_public_key_of_persons_in_production(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge(folder.person_key, home)[0] == OK
    as_server(home)
    assert judge(folder.person_key, home)[0] == WARNING
    monkeypatch.setenv("YIYANG_PERSON_KEY", "own")
    assert judge(folder.person_key, home)[0] == OK


def test_static_files_that_nobody_collected(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge(folder.static, home)[0] == OK
    shutil.rmtree(home.data / "static")
    assert judge(folder.static, home)[0] == WRONG
    monkeypatch.setenv("YIYANG_DEBUG", "1")
    assert judge(folder.static, home)[0] == OK


def test_no_backup_an_old_one_and_one_beside_the_data(home: Place) -> None:
    assert judge(folder.backup, home)[0] == OK  # a trial
    as_server(home)
    assert judge(folder.backup, home) == (WARNING, "No backup was made yet")

    def last(days: float, file: str) -> None:
        made = (home.now - timedelta(days=days)).isoformat()
        (home.data / "last_backup.json").write_text(json.dumps({"made": made, "file": file}))

    last(3, "/mnt/elsewhere/b.tar")
    assert judge(folder.backup, home) == (WARNING, "The last backup is 3.0 days old")
    last(0.5, "/mnt/elsewhere/b.tar")
    assert judge(folder.backup, home) == (OK, "The last backup is 12.0 hours old")
    last(0.5, str(home.data / "last_backup.json"))
    assert "on the disk of the data" in judge(folder.backup, home)[1]


def test_demo_accounts_behind_a_public_name(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIYANG_HTTPS", "1")
    assert judge(folder.demo, home)[0] == OK
    (home.data / "demo").mkdir()
    state, says = judge(folder.demo, home)
    assert (state, "public password" in says) == (WARNING, True)
    monkeypatch.delenv("YIYANG_HTTPS")
    assert judge(folder.demo, home)[0] == OK


def test_lists_that_the_release_changed_too_are_told(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    issued_one = SimpleNamespace(area="511724", version="2027")
    monkeypatch.setattr(issued, "standings", lambda data: [(issued_one, issued.Standing.CONFLICT)])
    assert judge(folder.lists, home)[0] == WRONG
