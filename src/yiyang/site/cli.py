"""The command line's root: gathers the rooms' commands, chooses the language, turns errors into exit codes."""

from __future__ import annotations

import importlib
import sys
from contextlib import AbstractContextManager
from typing import Annotated, NoReturn

import typer

from yiyang.base import platform, screen
from yiyang.base.errors import Interrupted, YiyangError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="颐养：基本养老服务清单引擎。Yiyang: the list engine of basic elderly care.",
)


@app.callback()
def root(lang: Annotated[str | None, typer.Option(help="zh 或 en", metavar="zh|en")] = None) -> None:
    if lang not in (None, "zh", "en"):
        raise typer.BadParameter("zh | en")
    screen.set_lang(lang)


# room's module of commands → the word before them; None = at the root.
ROOMS = {
    "yiyang.site.demo": None,
    "yiyang.catalog.cli": "list",
    "yiyang.registry.cli": "registry",
    "yiyang.synthetic.cli": "city",
    "yiyang.entitlement.cli": None,
    "yiyang.entitlement.cli_months": "runs",
    "yiyang.site.keys": "keys",
    "yiyang.site.backup.cli": None,
    "yiyang.site.doctor.cli": None,
    "yiyang.site.serve": None,
    "yiyang.site.upkeep": None,
    "yiyang.audit.cli": "audit",
    "yiyang.areas.cli": "area",
    "yiyang.accounts.cli": "account",
    "yiyang.notices.cli": "notice",
    "yiyang.visits.cli": "visits",
    "yiyang.reach.cli": "reach",
    "yiyang.forecast.cli": None,
    "yiyang.planning.cli": "plan",
    "yiyang.indicators.cli": "indicators",
    "yiyang.indicators.publication.cli": "publish",
    "yiyang.revisions.cli": "lists",
    "yiyang.assessment.cli": "instruments",
    "yiyang.assessment.cli_draw": "assess",
}


def _gather() -> None:
    """Put every room's commands under the root, and tell low rooms how the platform is started."""
    platform.use(_start)
    for module, word in ROOMS.items():
        app.add_typer(importlib.import_module(module).app, name=word)


def _start() -> AbstractContextManager[object]:
    from yiyang.site.start import start

    return start()


def main() -> None:
    screen.open_screen()
    try:
        _gather()
        app(standalone_mode=True)
    except YiyangError as error:
        _report(error)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, SystemExit) as stop:
        # Typer turns Ctrl-C inside a command into a silent exit of its own, with the same code.
        if isinstance(stop, SystemExit) and stop.code != Interrupted.exit_code:
            raise
        _interrupted()
    except RuntimeError as error:
        # DuckDB tells of Ctrl-C within a query as a RuntimeError.
        if "Query interrupted" not in str(error):
            raise
        _interrupted()


def _interrupted() -> NoReturn:
    _report(Interrupted("已中断；原有输出未改动。", "Interrupted; earlier output is untouched."))
    sys.exit(Interrupted.exit_code)


def _report(error: YiyangError) -> None:
    screen.say(f"错误：{error.zh}", f"Error: {error.en}")
    for zh, en in error.problems:
        screen.say(f"  · {zh}", f"  · {en}")
