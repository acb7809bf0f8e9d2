"""Lists issued here: in force from their day, told apart from what ships, written back byte for byte."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from yiyang.base.errors import UsageError
from yiyang.base.paths import policy_dir
from yiyang.catalog import issued
from yiyang.catalog.issued import Standing
from yiyang.catalog.published import publish

DAZHU = "511724"
LATER = date(2027, 1, 1)


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of one's own, which is the release in force."""
    folder = tmp_path / "policy"
    shutil.copytree(policy_dir(), folder)
    monkeypatch.setenv("YIYANG_POLICY", str(folder))
    return folder


def changed(figure: int = 7000) -> dict[str, str]:
    files = issued.shipped_files(DAZHU)
    name = "old_age_allowance.yaml"
    text = files[name].replace("2020-12-31: 6000}", f"2020-12-31: 6000, 2027-01-01: {figure}}}") + "# 调整\n"
    assert text != files[name]
    return {**files, name: text}


def standard(policy: Path | None, on: date) -> str:
    rows = publish(DAZHU, on, policy=policy, own=True).rows
    return next(row.standard[-1] for row in rows if row.data["id"] == "old_age_allowance")


def test_nothing_issued_is_the_shipped_folder(tmp_path: Path) -> None:
    assert issued.current(tmp_path) is None


def test_is_in_force_from_its_first_day_on(release: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    issued.install(data, DAZHU, changed(), "2027", LATER)
    assert issued.current(data, date(2026, 12, 31)) is None
    assert "70.00" in standard(issued.current(data, LATER), LATER)
    assert "60.00" in standard(None, LATER)


def test_twice_is_once_and_the_copy_is_made_once(release: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = issued.install(data, DAZHU, changed(), "2027", date(2026, 1, 1))
    assert issued.install(data, DAZHU, changed(), "2027", date(2026, 1, 1)) == first
    assert len(issued.issued(data)) == 1
    assert issued.current(data) == first


def test_a_file_that_was_tampered_with_is_refused(release: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    made = issued.install(data, DAZHU, changed(), "2027", date(2026, 1, 1))
    shutil.rmtree(made)
    one = issued.issued(data)[0]
    (data / "policy" / "issued" / DAZHU / one.hash[:20] / "list.yaml").write_text("area: x\n", encoding="utf-8")
    with pytest.raises(UsageError, match="not what was issued"):
        issued.current(data)


def test_export_brings_the_repository_to_the_same_bytes(release: Path, tmp_path: Path) -> None:
    data, files = tmp_path / "data", changed()
    issued.install(data, DAZHU, files, "2027", date(2026, 1, 1))
    assert issued.standings(data)[0][1] is Standing.AHEAD
    paths = issued.export(files, DAZHU, release)
    assert [path.name for path in paths] == ["old_age_allowance.yaml"]
    assert issued.shipped_files(DAZHU) == files
    assert issued.standings(data)[0][1] is Standing.SAME
    assert issued.export(files, DAZHU, release) == []


def test_a_removed_item_leaves_the_repository_and_a_document_joins_its_sources(release: Path) -> None:
    files = {name: text for name, text in changed().items() if not name.startswith("old_age_allowance")}
    files["sources/dazhu_2027.yaml"] = "id: dazhu_2027\n"
    issued.export(files, DAZHU, release)
    assert not (release / "lists" / DAZHU / "old_age_allowance.yaml").exists()
    assert (release / "sources" / "dazhu_2027.yaml").read_text(encoding="utf-8") == "id: dazhu_2027\n"


def test_a_list_changed_on_both_sides_is_a_conflict(release: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    issued.install(data, DAZHU, changed(), "2027", date(2026, 1, 1))
    path = release / "lists" / DAZHU / "list.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# 仓库里改过\n", encoding="utf-8")
    assert issued.standings(data)[0][1] is Standing.CONFLICT
    # What was issued stays in force until somebody decides.
    assert "# 调整" in (issued.current(data) or release).joinpath(f"lists/{DAZHU}/old_age_allowance.yaml").read_text()


def test_a_new_release_makes_a_new_copy_with_the_issued_list_in_it(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    old = issued.install(data, DAZHU, changed(), "2027", date(2026, 1, 1))
    newer = tmp_path / "newer"
    shutil.copytree(release, newer)
    (newer / "facts.yaml").write_text((newer / "facts.yaml").read_text(encoding="utf-8") + "# 新\n", encoding="utf-8")
    monkeypatch.setenv("YIYANG_POLICY", str(newer))
    made = issued.current(data)
    assert made not in (None, old)
    assert "# 新" in (made or old).joinpath("facts.yaml").read_text(encoding="utf-8")
    assert issued.files_of((made or old) / "lists" / DAZHU) == changed()
