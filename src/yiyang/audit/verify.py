"""Whether the log is what was written: every line's hash, every seal of writes, the head, and heads noted elsewhere.

Everything is computed anew with built-in functions of PostgreSQL and Python, never with the log's own functions:
whoever can change lines can change those too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connections

from yiyang.audit.triggers import LINE_TEXT, WRITE_TEXT
from yiyang.base.clock import CHINA

BATCH = 5000
# After so many the rest says nothing new.
ENOUGH = 50
LINES = f"""
    SELECT line.seq, line.previous, line.hash, {LINE_TEXT},
        line.kind, line.at, line.actor_name, line.what, line.detail::text
    FROM audit_line AS line WHERE line.seq > %s AND line.seq <= %s ORDER BY line.seq LIMIT {BATCH}
"""
SEALS = f"""
    SELECT s.seq, count(w.id),
        encode(sha256(string_agg(sha256(convert_to({WRITE_TEXT}, 'UTF8')), ''::bytea ORDER BY w.id)), 'hex')
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS s(seq, transaction, first, last)
    LEFT JOIN audit_write AS w ON w.transaction = s.transaction AND w.id BETWEEN s.first AND s.last
    GROUP BY s.seq
"""
# One statement, so that what is committed meanwhile is seen with its seal or not at all.
UNSEALED = """
    SELECT count(*), min(w.id) FROM audit_write AS w WHERE NOT EXISTS (
        SELECT 1 FROM audit_line AS l WHERE l.kind = 'seal' AND (l.detail ->> 'transaction')::bigint = w.transaction
            AND w.id BETWEEN (l.detail ->> 'first')::bigint AND (l.detail ->> 'last')::bigint)
"""
BEYOND = """
    SELECT h.seq, h.hash, (SELECT count(*) FROM audit_line WHERE seq > h.seq OR seq < 1),
        (SELECT hash FROM audit_line WHERE seq = h.seq) FROM audit_head AS h
"""
GUARDS = """
    SELECT c.relname, t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
    JOIN pg_proc AS p ON p.oid = t.tgfoid
    WHERE p.proname IN ('audit_chain', 'audit_writes', 'audit_seal_at_commit') AND t.tgenabled NOT IN ('O', 'A')
    ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was written.

    Attributes:
        seq: the line at which it shows; None when it is no line.
        zh, en: what is wrong.
        says: what that line says now.
    """

    seq: int | None
    zh: str
    en: str
    says: str = ""


@dataclass
class Verdict:
    """What was checked and what was found."""

    lines: int = 0
    writes: int = 0
    seals: int = 0
    anchors: int = 0
    head: tuple[int, str] = (0, "")
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Nothing was found."""
        return not self.faults

    def add(self, fault: Fault) -> None:
        """Note a fault, up to `ENOUGH`."""
        if len(self.faults) < ENOUGH:
            self.faults.append(fault)

    def as_json(self) -> dict[str, Any]:
        """For --json."""
        return {"good": self.is_good, **asdict(self)}


@dataclass(frozen=True)
class _Line:
    seq: int
    previous: bytes
    hash: bytes
    text: str
    kind: str
    at: Any
    actor: str
    what: str
    detail: str

    @property
    def says(self) -> str:
        return f"{self.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S} {self.actor} {self.kind} {self.what}".strip()


Tell = Callable[[int], None]


def verify(
    *, anchors: Mapping[int, str] | None = None, head: str = "", using: str = "default", tell: Tell = lambda done: None
) -> Verdict:
    """Check the whole log, in batches.

    Args:
        anchors: line number → hash in hexadecimal, as noted elsewhere (`audit.anchors`).
        head: a hash that somebody kept on paper: some line must have it.
        tell: called with the number of lines done.

    Call it within the platform's scope, or with the owner's connection: whoever may not see a line would miss it.
    """
    return _checked(Verdict(), 0, "", dict(anchors or {}), head.strip().lower(), using, tell)


def quick(lines: int = 1000, using: str = "default") -> Verdict:
    """Check the last lines, the head and the triggers: for the doctor."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT greatest(seq - %s, 0) FROM audit_head", [lines])
        after = cursor.fetchone()[0]
        cursor.execute("SELECT encode(hash, 'hex') FROM audit_line WHERE seq = %s", [after])
        before = (cursor.fetchone() or ("",))[0]
    return _checked(Verdict(), after, before, {}, "", using, lambda done: None, is_quick=True)


def _checked(
    verdict: Verdict,
    after: int,
    before: str,
    anchors: dict[int, str],
    paper: str,
    using: str,
    tell: Tell,
    is_quick: bool = False,
) -> Verdict:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT seq, hash FROM audit_head")
        head, newest = cursor.fetchone()
        verdict.head = (head, bytes(newest).hex())
        last, met, known = before, not paper, {seq: sha for seq, sha in anchors.items() if seq > after}
        expected = after + 1
        for batch in _batches(cursor, after, head):
            for line in batch:
                _check_line(verdict, line, expected, last)
                _check_anchor(verdict, line, known)
                met = met or line.hash.hex() == paper
                expected, last = line.seq + 1, line.hash.hex()
            _check_seals(cursor, verdict, [line for line in batch if line.kind == "seal"])
            verdict.lines += len(batch)
            tell(verdict.lines)
        _check_end(cursor, verdict, expected, head, known, met)
        if not is_quick:
            _check_unsealed(cursor, verdict)
    return verdict


def _batches(cursor: Any, after: int, head: int) -> Iterator[list[_Line]]:
    while True:
        cursor.execute(LINES, [after, head])
        batch = [
            _Line(seq, bytes(previous), bytes(digest), *rest) for seq, previous, digest, *rest in cursor.fetchall()
        ]
        if not batch:
            return
        yield batch
        after = batch[-1].seq


def _check_line(verdict: Verdict, line: _Line, expected: int, last: str) -> None:
    if line.seq != expected:
        there = f"{expected}–{line.seq - 1}" if line.seq - expected > 1 else f"{expected}"
        verdict.add(Fault(expected, f"第 {there} 行被删除。", f"Line {there} was removed.", line.says))
    elif line.previous.hex() != last:
        verdict.add(
            Fault(
                line.seq,
                f"第 {line.seq} 行接不上前一行：前面有行被插入、调换或改动。",
                f"Line {line.seq} does not follow the one before: a line was inserted, moved or changed before it.",
                line.says,
            )
        )
    if hashlib.sha256(line.previous + line.text.encode()).digest() != line.hash:
        verdict.add(Fault(line.seq, f"第 {line.seq} 行被改动。", f"Line {line.seq} was changed.", line.says))


def _check_anchor(verdict: Verdict, line: _Line, known: dict[int, str]) -> None:
    noted = known.pop(line.seq, None)
    if noted is None:
        return
    verdict.anchors += 1
    if noted != line.hash.hex():
        verdict.add(
            Fault(
                line.seq,
                f"第 {line.seq} 行的指纹与存证不符：此前的记录被重写。",
                f"Line {line.seq} has another hash than was noted: the log up to it was rewritten.",
                line.says,
            )
        )


def _check_seals(cursor: Any, verdict: Verdict, seals: Iterable[_Line]) -> None:
    told = {line.seq: (line, json.loads(line.detail)) for line in seals}
    if not told:
        return
    columns = [[detail[name] for _, detail in told.values()] for name in ("transaction", "first", "last")]
    cursor.execute(SEALS, [list(told), *columns])
    for seq, writes, digest in cursor.fetchall():
        line, detail = told[seq]
        verdict.seals += 1
        verdict.writes += writes
        if (writes, digest) != (detail["writes"], detail["digest"]):
            verdict.add(
                Fault(
                    seq,
                    f"第 {seq} 行封存的写入历史被改动：应有 {detail['writes']} 条，现有 {writes} 条。",
                    f"The writes under line {seq} were changed: {detail['writes']} were sealed, {writes} are there.",
                    line.says,
                )
            )


def _check_end(cursor: Any, verdict: Verdict, expected: int, head: int, known: dict[int, str], met: bool) -> None:
    if expected <= head:
        verdict.add(
            Fault(expected, f"末尾 {expected}–{head} 行被删除。", f"The end, lines {expected}–{head}, was cut off.")
        )
    cursor.execute(BEYOND)
    seq, newest, foreign, last = cursor.fetchone()
    if foreign or (seq and (last is None or bytes(last) != bytes(newest))):
        verdict.add(Fault(seq, "链头与最后一行不符。", "The head does not belong to the last line."))
    for missing in sorted(known):
        verdict.add(
            Fault(
                missing,
                f"存证过的第 {missing} 行不在了：末尾被截断。",
                f"Line {missing} was noted and is gone: cut off.",
            )
        )
    if not met:
        verdict.add(Fault(None, "没有一行有给出的指纹。", "No line has the hash that was given."))
    cursor.execute(GUARDS)
    for table, trigger in cursor.fetchall():
        zh, en = f"{table} 的触发器 {trigger} 被停用。", f"The trigger {trigger} of {table} is switched off."
        verdict.add(Fault(None, zh, en))


def _check_unsealed(cursor: Any, verdict: Verdict) -> None:
    cursor.execute(UNSEALED)
    count, first = cursor.fetchone()
    if count:
        verdict.add(
            Fault(
                None,
                f"{count} 条写入历史不在任何封存之内（第一条编号 {first}）：被塞入或改过编号。",
                f"{count} noted writes lie under no seal (the first is {first}): slipped in or renumbered.",
            )
        )
