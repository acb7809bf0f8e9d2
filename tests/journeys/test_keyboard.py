"""Without a mouse: from the login to a correction by Tab, Enter, space and arrows; the focus is seen at every step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.chromium
Walk = Callable[..., Any]
# A ring of at least two pixels round what has the focus, or round the label or cell that stands for it.
SEEN = """() => {
  const visible = (element) => {
    const look = getComputedStyle(element);
    return (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2) || look.boxShadow !== 'none';
  };
  const focused = document.activeElement;
  return focused !== document.body && (visible(focused) || visible(focused.parentElement));
}"""
TOLD = """() => { const e = document.activeElement;
  return [e.tagName, (e.innerText || e.getAttribute('aria-label') || e.name || '').trim(), e.id].join('|'); }"""
MOST = 80


def tab_to(walker: Any, wanted: str) -> None:
    """Press Tab until what is wanted has the focus; it is seen at every step."""
    for _ in range(MOST):
        walker.page.keyboard.press("Tab")
        told = walker.page.evaluate(TOLD)
        assert walker.page.evaluate(SEEN), f"the focus is not seen on {told}"
        if wanted in told:
            return
    pytest.fail(f"the keyboard does not reach {wanted}")


def test_a_correction_is_made_without_a_mouse(walk: Walk) -> None:
    walker = walk()
    _log_in(walker)
    _open_a_file(walker)
    _correct(walker)
    assert walker.says("入户核实") or walker.says("已更正") or walker.says("有争议")
    walker.shoot("corrected")


def _log_in(walker: Any) -> None:
    keys = walker.page.keyboard
    walker.go("/accounts/login/")
    assert walker.page.evaluate("document.activeElement.name") == "login", "the login begins in its first field"
    keys.type("xiang2")
    tab_to(walker, "id_password")
    keys.type("yiyang-demo-2026")
    keys.press("Enter")
    walker.page.wait_for_url(walker.installation.address + "/")


def _open_a_file(walker: Any) -> None:
    keys = walker.page.keyboard
    keys.press("Tab")
    assert "跳到正文" in walker.page.evaluate(TOLD)
    walker.shoot("skip-link")
    tab_to(walker, "A|老年人")
    keys.press("Enter")
    walker.page.wait_for_url("**/people/files/")
    keys.press("/")
    assert walker.page.evaluate("document.activeElement.id") == "search"
    name = walker.page.locator("table a.row-link").first.inner_text()
    tab_to(walker, f"A|{name}")
    walker.shoot("list")
    keys.press("Enter")
    walker.page.wait_for_url("**/people/files/*/")


def _correct(walker: Any) -> None:
    keys = walker.page.keyboard
    for link, address in (("A|更正事实", "**/correct/"), ("A|签约家庭医生", "**/correct/*/")):
        tab_to(walker, link)
        keys.press("Enter")
        walker.page.wait_for_url(address)
    tab_to(walker, "INPUT|value")
    keys.press("ArrowDown")
    keys.press("Space")
    tab_to(walker, "id_reason")
    keys.type("入户核实")
    walker.shoot("filled")
    tab_to(walker, "BUTTON|登记更正")
    keys.press("Enter")
    walker.page.wait_for_url(lambda url: "/correct/" not in url)
