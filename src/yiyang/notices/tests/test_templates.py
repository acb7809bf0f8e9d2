"""Templates are read strictly, and every text message fits into one."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from yiyang.base.errors import PolicyError, UsageError
from yiyang.notices.logic import amount, day, say
from yiyang.notices.templates import SMS_LONGEST, load_templates, longest, template

WORDS = {
    "id": "reminder",
    "zh": "提醒",
    "channels": ["in_app", "sms", "letter"],
    "letter": "without_sms",
    "keys": {"item": {"zh": "项目", "kind": "item", "longest": 14}},
    "title": "{item}",
    "sms": "{item}，请打{telephone}。",
    "text": ["请办理{item}。"],
}
ALWAYS = {"telephone": "12345", "unit": "大竹县民政局"}


def _written(folder: Path, **changes: object) -> Path:
    (folder / "notices").mkdir()
    file = folder / "notices" / "reminder.yaml"
    file.write_text(yaml.safe_dump(WORDS | changes, allow_unicode=True), encoding="utf-8")
    return folder


def test_every_text_message_fits_into_one() -> None:
    for each in load_templates().values():
        assert "sms" not in each.channels or longest(each) <= SMS_LONGEST, each.id


def test_whatever_is_printed_says_whom_to_call() -> None:
    for each in load_templates().values():
        assert "letter" not in each.channels or any("{telephone}" in line for line in each.text), each.id


def test_an_unknown_key_names_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"reminder\.yaml:\d+"):
        load_templates(_written(tmp_path, colour="red"))


def test_a_word_that_nobody_declared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="amount"):
        load_templates(_written(tmp_path, title="{item} {amount}"))


def test_a_message_that_may_become_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=str(SMS_LONGEST)):
        load_templates(_written(tmp_path, sms="很长" * 40))


def test_an_unknown_template_is_named() -> None:
    with pytest.raises(UsageError, match="nothing"):
        template("nothing")


def test_says_item_amount_and_day_in_words() -> None:
    data = {"item": "old_age_allowance", "fen": 6000, "every": "month", "from": "2026-11-01", "number": "1"}
    data |= {"appeal_until": "2027-01-05"}
    said = say(template("granted"), data, lambda item, area: "高龄津贴", ALWAYS)
    assert said.sms == "您的高龄津贴已批准，自2026年11月1日起每月 60 元，书面决定随后送达。疑问请打12345。"
    # Without an article the paragraph that would name it is left out.
    assert not any("依据" in line for line in said.text)


def test_long_values_are_cut_in_text_messages_only() -> None:
    name = "一个名字非常长而且不常见的基本养老服务项目"
    said = say(template("found_application"), {"fen": 0}, lambda item, area: name, ALWAYS)
    assert len(said.sms) <= SMS_LONGEST
    assert "…" in said.sms
    assert name in said.text[0]


def test_amounts_and_days_read_as_elders_read_them() -> None:
    assert amount(6000, "month") == "每月 60 元"
    assert amount(12345, "once") == "一次性 123.45 元"
    assert amount(0, "month") == "按规定提供服务"
    assert day("2026-11-01") == "2026年11月1日"
    assert day("尽快") == "尽快"
