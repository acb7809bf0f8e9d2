"""How the addresses of `indicators` are asked for."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import Example

EXAMPLES: dict[str, Example] = {}
