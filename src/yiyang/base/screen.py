"""What the user sees: language, tables, progress, JSON. Chinese unless LANG or --lang says English."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

# Of a pipe or a file nobody has said how wide it is; rich would assume 80 columns and fold every long cell.
_WIDTH_OF_A_PIPE = 160
_state: dict[str, str | None] = {"lang": None}


def set_lang(lang: str | None) -> None:
    _state["lang"] = lang


def lang() -> str:
    """`zh` by default; `en` when chosen by --lang, YIYANG_LANG, or an English locale.

    The first of YIYANG_LANG, LC_ALL, LC_MESSAGES and LANG that is set decides. C and C.UTF-8 name no language: Chinese.
    """
    if chosen := _state["lang"]:
        return chosen
    for name in ("YIYANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "en" if value.lower().startswith("en") else "zh"
    return "zh"


def t(zh: str, en: str) -> str:
    """The sentence in the language of the screen."""
    return en if lang() == "en" else zh


def open_screen() -> None:
    """Print a question mark for what the terminal's encoding lacks; a traceback would hide the whole answer."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(io.UnsupportedOperation):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")


def console(stderr: bool = False) -> Any:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS", "").isdigit() else _WIDTH_OF_A_PIPE
    return Console(stderr=stderr, highlight=False, soft_wrap=True, width=width)


def say(zh: str, en: str) -> None:
    """One line to the reader, on standard error so that piped output stays clean."""
    console(stderr=True).print(t(zh, en), markup=False)


def emit_json(data: Any) -> None:
    """The answer of a command under --json, on standard output."""
    json.dump(data, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def show_table(title: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table. `columns` are (heading, justify) pairs, justify being left or right. None is an empty cell."""
    from rich.table import Table
    from rich.text import Text

    # Text, not str: rich would read "[二]" or "[/]" in a cell as markup and swallow it or stop.
    table = Table(title=Text(title), title_justify="left", header_style="bold")
    for heading, justify in columns:
        table.add_column(Text(heading), justify=justify, overflow="fold")  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*[Text("" if cell is None else str(cell)) for cell in row])
    console().print(table)


class Steps:
    """A progress bar over named steps."""

    def __init__(self, bar: Any, task: Any) -> None:
        self._bar, self._task, self._running = bar, task, 0.0

    def step(self, zh: str, en: str, advance: float = 1) -> None:
        """Name the step that begins now and weighs `advance`; the one before is done."""
        self._bar.advance(self._task, self._running)
        self._bar.update(self._task, description=t(zh, en))
        self._running = advance


@contextmanager
def progress(zh: str, en: str, total: float) -> Iterator[Steps]:
    """A rich progress bar on standard error; silent when that is not a terminal."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
        console=console(stderr=True),
        transient=False,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task(t(zh, en), total=total)
        yield Steps(bar, task)
        bar.update(task, completed=total)


def yuan(fen: int | None) -> str:
    """Fen as ¥1,234.50."""
    return "" if fen is None else f"{'-' if fen < 0 else ''}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
