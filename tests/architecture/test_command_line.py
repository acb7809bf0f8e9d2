"""The real command, in a process of its own: exit codes, languages, and no traceback for a user's mistake."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _yiyang(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from yiyang.site.cli import main; main()", *words]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)


# A command that fails in each way stands in for the real ones, so that the root is tested whatever they do.
STAND_IN = """
import sys
from yiyang.site import cli
from yiyang.base import errors
@cli.app.command("fail")
def fail() -> None:
    raise {error}
sys.argv = ["yiyang", "fail"]
cli.main()
"""


def _fail(error: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", STAND_IN.format(error=error)]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)


KINDS = ["UsageError", "PolicyError", "ConditionError", "BelowFloor", "DeliveryError", "SnapshotError", "NoEffect"]
KINDS += ["MissingPart", "StorageError", "CaseFailed"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_failure_leaves_with_its_code_and_without_a_traceback(kind: str) -> None:
    from yiyang.base import errors

    said = _fail(f"errors.{kind}('清单[一]有误，请改正。', 'Wrong.', [('第3行', 'line 3')])")
    assert said.returncode == getattr(errors, kind).exit_code
    assert (said.stdout, said.stderr) == ("", "错误：清单[一]有误，请改正。\n  · 第3行\n")


def test_a_failure_is_told_in_english_where_the_locale_is_english() -> None:
    said = _fail("errors.PolicyError('错。', 'The list is wrong.', [('第3行', 'line 3')])", LANG="en_US.UTF-8")
    assert said.stderr == "Error: The list is wrong.\n  · line 3\n"


def test_ctrl_c_says_that_earlier_output_is_untouched() -> None:
    said = _fail("KeyboardInterrupt")
    assert said.returncode == 130
    assert "已中断；原有输出未改动。" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_bug_of_ours_shows_its_traceback_and_leaves_with_one() -> None:
    said = _fail("ZeroDivisionError")
    assert said.returncode == 1
    assert "Traceback" in said.stderr


def test_a_terminal_without_chinese_letters_is_no_reason_to_stop() -> None:
    said = _fail("SystemExit(cli.screen.emit_json('高龄 80') or 0)", PYTHONIOENCODING="latin-1:strict")
    assert (said.returncode, said.stdout, said.stderr) == (0, '"?? 80"\n', "")


@pytest.mark.parametrize("words", [["nonsense"], ["--nonsense"], ["--lang", "fr", "list"]])
def test_words_that_do_not_fit_leave_with_two(words: list[str]) -> None:
    said = _yiyang(*words)
    assert said.returncode == 2
    assert "Traceback" not in said.stderr


def test_help_is_there() -> None:
    said = _yiyang("--help")
    assert said.returncode == 0
    assert "颐养" in said.stdout


def test_the_module_runs_as_the_command_does() -> None:
    script = Path(sys.executable).with_name("yiyang")
    said = subprocess.run([script, "--help"], capture_output=True, text=True, check=False)
    assert said.returncode == 0
