"""What the commands of `yiyang list` do: ask the pure modules, say the answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from yiyang.areas import logic as areas
from yiyang.base import screen
from yiyang.base.errors import CaseFailed, PolicyError, UsageError
from yiyang.base.output import atomic_file

if TYPE_CHECKING:
    from yiyang.catalog.diffing import Side
    from yiyang.catalog.published import Published


class Show(StrEnum):
    """How a list is shown."""

    TABLE = "table"
    MARKDOWN = "markdown"
    XLSX = "xlsx"
    PDF = "pdf"
    JSON = "json"


def parse_day(text: str | None, today: date | None = None) -> date:
    """A date as the user wrote it; today when nothing is given."""
    if text is None and today:
        return today
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise UsageError(f"日期应写作 2026-11-01，不是 {text}", f"write a date as 2026-11-01, not {text}") from None


def area_code(text: str) -> str:
    """An area as the user wrote it, code or name, as lists are named."""
    return areas.short(areas.require(text).code)


def check(names: Sequence[str], on: date, *, notes: bool, spark: bool, as_json: bool) -> None:
    from yiyang.catalog import check as checking
    from yiyang.catalog.findings import Level

    report = checking.check([area_code(name) for name in names], on, spark=spark)
    if as_json:
        screen.emit_json(report.json())
    else:
        shown = [found for found in report.findings if notes or found.level is not Level.NOTE]
        if shown:
            columns = [
                (screen.t("级别", "level"), "left"),
                (screen.t("位置", "place"), "left"),
                (screen.t("问题", "finding"), "left"),
            ]
            rows = [(screen.t(found.level.zh, found.level), found.place, found.text) for found in shown]
            screen.show_table(screen.t("清单检查", "List check"), columns, rows)
        screen.say(*report.summary())
    if report.other_errors:
        raise PolicyError(
            "清单没有通过检查，请按上面的位置改正。", "The lists do not pass; mend them at the places above."
        )
    if report.failed_cases:
        raise CaseFailed(
            "有工作案例与清单的结果不一致：改清单，或改案例。",
            "A worked case disagrees with its list: mend the list or the case.",
        )


def show(
    name: str, on: date, how: Show, out: Path | None, *, own: bool, publisher: str | None, contact: str | None
) -> None:
    from yiyang.catalog.published import publish

    published = publish(area_code(name), on, own=own)
    if how in (Show.XLSX, Show.PDF):
        _write_book(published, how, out, publisher, contact)
    elif how is Show.TABLE and out is None:
        _table(published)
    else:
        _text(published, how, out)


def _write_book(published: Published, how: Show, out: Path | None, publisher: str | None, contact: str | None) -> None:
    path = out or Path(f"{published.area}-{published.on}.{how}")
    if how is Show.XLSX:
        from yiyang.catalog.export import xlsx

        xlsx(published, path)
    else:
        from yiyang.catalog.pdf import pdf

        pdf(published, path, publisher=publisher, contact=contact)
    screen.say(f"已写出 {path}（{len(published.rows)} 项）", f"Wrote {path} ({len(published.rows)} items)")


def _text(published: Published, how: Show, out: Path | None) -> None:
    from yiyang.catalog.export import markdown

    if how is Show.JSON and out is None:
        screen.emit_json(published.json())
        return
    content = json.dumps(published.json(), ensure_ascii=False, indent=2) if how is Show.JSON else markdown(published)
    if out is None:
        screen.console().out(content, highlight=False)
        return
    with atomic_file(out) as work:
        work.write_text(content + "\n", encoding="utf-8")
    screen.say(f"已写出 {out}", f"Wrote {out}")


def _table(published: Published) -> None:
    from yiyang.catalog.export import subtitle
    from yiyang.catalog.labels import say
    from yiyang.catalog.published import COLUMNS

    for form, rows in published.groups().items():
        screen.show_table(form, [(say(column), "left") for column in COLUMNS], [row.cells() for row in rows])
    screen.say(
        f"{published.title}：{len(published.rows)} 项。{subtitle(published)}",
        f"{published.title}: {len(published.rows)} items. {subtitle(published)}",
    )


def history(area: str, item: str, *, as_json: bool) -> None:
    from yiyang.catalog.history import history_of

    found = history_of(area_code(area), item)
    if as_json:
        screen.emit_json(found.json())
        return
    columns = [("取值", "value"), ("自", "from"), ("至", "until"), ("数", "figure"), ("依据", "source")]
    rows = [(line.label, line.start, line.until, line.figure, line.source) for line in found.lines]
    heads = [(screen.t(*column), "right" if column[1] == "figure" else "left") for column in columns]
    screen.show_table(f"{found.area_name} · {found.name}", heads, rows)
    screen.say(*found.summary())


def diff(a: str, b: str | None, on: str | None, on_b: str | None, today: date, *, as_json: bool) -> None:
    from yiyang.catalog import diffing

    found = diffing.diff(_side(a, on, today), _side(b or a, on_b or on, today))
    if as_json:
        screen.emit_json(found.json())
        return
    columns = [
        ("变化", "change"),
        ("项目", "item"),
        ("内容", "field"),
        (found.left, found.left),
        (found.right, found.right),
    ]
    if found.changes:
        rows = [(change.word, change.name, change.field, change.left, change.right) for change in found.changes]
        screen.show_table(
            screen.t("清单差异", "Differences"), [(screen.t(*column), "left") for column in columns], rows
        )
    screen.say(*found.summary())


def _side(name: str, on: str | None, today: date) -> Side:
    """An area or a folder with a list, as of a day."""
    from yiyang.catalog.diffing import Side

    day = parse_day(on) if on else today
    return Side(Path(name), day) if Path(name).is_dir() and not name.isdigit() else Side(area_code(name), day)


def schema(out: Path | None, *, check_only: bool) -> None:
    from yiyang.catalog import json_schema

    folder = out or json_schema.default_folder()
    if check_only:
        if stale := json_schema.stale(folder):
            raise PolicyError(
                f"JSON Schema 不是最新的：{'、'.join(stale)}。请运行 yiyang list schema",
                f"JSON Schemas are not current: {', '.join(stale)}. Run yiyang list schema",
            )
        return
    for path in json_schema.write(folder):
        screen.say(f"已写出 {path}", f"Wrote {path}")
