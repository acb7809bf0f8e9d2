"""Papers pass a scanner on their way in; a small clamd of our own answers as the real one does."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from yiyang.base.errors import UsageError
from yiyang.registry.scanning import VARIABLE, Scan, Verdict

VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR"
PAPER = [b"%PDF-1.7 " + b"x" * 100_000, b"end"]


@contextmanager
def clamd(answer: Callable[[bytes], bytes | None], listening: socket.socket) -> Iterator[list[bytes]]:
    """Takes one stream, and says what `answer` says of it; None: hangs up."""
    got: list[bytes] = []

    def serve() -> None:
        with listening.accept()[0] as caller, caller.makefile("rb") as sent:
            assert sent.read(10) == b"zINSTREAM\0"
            found = b""
            while size := struct.unpack("!L", sent.read(4))[0]:
                found += sent.read(size)
            got.append(found)
            if (said := answer(found)) is not None:
                caller.sendall(said)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with listening:
        yield got
        thread.join(5)


def verdict(content: bytes) -> bytes:
    """What clamd says."""
    return b"stream: Eicar-Test FOUND\0" if VIRUS in content else b"stream: OK\0"


def on_path(folder: Path, monkeypatch: Any) -> socket.socket:
    """A socket of this machine, as Debian's clamd has."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(folder / "clamd.ctl"))
    listening.listen()
    monkeypatch.setenv(VARIABLE, str(folder / "clamd.ctl"))
    return listening


def test_without_a_scanner_a_paper_is_kept_as_not_scanned(monkeypatch: Any) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    scan = Scan(PAPER)
    assert list(scan) == PAPER
    assert scan.verdict == Verdict.NOT_SCANNED


def test_the_scanner_gets_every_byte_and_a_clean_paper_goes_in(tmp_path: Path, monkeypatch: Any) -> None:
    with clamd(verdict, on_path(tmp_path, monkeypatch)) as got:
        scan = Scan(PAPER)
        assert list(scan) == PAPER
    assert got == [b"".join(PAPER)]
    assert scan.verdict == Verdict.CLEAN


def test_a_virus_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    with clamd(verdict, on_path(tmp_path, monkeypatch)), pytest.raises(UsageError, match="virus"):
        list(Scan([b"%PDF-1.7 ", VIRUS]))


def test_a_scanner_over_the_network_does_as_well(monkeypatch: Any) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setenv(VARIABLE, f"127.0.0.1:{listening.getsockname()[1]}")
    with clamd(verdict, listening):
        scan = Scan(PAPER)
        list(scan)
    assert scan.verdict == Verdict.CLEAN


@pytest.mark.parametrize("answer", [None, b"INSTREAM size limit exceeded. ERROR\0"])
def test_nothing_goes_in_when_the_scanner_does_not_answer(answer: Any, tmp_path: Path, monkeypatch: Any) -> None:
    with clamd(lambda content: answer, on_path(tmp_path, monkeypatch)), pytest.raises(UsageError, match="answer"):
        list(Scan(PAPER))


def test_nothing_goes_in_when_there_is_no_scanner_where_one_should_be(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nobody"))
    with pytest.raises(UsageError, match="answer"):
        list(Scan(PAPER))
