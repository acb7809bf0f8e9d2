from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator

import pytest

from yiyang.base import screen


@pytest.fixture(autouse=True)
def language_of_the_environment() -> Iterator[None]:
    screen.set_lang(None)
    yield
    screen.set_lang(None)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "zh"),
        ({"LANG": ""}, "zh"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({"LANG": "POSIX"}, "zh"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "fr_FR.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "YIYANG_LANG": "zh"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "YIYANG_LANG": "en"}, "en"),
        ({"YIYANG_LANG": "EN"}, "en"),
    ],
)
def test_the_language_is_chinese_unless_the_environment_says_english(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in ("YIYANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert screen.lang() == expected


def test_the_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIYANG_LANG", "zh")
    screen.set_lang("en")
    assert screen.t("你好", "Hello") == "Hello"


def test_a_cell_with_brackets_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    screen.show_table("表[一]", [("条[款]", "left"), ("金额", "right")], [("第[二]条 [/] [bold]甲[/bold]", 60)])
    out = capsys.readouterr().out
    assert "第[二]条 [/] [bold]甲[/bold]" in out
    assert "表[一]" in out
    assert "条[款]" in out


def test_an_empty_cell_is_blank_and_not_none(capsys: pytest.CaptureFixture[str]) -> None:
    screen.show_table("", [("a", "left")], [(None,)])
    assert "None" not in capsys.readouterr().out


def test_a_long_row_is_not_folded_when_piped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS")
    screen.show_table("", [("a", "left")], [("x" * 120,)])
    assert "x" * 120 in capsys.readouterr().out


def test_sentences_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    screen.say("[错误] 甲", "[error] a")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "[错误] 甲\n")


def test_json_keeps_chinese_readable(capsys: pytest.CaptureFixture[str]) -> None:
    screen.emit_json({"名称": "高龄津贴", "fen": 6000})
    out = capsys.readouterr().out
    assert "高龄津贴" in out
    assert json.loads(out)["fen"] == 6000


def test_a_terminal_without_chinese_gets_question_marks_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="latin-1"))
    screen.open_screen()
    print("高龄 allowance")  # noqa: T201
    sys.stdout.flush()
    assert raw.getvalue() == b"?? allowance\n"


class _Bar:
    def __init__(self) -> None:
        self.done, self.named = 0.0, ""

    def advance(self, task: int, weight: float) -> None:
        self.done += weight

    def update(self, task: int, description: str) -> None:
        self.named = description


def test_a_step_counts_as_done_only_when_the_next_begins() -> None:
    bar = _Bar()
    steps = screen.Steps(bar, 0)
    steps.step("读取", "Read", 3)
    assert (bar.named, bar.done) == ("读取", 0)
    steps.step("写出", "Write")
    assert (bar.named, bar.done) == ("写出", 3)


def test_progress_is_silent_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with screen.progress("计算", "Compute", 2) as steps:
        steps.step("一", "one")
        steps.step("二", "two")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("fen", "text"),
    [(None, ""), (0, "¥0.00"), (5, "¥0.05"), (123450, "¥1,234.50"), (-6000, "-¥60.00"), (-5, "-¥0.05")],
)
def test_fen_read_as_yuan(fen: int | None, text: str) -> None:
    assert screen.yuan(fen) == text
