"""report.html: what a month's run found, as one page that needs no network."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from yiyang.base.output import atomic_file
from yiyang.base.screen import yuan
from yiyang.catalog import lists
from yiyang.entitlement.report import words
from yiyang.entitlement.report.payload import payload, script_json
from yiyang.entitlement.report.view import Names, fold, sections

Json = dict[str, Any]
ROOM = Path(__file__).resolve().parents[1]
ASSETS = ("report.css", "echarts.min.js", "tables.js", "report.js")


def render(summary: Json, diff: Json | None, arrears: Json | None, boundaries: Json, out: Path) -> None:
    """Write report.html.

    Args:
        summary: content of summary.json (`entitlement.summary`).
        diff, arrears: content of diff.json and arrears.json; None leaves a sentence on how to get them.
        boundaries: GeoJSON FeatureCollection of counties with properties `adcode` (or `code`) and `name`.
        out: the file; it appears whole or not at all.
    """
    page = html(summary, diff, arrears, boundaries, policy_names())
    with atomic_file(out) as work:
        work.write_text(page, encoding="utf-8")


def html(summary: Json, diff: Json | None, arrears: Json | None, boundaries: Json, names: Names) -> str:
    """The page as text. The same figures give the same text."""
    summary = fold(summary)
    data = payload(summary, diff, boundaries)
    assets = {name.partition(".")[0] + "_" + name.rpartition(".")[2]: _asset(name) for name in ASSETS}
    return _template().render(
        **sections(summary, diff, arrears, names),
        **assets,
        data=Markup(script_json(data)),
        has_map=bool(data["map"]),
        bars=data["bars"],
    )


def policy_names() -> Names:
    """Names of departments and documents from `policy/`."""
    found = {
        name: {"title": document.title, "issuer": document.issuer, "number": document.number, "date": document.date}
        for name, document in lists.documents().items()
    }
    return Names({name: text.zh for name, text in lists.departments().items()}, found)


@cache
def _asset(name: str) -> Markup:
    return Markup((ROOM / "static" / name).read_text(encoding="utf-8"))


@cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(ROOM / "templates/report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = (words.count, words.big, words.big_yuan, words.wan, words.plain_yuan, words.signed, words.month_zh)
    environment.filters.update({filter_.__name__: filter_ for filter_ in shown} | {"yuan": yuan})
    return environment.get_template("report.html.j2")


__all__ = ["html", "policy_names", "render"]
