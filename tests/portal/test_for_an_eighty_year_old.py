"""Public pages for somebody of eighty: the requirements of 工信部's general specification for elder-friendly sites.

One test a requirement, over every public page, in both sizes and in high contrast, on a desk, on a phone, and at 200 %.
The page 无障碍说明 lists the same. That codes can be prolonged and money withdrawn is tested where people log in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from yiyang.site.tests import axe
from yiyang.site.tests.access_world import rolled_back
from yiyang.site.tests.portal_looking import LOOKS, Browser, Seen, look_at, rendered, weight

pytestmark = [pytest.mark.chromium, pytest.mark.slow]
TOUCH = {"normal": 44, "large": 60, "strong": 44}
TEXT = {"normal": 18, "large": 24, "strong": 18}
LIGHT = 150_000  # bytes that a first visit may fetch, nothing compressed
VAGUE = ("点击这里", "这里", "更多", "详情", "查看", "点我")
TIMERS = """
window.__timers = [];
for (const name of ['setTimeout', 'setInterval']) {
  const real = window[name];
  window[name] = (f, ms, ...r) => { window.__timers.push([name, ms || 0]); return real(f, ms, ...r); };
}
"""
# A voice that speaks in its own time: the test says when it has finished a line.
VOICE = """
window.__said = [];
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
const voices = [{ lang: 'LANG', name: 'made up' }];
Object.defineProperty(window, 'speechSynthesis', { value: {
  getVoices: () => voices, speak: (line) => { window.__said.push(line); }, cancel() {}, pause() {}, resume() {},
} });
"""


@pytest.fixture(scope="module")
def browser(django_db_setup: None, django_db_blocker: Any, needs_chromium: str) -> Iterator[Browser]:
    with django_db_blocker.unblock(), rolled_back():
        pages = rendered()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=needs_chromium, args=["--no-sandbox", "--disable-gpu"])
        yield Browser(chromium, pages)
        chromium.close()


@pytest.fixture(scope="module")
def seen(browser: Browser) -> list[Seen]:
    return look_at(browser)


def faults(seen: list[Seen], what: str, wrong: Any) -> list[str]:
    """Where and what, of everything of a measure that is wrong; each once a page."""
    found = [f"{one.where}: {each}" for one in seen for each in one.found[what] if wrong(one, each)]
    return sorted(set(found))[:40]


def test_text_is_at_least_18_px_and_18_pt_for_elders(seen: list[Seen]) -> None:
    assert faults(seen, "small", lambda one, each: each[0] < TEXT[one.look] - 0.01) == []


def test_main_functions_reach_30_px_for_elders(seen: list[Seen]) -> None:
    assert faults(seen, "main_buttons", lambda one, each: one.look == "large" and each[0] < 30) == []


def test_lines_stand_at_least_1_3_apart(seen: list[Seen]) -> None:
    assert faults(seen, "lines", lambda one, each: each[0] < 1.3) == []


def test_paragraphs_stand_1_3_lines_apart(seen: list[Seen]) -> None:
    assert faults(seen, "gaps", lambda one, each: -0.5 < each[0] < 1.29) == []


@pytest.mark.parametrize("look", LOOKS)
def test_contrast_is_4_5_and_screen_readers_find_their_way(browser: Browser, look: str) -> None:
    found = []
    with browser.window(390, bypass_csp=True) as page:
        for name, _ in browser.of(look):
            browser.go(page, name, look)
            page.locator("main details").evaluate_all("all => all.forEach(each => each.open = true)")
            violations = axe.violations(page)
            found += [f"{name} {v['id']}: {v['nodes'][0]['html'][:140]}" for v in violations]
    assert found == []


def test_nothing_is_said_by_colour_alone(seen: list[Seen]) -> None:
    assert faults(seen, "colours", lambda one, each: True) == []


def test_targets_are_44_px_and_60_px_for_elders(seen: list[Seen]) -> None:
    wrong = faults(seen, "targets", lambda one, each: min(each[0], each[1]) < TOUCH[one.look] - 0.5)
    assert wrong == []


@pytest.mark.parametrize("look", ["normal", "large"])
def test_everything_is_reached_by_keyboard_and_the_focus_is_seen(browser: Browser, look: str) -> None:
    with browser.window(390) as page:
        for name, _ in browser.of(look):
            browser.go(page, name, look)
            wanted, reached, unseen, last = page.evaluate(REACHABLE), set[str](), [], ""
            for _ in range(len(wanted) + 30):
                page.keyboard.press("Tab")
                place, is_seen = page.evaluate(FOCUSED)
                # A date has three stops in one field.
                if place in reached and place != last:
                    break
                reached.add(last := place)
                unseen += [] if is_seen else [place]
            assert set(wanted) - reached == set(), f"{name}: not reached"
            assert unseen == [], f"{name}: focus not seen"


REACHABLE = """() => {
  const groups = new Set(), all = [...document.querySelectorAll('*')];
  const can = 'a[href], button, summary, select, textarea, input:not([type=hidden])';
  return [...document.querySelectorAll(can)].filter((e) => e.checkVisibility()).filter((e) => {
    if (e.type !== 'radio') return true;  // of a group one; the arrows go on
    const first = !groups.has(e.name);
    groups.add(e.name);
    return first;
  }).map((e) => {
    const place = e.type === 'radio' ? 'radio ' + e.name : String(all.indexOf(e));
    (e.type === 'radio' ? document.getElementsByName(e.name) : [e]).forEach((o) => { o.dataset.place = place; });
    return place;
  });
}"""
FOCUSED = """() => {
  const e = document.activeElement, line = e.closest('label');
  const at = (x) => {
    const s = getComputedStyle(x);
    return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== 'none';
  };
  // In a date field the browser itself marks the calendar's button, its last stop.
  return [e.dataset.place || 'body', e === document.body || e.type === 'date' || at(e) || (line ? at(line) : false)];
}"""


def test_the_pointer_is_large_for_elders(seen: list[Seen]) -> None:
    assert [one.where for one in seen if one.look == "large" and "pointer" not in one.found["cursor"]] == []


@pytest.mark.parametrize("name", ["portal:home", "result", "question-fact"])
def test_any_page_is_read_aloud_and_steered_by_keyboard(browser: Browser, name: str) -> None:
    with browser.opened(name, "large", 390, script=VOICE.replace("LANG", "zh-CN")) as page:
        page.get_by_role("button", name="朗读").focus()
        page.keyboard.press("Enter")
        assert page.evaluate("__said[0].text") == page.locator("h1").inner_text()[:90]
        assert page.evaluate("__said[0].lang") == "zh-CN"
        assert page.locator(".being-read").count() == 1
        page.evaluate("__said[0].onend()")
        assert page.evaluate("__said.length") == 2
        page.keyboard.press("Enter")  # the focus went on to 暂停
        assert page.get_by_role("button", name="继续").is_visible()
        page.keyboard.press("Enter")
        assert page.evaluate("__said.length") == 3
        page.keyboard.press("Escape")
        assert page.locator(".being-read").count() == 0
        assert page.get_by_role("button", name="朗读", exact=True).is_visible()


def test_reading_aloud_goes_to_the_end(browser: Browser) -> None:
    with browser.opened("portal:help", "normal", 1280, script=VOICE.replace("LANG", "zh-CN")) as page:
        page.get_by_role("button", name="朗读").click()
        for _ in range(200):
            if not page.locator(".being-read").count():
                break
            page.evaluate("__said[__said.length - 1].onend()")
        said = "".join(page.evaluate("__said.map(each => each.text)"))
        assert "行动不便" in said
        assert page.locator("[data-read-says]").inner_text() == "读完了"


def test_a_device_without_a_chinese_voice_says_so(browser: Browser) -> None:
    with browser.opened("portal:home", "normal", 390, script=VOICE.replace("LANG", "en-US")) as page:
        page.get_by_role("button", name="朗读").click()
        assert "没有中文朗读声音" in page.locator("[data-read-says]").inner_text()


def test_nothing_is_timed(browser: Browser) -> None:
    with browser.window(390, script=TIMERS) as page:
        for name, look in browser.of("normal"):
            browser.go(page, name, look)
            limits = [each for each in page.evaluate("__timers") if each[0] == "setInterval" or each[1] >= 1000]
            assert limits == [], name


def test_there_is_no_captcha(browser: Browser) -> None:
    for (name, _), html in browser.pages.items():
        assert "captcha" not in html.lower(), name
        assert "图形验证" not in html, name


def test_nothing_is_lost_at_twice_the_size(seen: list[Seen]) -> None:
    assert [f"{one.where}: {one.found['scroll']}" for one in seen if one.found["scroll"] > one.width] == []
    assert faults(seen, "cut", lambda one, each: True) == []


def test_links_say_where_they_lead(seen: list[Seen]) -> None:
    assert faults(seen, "links", lambda one, each: not each[0] or each[0].strip("。") in VAGUE) == []
    for one in seen:
        leads: dict[str, set[str]] = {}
        for words, address in one.found["links"]:
            leads.setdefault(words, set()).add(address)
        assert {words: there for words, there in leads.items() if len(there) > 1} == {}, one.where


def test_fields_and_buttons_have_names(seen: list[Seen]) -> None:
    assert faults(seen, "nameless", lambda one, each: True) == []


def test_each_page_has_a_language_a_title_and_one_heading(seen: list[Seen]) -> None:
    for one in seen:
        found = one.found
        assert (found["lang"], found["h1"], found["mains"], bool(found["title"])) == ("zh-Hans", 1, 1, True), one.where


def test_the_switch_for_elders_stands_at_the_top_right(seen: list[Seen]) -> None:
    wrong = [f"{o.where}: {o.found['size_switch']}" for o in seen if o.width == 390 and o.found["size_switch"][1] > 160]
    assert wrong == []
    assert [one.where for one in seen if one.width == 390 and one.found["size_switch"][0] > 40] == []


def test_no_page_intrudes(seen: list[Seen]) -> None:
    assert [f"{one.where}: {one.found['intrusions']}" for one in seen if one.found["intrusions"]] == []
    assert [one.where for one in seen if one.found["inline"]] == []


def test_headings_and_buttons_use_common_characters(seen: list[Seen]) -> None:
    own = [one for one in seen if one.name in OWN]
    rare = {c for one in own for c in one.found["columns"] if "\u4e00" <= c <= "\u9fff" and not _is_common(c)}
    assert rare == set()


OWN = ("portal:home", "portal:help", "portal:accessibility", "portal:entitlements", "question-birth", "question-fact")


def _is_common(character: str) -> bool:
    """Of the first level of GB/T 2312: the 3,755 characters in everyday use."""
    return 0xB0 <= character.encode("gb2312", "replace")[0] <= 0xD7


def test_a_telephone_number_stands_on_every_page(seen: list[Seen]) -> None:
    assert [one.where for one in seen if not one.found["telephone"]] == []


def test_a_first_visit_is_light(browser: Browser) -> None:
    assert {name: bytes_ for (name, look), html in browser.pages.items() if (bytes_ := weight(html)) > LIGHT} == {}


def test_pages_work_without_script(browser: Browser) -> None:
    with browser.window(390, java_script_enabled=False) as page:
        for name, look in browser.of("large"):
            browser.go(page, name, look)
            assert page.locator("h1").inner_text(), name
            assert page.locator("#reader").is_hidden(), name
            assert page.get_by_role("button", name="标准版").is_visible(), name


def test_paper_shows_the_answer_and_no_buttons(browser: Browser) -> None:
    with browser.opened("result", "large", 1280) as page:
        page.emulate_media(media="print")
        assert not page.locator(".tools").is_visible()
        assert not page.get_by_role("button", name="上一步").is_visible()
        assert page.get_by_text("不是审批决定").is_visible()
        assert page.locator(".foot .call").is_visible()


def test_the_browser_finds_nothing_to_complain_about(browser: Browser, seen: list[Seen]) -> None:
    assert sorted(set(browser.troubles)) == []
