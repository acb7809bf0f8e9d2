"""Photos, voice notes and signatures that come home within a body; kept sealed with the person's papers."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from yiyang.access.scope import Scope
from yiyang.base.errors import UsageError
from yiyang.registry import documents
from yiyang.registry.models import Document, Person

WORDS = {"image": "照片或签字", "audio": "录音"}
MOST_EACH = 6
MOST = 20


def contents(body: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Question and content of every file in a body.

    Raises:
        UsageError: too many, or not base64.
    """
    given = body.get("files") or {}
    if not isinstance(given, dict) or sum(len(each) for each in given.values()) > MOST:
        raise UsageError(f"附件最多 {MOST} 个。", f"At most {MOST} files.")
    for question, several in given.items():
        if len(several) > MOST_EACH:
            raise UsageError(f"每个问题最多 {MOST_EACH} 个附件。", f"At most {MOST_EACH} files a question.")
        for each in several:
            yield question, _decoded(each)


def _decoded(each: Any) -> bytes:
    try:
        return base64.b64decode(each["data"], validate=True)
    except (binascii.Error, ValueError, TypeError, KeyError) as error:
        raise UsageError("附件没有完整上传。", "A file did not arrive whole.") from error


def keep(*, by: Scope, person: Person, body: dict[str, Any], title: str) -> list[tuple[str, Document]]:
    """Keep every file of a body with a person's papers, checked by content and scanned.

    Args:
        title: what the papers are called; the caller has asked whether they may be handed in.

    Returns:
        Question and paper.

    Raises:
        UsageError: too many, too large, neither picture nor sound, or with a virus.
    """
    taken = documents.BEGINNINGS + documents.SOUNDS
    return [
        (question, documents.keep(by=by, person=person, title=title, blocks=[content], kinds=taken))
        for question, content in contents(body)
    ]


@dataclass(frozen=True)
class Brought:
    """A file within an entry that is not taken in: what it is called, and what it is by its content."""

    title: str
    media_type: str
    content: bytes

    @property
    def is_picture(self) -> bool:
        """Whether a browser shows it in a page."""
        return self.media_type.startswith("image/")


def brought(body: dict[str, Any]) -> list[Brought]:
    """The files that lie within a body, in its order; those that lie elsewhere already or are none are left out."""
    given = body.get("files")
    several = given.values() if isinstance(given, dict) else ()
    found: list[Brought] = []
    for each in (one for many in several if isinstance(many, list) for one in many):
        if isinstance(each, dict) and "data" in each:
            try:
                content = _decoded(each)
                kind = documents.kind_of(content[:8], documents.BEGINNINGS + documents.SOUNDS)
            except UsageError:
                content, kind = b"", "application/octet-stream"
            word = WORDS.get(kind.partition("/")[0], "不能辨认的附件")
            found.append(Brought(f"{word} {len(found) + 1}", kind, content))
    return found


def without_contents(body: dict[str, Any]) -> dict[str, Any]:
    """A body as it is kept once its files lie elsewhere: their fingerprints in the place of their contents."""
    given = body.get("files")
    if not isinstance(given, dict):
        return body
    slim = {
        question: [
            {"media_type": each.get("media_type", ""), "sha256": hashlib.sha256(_decoded(each)).hexdigest()}
            for each in several
        ]
        for question, several in given.items()
    }
    return {**body, "files": slim}
