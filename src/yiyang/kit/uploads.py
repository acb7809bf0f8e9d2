"""A body that is a file: taken to disk before the unit of work begins. A slow sender holds no transaction open."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError

from yiyang.base.errors import UsageError

CHUNK = 1 << 20


class BadUpload(UsageError):
    """A body without a length, too large, or cut off on its way.

    Attributes:
        status: the HTTP status to answer: 411, 413 or 400.
    """

    def __init__(self, zh: str, en: str, status: int) -> None:
        super().__init__(zh, en)
        self.status = status


def spooled(request: HttpRequest) -> IO[bytes]:
    """The whole body in a file without a name, in the data folder, from its beginning. Raises BadUpload."""
    length = _length(request)
    file = tempfile.TemporaryFile(dir=_folder())  # noqa: SIM115 (the request closes it)
    try:
        while block := request.read(CHUNK):
            file.write(block)
        if file.tell() != length:
            raise _cut_off()
    except UnreadablePostError as problem:
        file.close()
        raise _cut_off() from problem
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The rest of a file in pieces of a mebibyte."""
    while block := file.read(CHUNK):
        yield block


def _length(request: HttpRequest) -> int:
    stated = request.META.get("CONTENT_LENGTH") or ""
    if not stated.isdigit():
        raise BadUpload("请求须写明 Content-Length。", "State the Content-Length.", 411)
    if int(stated) > settings.UPLOAD_MAX_BYTES:
        most = settings.UPLOAD_MAX_BYTES // 2**20
        raise BadUpload(f"文件超过 {most} MB。", f"The file is larger than {most} MB.", 413)
    return int(stated)


def _folder() -> Path:
    folder: Path = settings.DATA
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _cut_off() -> BadUpload:
    return BadUpload("文件没有传完，请重新上传。", "The file did not arrive whole; send it again.", 400)
