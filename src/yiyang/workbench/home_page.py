"""What the home page holds for the account at hand."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def contents(request: HttpRequest) -> dict[str, Any]:
    """The context of the page."""
    return {"title": "今天要办的事"}
