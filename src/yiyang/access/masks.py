"""Personal data as the screen shows them until somebody states why he must see more."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

STARS = "****"
_UP_TO_TOWN = re.compile(r"^.*?(?:街道|镇|乡)")
_UP_TO_COUNTY = re.compile(r"^.*?[区县市旗]")
# Eighteen digits that begin with no 0, and mobile numbers, where no further digit stands beside them.
_ID = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_OLD_ID = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{14}(?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")


def id_number(raw: str) -> str:
    """5117********1234: the first and last four, as the SQL of the quarantine list shows them too."""
    return f"{raw[:4]}{STARS}{STARS}{raw[-4:]}" if len(raw) > 8 else "*" * len(raw)


def telephone(raw: str) -> str:
    """138****5678; of a short number nothing."""
    return f"{raw[:3]}{STARS}{raw[-4:]}" if len(raw) > 8 else "*" * len(raw)


def name(raw: str, style: Literal["family", "ends"] = "family") -> str:
    """张** (`family`), or 王*明 (`ends`), which tells two 王 of one village apart. One character is hidden whole."""
    if len(raw) < 2:
        return "*" * len(raw)
    if style == "ends" and len(raw) > 2:
        return raw[0] + "*" * (len(raw) - 2) + raw[-1]
    return raw[0] + "*" * (len(raw) - 1)


def address(raw: str) -> str:
    """Down to the township, or to the county where no township stands in it; village, group and number are hidden."""
    if not raw:
        return ""
    found = _UP_TO_TOWN.match(raw) or _UP_TO_COUNTY.match(raw)
    return f"{found.group() if found else ''}{STARS}"


def text(raw: str) -> str:
    """Hidden whole, its length too."""
    return STARS if raw else ""


def scrubbed(line: str) -> str:
    """Free text with every id number and mobile number in it masked: for logs and messages."""
    for pattern, mask in ((_ID, id_number), (_OLD_ID, id_number), (_MOBILE, telephone)):
        line = pattern.sub(lambda found, mask=mask: mask(found.group()), line)  # type: ignore[misc]
    return line


KINDS: dict[str, Callable[[str], str]] = {"id_number": id_number, "phone": telephone, "address": address, "name": name}


def of_column(column: str) -> Callable[[str], str]:
    """The mask of a column, from its last word; whatever has none of its own is hidden whole."""
    return next((mask for kind, mask in KINDS.items() if column.endswith(kind)), text)
