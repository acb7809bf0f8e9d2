from __future__ import annotations

from pathlib import Path

import pytest

from yiyang.base.errors import UsageError
from yiyang.base.paths import policy_dir


def test_a_checkout_reads_its_own_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YIYANG_POLICY", raising=False)
    assert (policy_dir() / "facts.yaml").is_file()


def test_the_environment_may_name_another_policy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("YIYANG_POLICY", str(tmp_path))
    assert policy_dir() == tmp_path


def test_a_policy_folder_that_is_not_there_is_a_users_mistake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("YIYANG_POLICY", str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match="YIYANG_POLICY names a folder that does not exist") as caught:
        policy_dir()
    assert "请改正" in caught.value.zh
