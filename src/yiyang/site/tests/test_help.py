"""Every command explains itself, with an example that works."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from yiyang.site import cli
from yiyang.site.tests.command import yiyang

# Commands that make or check something and have no answer to print as JSON.
WITHOUT_JSON = {
    "demo",
    "list schema",
    "lists export",
    "lists install",
    "migrate",
    "notice take",
    "serve",
    "web",
    "worker",
}


def tree() -> Any:
    if not cli.app.registered_groups:
        cli._gather()
    return typer.main.get_command(cli.app)


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words that call it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


EVERY = [pytest.param(path, command, id=" ".join(path)) for path, command in commands(tree())]


def examples(command: Any) -> list[str]:
    """What stands behind `yiyang` in a command's help, one a call."""
    text = re.sub(r"\s+", " ", f"{command.help} {command.epilog or ''}")
    return [call.split("&&")[0].strip() for call in re.split(r"\byiyang (?=[a-z])", text)[1:]]


def test_all_the_main_commands_are_there() -> None:
    assert {
        "run",
        "explain",
        "diff",
        "arrears",
        "simulate",
        "next",
        "demo",
        "list compare",
        "registry build",
        "city make",
    } <= {" ".join(path) for path, _ in commands(tree())}


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_every_command_has_an_example_that_it_understands(path: tuple[str, ...], command: Any) -> None:
    mine = [words for call in examples(command) if (words := shlex.split(call))[: len(path)] == list(path)]
    assert mine, f"yiyang {' '.join(path)} --help has no example"
    for words in mine:
        with command.make_context(path[-1], words[len(path) :]) as context:
            assert context.params or not command.params


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_every_command_says_what_it_does_in_both_languages(path: tuple[str, ...], command: Any) -> None:
    assert re.search(r"[\u4e00-\u9fff]", command.help)
    assert re.search(r"[A-Za-z]{3,} [a-z]{2,}", command.help)


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_every_command_that_answers_something_answers_in_json(path: tuple[str, ...], command: Any) -> None:
    assert ("--json" in {name for option in command.params for name in option.opts}) != (" ".join(path) in WITHOUT_JSON)


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_help_is_printed(path: tuple[str, ...], command: Any) -> None:
    said = yiyang(*path, "--help")
    assert (said.code, said.err) == (0, "")
    assert "--help" in said.out
