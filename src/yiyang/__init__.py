"""Yiyang (颐养): the list engine of a city's basic elderly-care service system.

The names below load on first use, so that a plain `import yiyang` stays light.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_PUBLIC: dict[str, str] = {}


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'yiyang' has no attribute {name!r}; it has: {', '.join(sorted(_PUBLIC))}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
