"""Yiyang (颐养): the list engine of a city's basic elderly-care service system.

The names below load on first use, so that a plain `import yiyang` stays light.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

# name → the module it comes from
_PUBLIC: dict[str, str] = {
    "load_facts": "yiyang.catalog.facts",
    "load_list": "yiyang.catalog.lists",
    "bind": "yiyang.catalog.binding",
    "Overlay": "yiyang.catalog.overlay",
    "RunFolder": "yiyang.entitlement.store",
    "Simulator": "yiyang.entitlement.simulate",
    "YiyangError": "yiyang.base.errors",
    **dict.fromkeys(
        ("make_city", "build_snapshot", "run", "explain", "diff", "arrears", "missing_facts", "compare_lists"),
        "yiyang.api",
    ),
}


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'yiyang' has no attribute {name!r}; it has: {', '.join(sorted(_PUBLIC))}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
