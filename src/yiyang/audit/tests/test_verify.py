"""Whatever the owner of the tables does to the log with raw SQL is found, and where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from yiyang.audit import anchors
from yiyang.audit.triggers import LINE_TEXT
from yiyang.audit.verify import Verdict, quick, verify
from yiyang.base.errors import AuditError

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
Run = Callable[..., list[tuple[Any, ...]]]
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
# Rewrites every hash from a line on, as an owner would who wants to leave no trace.
REWRITE = f"""
DO $$ DECLARE line audit_line%ROWTYPE; last bytea := ''; BEGIN
    FOR line IN SELECT * FROM audit_line ORDER BY seq LOOP
        UPDATE audit_line SET previous = last, hash = sha256(last || convert_to({LINE_TEXT}, 'UTF8'))
            WHERE seq = line.seq RETURNING hash INTO last;
    END LOOP;
    UPDATE audit_head SET hash = last;
END $$
"""


def checked(**words: Any) -> Verdict:
    return verify(using="owner", **words)


def places(verdict: Verdict) -> list[int | None]:
    return [fault.seq for fault in verdict.faults]


def test_an_untouched_log_is_whole(log: list[int]) -> None:
    verdict = checked()
    assert verdict.is_good, verdict.faults
    assert verdict.lines == verdict.head[0] == log[-1]
    assert verdict.seals >= 1
    assert verdict.writes >= 10
    assert quick(using="owner").is_good


@pytest.mark.parametrize(
    "change",
    [
        "reason = '核实'",
        "actor_name = '保国'",
        "at = at - interval '1 hour'",
        "person = 7",
        "detail = '{\"a\": 1}'",
        "kind = 'login'",
        "area_code = 511724000000",
    ],
)
def test_finds_a_changed_line_and_says_what_it_says(log: list[int], owner: Run, change: str) -> None:
    owner(f"UPDATE audit_line SET {change} WHERE seq = {log[2]}")
    verdict = checked()
    assert places(verdict) == [log[2]]
    assert "person:2" in verdict.faults[0].says


def test_finds_a_changed_line_whose_hash_was_made_to_fit(log: list[int], owner: Run) -> None:
    owner(f"UPDATE audit_line SET reason = '核实' WHERE seq = {log[1]}")
    owner(
        f"UPDATE audit_line AS line SET hash = sha256(previous || convert_to({LINE_TEXT}, 'UTF8')) WHERE seq = {log[1]}"
    )
    assert places(checked()) == [log[2]]


def test_finds_a_removed_line(log: list[int], owner: Run) -> None:
    owner(f"DELETE FROM audit_line WHERE seq = {log[2]}")
    assert places(checked()) == [log[2]]


def test_finds_two_lines_in_each_others_place(log: list[int], owner: Run) -> None:
    a, b = log[1], log[2]
    owner(f"UPDATE audit_line SET seq = -1 WHERE seq = {a}")
    owner(f"UPDATE audit_line SET seq = {a} WHERE seq = {b}")
    owner(f"UPDATE audit_line SET seq = {b} WHERE seq = -1")
    assert places(checked())[0] == a


def test_finds_a_line_that_was_slipped_in(log: list[int], owner: Run) -> None:
    owner("ALTER TABLE audit_line DISABLE TRIGGER chain")
    owner(f"UPDATE audit_line SET seq = seq + 1000 WHERE seq >= {log[3]}")
    owner(
        "INSERT INTO audit_line (seq, kind, actor_name, request, address, what, area_code, reason, detail, previous, "
        f"hash) SELECT {log[3]}, kind, actor_name, request, address, 'x', area_code, reason, detail, hash, hash "
        f"FROM audit_line WHERE seq = {log[2]}"
    )
    for number in range(len(log) - 1, 2, -1):
        owner(f"UPDATE audit_line SET seq = {log[number] + 1} WHERE seq = {log[number] + 1000}")
    verdict = checked()
    assert places(verdict)[0] == log[3]
    assert any("触发器" in fault.zh for fault in verdict.faults)


def test_finds_a_tail_that_was_cut_off(log: list[int], owner: Run) -> None:
    owner(f"DELETE FROM audit_line WHERE seq >= {log[4]}")
    assert places(checked())[0] == log[4]
    assert not quick(using="owner").is_good


def test_an_anchor_finds_a_tail_that_was_cut_off_with_its_head(log: list[int], owner: Run, tmp_path: Path) -> None:
    assert anchors.note(tmp_path, now=NOW, using="owner") is not None
    assert anchors.note(tmp_path, now=NOW, using="owner") is None
    owner(f"DELETE FROM audit_line WHERE seq > {log[2]}")
    owner("DELETE FROM audit_write WHERE transaction = txid_current()")
    owner(f"UPDATE audit_head SET seq = {log[2]}, hash = (SELECT hash FROM audit_line WHERE seq = {log[2]})")
    assert checked().is_good
    assert places(checked(anchors=anchors.read(anchors.path_in(tmp_path)))) == [log[5]]


def test_an_anchor_finds_a_log_that_was_rewritten_from_end_to_end(log: list[int], owner: Run, tmp_path: Path) -> None:
    seq, sha = anchors.note(tmp_path, now=NOW, using="owner") or (0, "")
    assert checked(head=sha).is_good
    owner(f"UPDATE audit_line SET what = 'person:9' WHERE seq = {log[1]}")
    owner(REWRITE)
    assert checked().is_good
    assert places(checked(anchors=anchors.read(anchors.path_in(tmp_path)))) == [seq]
    assert places(checked(head=sha)) == [None]


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_write SET after = '{}' WHERE id = (SELECT max(id) FROM audit_write)",
        "UPDATE audit_write SET actor_name = '保国' WHERE id = (SELECT max(id) FROM audit_write)",
        "DELETE FROM audit_write WHERE id = (SELECT max(id) FROM audit_write)",
        """INSERT INTO audit_write (at, transaction, "table", key, operation, area_code, actor_name, request)
            SELECT at, transaction, "table", key, operation, area_code, actor_name, '' FROM audit_write
            WHERE id = (SELECT max(id) FROM audit_write)""",
    ],
)
def test_finds_changed_removed_and_added_writes(owner: Run, change: str) -> None:
    owner(change)
    assert not checked().is_good


def test_an_anchor_file_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    file = anchors.path_in(tmp_path)
    file.parent.mkdir()
    file.write_text(f"2026-11-22T08:00:00+00:00 3 {'a' * 64}\n2026-11-22T09:00:00+00:00 3 {'b' * 64}\n")
    with pytest.raises(AuditError, match="contradicts"):
        anchors.read(file)
