"""What a page lacks for people who cannot see it well: axe-core's rules, all of them."""

from __future__ import annotations

from typing import Any

# What passed is not worked out into a report that nobody reads, nor are paths to the elements: a third of axe's time.
OPTIONS = {"resultTypes": ["violations"], "reporter": "no-passes", "selectors": False, "preload": False}


def violations(page: Any) -> list[dict[str, Any]]:
    """axe's violations on a page of Playwright; the script is loaded once a document."""
    from axe_playwright_python.base import AXE_SCRIPT

    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(
        "async options => (await axe.run(document, options)).violations", OPTIONS
    )
    return found
