"""Which encoding a text file is in, and a UTF-8 copy where it is another one.

The whole file is read, never a sample: a register of a million rows may hold its first odd byte at the end.
"""

from __future__ import annotations

import codecs
import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

CHUNK = 1 << 23
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
TOLERATED = 0.001  # share of characters that may be unreadable; the rows they stand in answer for themselves


@dataclass(frozen=True)
class Readable:
    """A file that DuckDB can read: UTF-8.

    Attributes:
        path: the file itself, or its UTF-8 copy.
        encoding: the encoding of the original.
        blank_lines: 1-based numbers of the empty records, which DuckDB skips silently.
    """

    path: Path
    encoding: str
    blank_lines: tuple[int, ...]


def readable(path: Path, copies: Path) -> Readable | None:
    """The file as UTF-8, copied into `copies` where needed; None when no encoding fits."""
    encoding, clean = detect(path)
    if encoding is None:
        return None
    utf8 = path
    if not clean or encoding not in ("utf-8", "utf-8-sig"):
        utf8 = copies / f"{path.stem}.utf8.csv"
        with utf8.open("w", encoding="utf-8", newline="") as out:
            out.writelines(_texts(path, encoding, "replace"))
    return Readable(utf8, encoding, tuple(_blank_lines(utf8)))


def detect(path: Path) -> tuple[str | None, bool]:
    """The encoding, and whether every character could be read.

    UTF-8 is tried first: GB18030 accepts most byte pairs, so a UTF-8 file often passes for GB18030, hardly ever the
    other way round. A file that fits neither is taken in the encoding that fails least, if that is nearly never.
    """
    with path.open("rb") as file:
        head = file.read(4)
    marked = [encoding for mark, encoding in MARKS if head.startswith(mark)]
    tried = marked or ["utf-8", "gb18030"]
    for encoding in tried:
        if _fits(path, encoding):
            return encoding, True
    share, encoding = min((_unreadable(path, name), name) for name in tried)
    return (encoding, False) if share <= TOLERATED else (None, False)


def _fits(path: Path, encoding: str) -> bool:
    if encoding.startswith("utf-8"):
        return _is_utf8(path)
    try:
        for _ in _texts(path, encoding, "strict"):
            pass
    except UnicodeError:
        return False
    return True


def _is_utf8(path: Path) -> bool:
    """Arrow checks a text several times as fast as Python decodes it: the file is looked at as one value."""
    with pa.memory_map(str(path)) as file:
        buffer = file.read_buffer()
        whole = pa.py_buffer(struct.pack("<qq", 0, buffer.size))
        try:
            pa.Array.from_buffers(pa.large_utf8(), 1, [None, whole, buffer]).validate(full=True)
        except pa.ArrowInvalid:
            return False
    return True


def _unreadable(path: Path, encoding: str) -> float:
    """Share of characters that cannot be read."""
    bad = size = 0
    for text in _texts(path, encoding, "replace"):
        bad, size = bad + text.count("\ufffd"), size + len(text)
    return bad / max(size, 1)


def _texts(path: Path, encoding: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _blank_lines(path: Path) -> Iterator[int]:
    """Numbers of empty records. Lines are only counted when there is an empty one; a quoted cell may hold several."""
    if not _has_blank_line(path):
        return
    record, is_quoted = 0, False
    with path.open("rb") as file:
        for line in file:
            record += not is_quoted
            if not is_quoted and not line.strip(b"\r\n"):
                yield record
            is_quoted ^= line.count(b'"') % 2 == 1


def _has_blank_line(path: Path) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        return text[:1] in (b"\n", b"\r") or text.find(b"\n\n") >= 0 or text.find(b"\n\r\n") >= 0
