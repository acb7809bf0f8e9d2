"""Papers pass a virus scanner on their way in, where the city runs one: clamd, over its INSTREAM protocol.

`YIYANG_CLAMD` names it: `/run/clamav/clamd.ctl` (a socket of this machine) or `scanner.example.gov.cn:3310`. Without it
a paper is kept as *not scanned*. With it nothing goes in unscanned: a scanner that does not answer stops the upload.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterable, Iterator
from enum import StrEnum

from yiyang.base.errors import UsageError

VARIABLE = "YIYANG_CLAMD"
TIMEOUT = 30.0
# clamd refuses larger pieces than its StreamMaxLength; small ones cost nothing.
PIECE = 1 << 16


class Verdict(StrEnum):
    """What is known of a paper that is kept."""

    CLEAN = "clean"
    NOT_SCANNED = "not_scanned"


class Scan:
    """One paper on its way: blocks pass through, `verdict` is known when the last one has."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.verdict, self._blocks = Verdict.NOT_SCANNED, blocks

    def __iter__(self) -> Iterator[bytes]:
        """The blocks. Raises UsageError for a virus, or when the scanner does not answer."""
        where = os.environ.get(VARIABLE, "")
        if not where:
            yield from self._blocks
            return
        try:
            with _connected(where) as scanner:
                scanner.sendall(b"zINSTREAM\0")
                for block in self._blocks:
                    _send(scanner, block)
                    yield block
                scanner.sendall(struct.pack("!L", 0))
                answer = _read(scanner)
        except OSError as error:
            raise _silent() from error
        _judge(answer)
        self.verdict = Verdict.CLEAN


def _connected(where: str) -> socket.socket:
    if where.startswith("/"):
        found = socket.socket(socket.AF_UNIX)
        found.settimeout(TIMEOUT)
        found.connect(where)
        return found
    host, _, port = where.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), TIMEOUT)


def _send(scanner: socket.socket, block: bytes) -> None:
    for start in range(0, len(block), PIECE):
        piece = block[start : start + PIECE]
        scanner.sendall(struct.pack("!L", len(piece)) + piece)


def _read(scanner: socket.socket) -> str:
    found = b""
    while not found.endswith(b"\0") and (more := scanner.recv(4096)):
        found += more
    return found.rstrip(b"\0\n").decode("utf-8", "replace")


def _judge(answer: str) -> None:
    if answer.endswith("FOUND"):
        raise UsageError(
            "这个文件带有病毒，没有保存。请在自己的电脑上查杀后重新上传。", "The file carries a virus; it was not kept."
        )
    if not answer.endswith("OK"):
        raise _silent()


def _silent() -> UsageError:
    return UsageError(
        "查毒服务暂时没有应答，文件没有保存，请稍后再传。", "The virus scanner does not answer; nothing was kept."
    )
