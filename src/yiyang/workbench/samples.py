"""Made-up figures for the page of components."""

from __future__ import annotations

from typing import Any


def charts() -> dict[str, Any]:
    """Every chart and map, with figures and without."""
    return {"charts": [], "spark": ""}
