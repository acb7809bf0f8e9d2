"""What counts as the same id number or telephone: spellings are made one before they are hashed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
_NOISE = re.compile(r"[\s\u200b\ufeff'’‘`\-]+")


def id_number(raw: str) -> str:
    """Upper case, without blanks, dashes or full-width characters; 15 digits are lifted to 18.

    A number with a wrong check digit stays as it is: whoever searches for it should find it.
    """
    text = _NOISE.sub("", unicodedata.normalize("NFKC", raw)).upper()
    return _lifted(text) if re.fullmatch(r"[0-9]{15}", text) else text


def _lifted(old: str) -> str:
    body = old[:6] + "19" + old[6:]
    return body + CHECKS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True)) % 11]


def telephone(raw: str) -> str:
    """Digits only, as dialled within the country: +86 and 0086 vanish, an area code gets its 0 back."""
    text = unicodedata.normalize("NFKC", raw).strip()
    digits = re.sub(r"[^0-9]", "", text)
    if text.startswith("+86") or digits.startswith("0086"):
        return _national(digits.removeprefix("00").removeprefix("86"))
    # Without a plus, 86 is the country's only before a mobile number: 86 also begins landlines.
    return digits[2:] if re.fullmatch(r"861[3-9][0-9]{9}", digits) else digits


def _national(digits: str) -> str:
    is_whole = re.fullmatch(r"1[3-9][0-9]{9}|[48]00[0-9]{7}|0.*|", digits)
    return digits if is_whole else "0" + digits


def text(raw: str) -> str:
    """Any other text: one spelling of width, no blanks around it."""
    return unicodedata.normalize("NFKC", raw).strip()


KINDS: dict[str, Callable[[str], str]] = {"id_number": id_number, "phone": telephone, "text": text}


def kind_of(column: str) -> str | None:
    """How a column's values are cleaned for search, from its last word (`person.phone`); None: nobody searches it."""
    return next((kind for kind in ("id_number", "phone") if column.endswith(kind)), None)
