"""Commands of notices: what the city's connection to its SMS gateway runs."""

from __future__ import annotations

import json
import sys

import typer

from yiyang.base import platform

app = typer.Typer(help="告知。Notices.", no_args_is_help=True)


@app.callback()
def root() -> None:
    """告知：短信网关接口。Notices: the connection to an SMS gateway."""


@app.command("take", epilog="例 Example: yiyang notice take")
def take_command() -> None:
    """取走待发的即时短信（登录验证码等），每行一个 JSON；取走即算已交付。Messages that cannot wait, one JSON a line."""
    with platform.started():
        from yiyang.access.scope import platform as platform_scope
        from yiyang.audit.record import work
        from yiyang.notices import outbox

        with work(platform_scope("短信网关")):
            found = outbox.take()
    # For a machine, not for the screen: no words around it.
    for message in found:
        sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
