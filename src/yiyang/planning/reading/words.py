"""Text as documents carry it: stray spaces, line breaks inside cells, Word's bookmarks."""

from __future__ import annotations

import re
from hashlib import sha256

_BOOKMARK = re.compile(r"\[bookmark:[^\]]*\]")
# Spaces beside a Chinese character or sign carry nothing: they pad short names (渠    县) or break lines.
_PADDING = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_SPACES = re.compile(r"\s+")
_BRACKETS = {"（": "）", "(": ")", "《": "》", "〔": "〕", "【": "】", "“": "”"}
NUMERALS = "一二三四五六七八九十百"
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．％，－～", "0123456789.%,-~")


def tidy(text: str) -> str:
    """One line without padding. Latin words keep one space between them.

    >>> tidy("渠    县")
    '渠县'
    """
    return _SPACES.sub(" ", _PADDING.sub("", _BOOKMARK.sub("", text))).strip()


def squash(text: str) -> str:
    """Without any spaces: what is compared."""
    return _SPACES.sub("", _BOOKMARK.sub("", text))


def plain(text: str) -> str:
    """Squashed, with digits and signs of full width made narrow: what figures are read from."""
    return squash(text).translate(_FULL_WIDTH)


def numeral(text: str) -> int | None:
    """A Chinese numeral up to 99 or digits as a number.

    >>> numeral("二十三"), numeral("７"), numeral("甲")
    (23, 7, None)
    """
    digits = plain(text)
    if digits.isascii() and digits.isdigit():
        return int(digits)
    if not digits or set(digits) - set(NUMERALS) or "百" in digits:
        return None
    tens, has_ten, ones = digits.rpartition("十")
    if not has_ten:
        return NUMERALS.index(ones) + 1 if len(ones) == 1 else None
    return (NUMERALS.index(tens) + 1 if tens else 1) * 10 + (NUMERALS.index(ones) + 1 if ones else 0)


def split_outside(text: str, marks: str) -> list[str]:
    """The pieces between any of these marks, but not at marks inside brackets or quotation marks; empty ones fall away.

    >>> split_outside("市民政局、各县（市、区）人民政府", "、")
    ['市民政局', '各县（市、区）人民政府']
    """
    pieces, depth, start = [], 0, 0
    for index, sign in enumerate(text):
        depth += (sign in _BRACKETS) - (sign in _BRACKETS.values())
        if sign in marks and depth <= 0:
            pieces.append(text[start:index])
            start = index + 1
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces if piece.strip()]


def sentences(text: str) -> list[str]:
    """The sentences of a line or cell, without their full stops."""
    return split_outside(text.replace("\n", ""), "。！？")


def digest(*parts: str) -> str:
    """A short key of texts that does not change with spaces."""
    return sha256("|".join(squash(part) for part in parts).encode()).hexdigest()[:16]
