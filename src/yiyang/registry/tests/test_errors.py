"""Deliveries that cannot be used: all problems at once, each with its remedy, and earlier output untouched."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from yiyang.base.errors import DeliveryError, SnapshotError, StorageError
from yiyang.registry import history
from yiyang.registry.build import build
from yiyang.registry.snapshot import open_snapshot, people_for
from yiyang.registry.tests.hall import AIHUA, BAOGUO, Hall, csv_bytes, person_row
from yiyang.registry.tests.test_build import pension, tree


def refusal(hall: Hall, known: str | None = None) -> list[str]:
    """The Chinese sentences of the refusal, which leaves nothing behind."""
    with pytest.raises(DeliveryError) as caught:
        hall.build(known)
    assert [path.name for path in hall.root.iterdir() if path.name not in (hall.month, "s0")] == []
    return [caught.value.zh, *(zh for zh, _ in caught.value.problems)]


def test_an_empty_file(hall: Hall) -> None:
    hall.police()
    hall.deliver("pensions", b"")
    assert refusal(hall)[1] == "人社养老待遇领取.csv：文件是空的，请重新导出"


def test_a_full_register_with_headings_only(hall: Hall) -> None:
    hall.police()
    hall.deliver("pensions", csv_bytes([pension(AIHUA)]).split(b"\n")[0] + b"\n")
    assert "只有表头没有数据" in refusal(hall)[0]


def test_a_delta_with_headings_only_is_no_news(hall: Hall) -> None:
    hall.police()
    hall.deliver("police_deaths", "身份证号码,姓名,死亡日期\n".encode())
    assert hall.fact(hall.build(), AIHUA, "alive") == 1


def test_missing_columns_are_named_with_the_headings_that_will_do(hall: Hall) -> None:
    hall.deliver("police_households", csv_bytes([{"身份证号": AIHUA, "姓名": "爱华"}]))
    hall.deliver("pensions", csv_bytes([{"姓名": "爱华"}]))
    said = refusal(hall)
    assert "公安户籍登记.csv：缺少必需的列，可用的表头：户号、户编号" in said
    assert "人社养老待遇领取.csv：缺少必需的列，可用的表头：身份证号码、身份证号、公民身份号码、证件号码" in said
    assert "人社养老待遇领取.csv：缺少必需的列，可用的表头：待遇类型、险种" in said


def test_a_column_that_is_there_twice(hall: Hall) -> None:
    head, rest = csv_bytes([person_row(AIHUA) | {"户编号": "1"}]).split(b"\n", 1)
    hall.deliver("police_households", head + b"\n" + rest)
    assert "重复，请只留一列" in refusal(hall)[1]


def test_a_folder_that_does_not_exist(hall: Hall) -> None:
    with pytest.raises(DeliveryError, match="There is no delivery folder"):
        build(hall.root / "nowhere", known=date(2026, 10, 5), out=hall.root / "s0")


def test_a_folder_without_its_note_and_without_the_police(hall: Hall) -> None:
    (hall.folder / "delivery.json").unlink()
    said = refusal(hall)
    assert said[1].startswith("缺少 delivery.json，请新建")
    assert said[2].startswith("缺少公安户籍登记（公安户籍登记.csv、")


def test_a_police_file_with_nearly_the_right_name(hall: Hall) -> None:
    hall.police().rename(hall.folder / "公安户籍登记 (1).csv")
    assert "现有不认识的文件：公安户籍登记 (1).csv" in refusal(hall)[1]


@pytest.mark.parametrize(
    "note",
    [
        "{",
        '{"month": "2026-13", "area": "511724"}',
        '{"month": "2026-10"}',
        '{"month": "2026-10", "area": "511724", "extra": 1}',
    ],
)
def test_a_note_that_cannot_be_read(hall: Hall, note: str) -> None:
    hall.police()
    (hall.folder / "delivery.json").write_text(note, encoding="utf-8")
    assert all("delivery.json" in zh and '"month": "2026-11"' in zh for zh in refusal(hall)[1:])


def test_the_wrong_month(hall: Hall) -> None:
    hall.police()
    (hall.folder / "delivery.json").write_text(json.dumps({"month": "2026-12", "area": "511724"}), encoding="utf-8")
    said = refusal(hall)
    assert "文件夹是 2026-10，delivery.json 写的却是 2026-12" in said[1]
    assert "--known 2026-10-05 早于交付月份 2026-12" in said[2]


def test_the_same_register_twice_and_a_format_that_is_not_read(hall: Hall) -> None:
    hall.police()
    hall.deliver("police_households", [person_row(AIHUA)], ".xlsx")
    hall.deliver("pensions", b"?", ".xls")
    said = refusal(hall)
    assert any("公安户籍登记 有两个文件" in zh for zh in said)
    assert any("人社养老待遇领取.xls：不支持这种格式" in zh for zh in said)


def test_an_older_delivery_on_a_newer_snapshot(hall: Hall) -> None:
    hall.month = "2026-11"
    hall.police()
    hall.build()
    hall.month = "2026-10"
    hall.police()
    with pytest.raises(DeliveryError, match="newer than this delivery"):
        hall.build()


def test_a_snapshot_made_under_another_key(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.police()
    hall.build()
    monkeypatch.setenv("YIYANG_PERSON_KEY", "secret")
    with pytest.raises(SnapshotError, match="another YIYANG_PERSON_KEY"):
        hall.build()


def test_a_damaged_snapshot_is_told_file_by_file(hall: Hall) -> None:
    hall.police()
    hall.deliver("pensions", [pension(AIHUA)])
    snapshot = hall.build()
    with snapshot.registers["pensions"].open("ab") as file:
        file.write(b"x")
    (snapshot.path / "people.parquet").unlink()
    with pytest.raises(SnapshotError) as caught:
        snapshot.verify()
    assert [zh for zh, _ in caught.value.problems] == [
        "people.parquet 缺失或被改动",
        "registers/pensions.parquet 缺失或被改动",
    ]
    with pytest.raises(SnapshotError):
        hall.people(snapshot)
    with pytest.raises(SnapshotError):
        people_for(snapshot.path, date(2026, 10, 1), hall.root / "p.parquet")
    with pytest.raises(SnapshotError):
        hall.build(out="s9")


@pytest.mark.parametrize("content", [None, "{", "[]", '{"kind": "run"}', '{"kind": "snapshot", "format": 0}'])
def test_what_is_no_snapshot(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(SnapshotError, match="is no snapshot"):
        open_snapshot(tmp_path)


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt),
        (RuntimeError("Query interrupted"), KeyboardInterrupt),
        (duckdb.IOException("IO Error: No space left on device"), StorageError),
        (OSError(28, "No space left on device"), StorageError),
    ],
)
def test_what_stops_in_the_middle_leaves_earlier_output_untouched(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, error: BaseException, becomes: type[BaseException]
) -> None:
    hall.police()
    before = tree(hall.build().path)
    hall.police(person_row(BAOGUO))

    def stop(*given: object, **named: object) -> None:
        raise error

    monkeypatch.setattr(history, "write", stop)
    with pytest.raises(becomes):
        hall.build(alone=True, out="s0")
    assert tree(hall.root / "s0") == before
    assert sorted(path.name for path in hall.root.iterdir()) == ["2026-10", "s0"]
