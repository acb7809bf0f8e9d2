"""The published list as Markdown and as a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from yiyang.base.output import atomic_file
from yiyang.base.screen import t
from yiyang.catalog.labels import say
from yiyang.catalog.published import COLUMNS, Published

PINE, WASH, RULE, INK = "#1F6650", "#F4F6F3", "#C9D1CC", "#1B2420"
WIDTHS = (5, 16, 34, 30, 28, 18, 10, 44)
FONT = "Microsoft YaHei"
FIGURES = (
    ("项目", "Item"),
    ("取值", "Figure"),
    ("现行", "In force"),
    ("单位", "Unit"),
    ("自", "From"),
    ("到期", "Expires"),
    ("文件", "Document"),
    ("条款", "Article"),
    ("取值名", "Name"),
)


def subtitle(published: Published) -> str:
    version = published.head.version if published.head else "-"
    on = published.on.isoformat()
    return t(f"{on} 起适用的现行清单 · 版本 {version}", f"In force on {on} · version {version}")


def markdown(published: Published) -> str:
    """One table for each of the three forms of service."""
    lines = [f"# {published.title}", "", subtitle(published), ""]
    for form, rows in published.groups().items():
        lines += [f"## {form}", "", _row(say(column) for column in COLUMNS), _row("---" for _ in COLUMNS)]
        lines += [_row(row.cells()) for row in rows]
        lines += [""]
        lines += [f"- {row.name}{t('：', ': ')}{row.note}" for row in rows if row.note]
        lines += [""]
    return "\n".join(lines)


def _row(cells: Any) -> str:
    return f"| {' | '.join(_escaped(str(cell)) for cell in cells)} |"


def _escaped(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "<br>")


def xlsx(published: Published, path: Path) -> None:
    """A workbook: the list, fit to print on A4, and every figure with its dates and source."""
    import xlsxwriter

    with atomic_file(path) as work:
        book = xlsxwriter.Workbook(str(work))
        book.set_properties({"title": published.title, "subject": subtitle(published)})
        _list_sheet(book, published)
        _figures_sheet(book, published)
        book.close()


def _list_sheet(book: Any, published: Published) -> None:
    sheet = book.add_worksheet(t("清单", "List"))
    for at, width in enumerate(WIDTHS):
        sheet.set_column(at, at, width)
    last = len(COLUMNS) - 1
    sheet.merge_range(0, 0, 0, last, published.title, _format(book, bold=True, font_size=18, font_color=PINE))
    sheet.merge_range(1, 0, 1, last, subtitle(published), _format(book, font_color="#4B5A54"))
    sheet.write_row(2, 0, [say(column) for column in COLUMNS], _head(book))
    line, cell = 3, _format(book, text_wrap=True, border=1)
    for form, rows in published.groups().items():
        sheet.merge_range(line, 0, line, last, form, _format(book, bold=True, border=1, bg_color=WASH))
        line += 1
        for row in rows:
            cells = row.cells()
            sheet.set_row(line, 15 * _height(cells))
            sheet.write_number(line, 0, row.number, cell)
            sheet.write_row(line, 1, cells[1:], cell)
            line += 1
    _fit_to_a4(sheet, published)


def _height(cells: tuple[str, ...]) -> int:
    """Lines that the tallest cell needs; a Chinese character is about two units wide."""
    return max(_lines(text, width) for text, width in zip(cells, WIDTHS, strict=True))


def _lines(text: str, width: int) -> int:
    return sum(1 + sum(2 if ord(sign) > 0x2E7F else 1 for sign in line) // width for line in text.split("\n"))


def _fit_to_a4(sheet: Any, published: Published) -> None:
    sheet.freeze_panes(3, 2)
    sheet.repeat_rows(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.4, 0.4, 0.5, 0.6)
    sheet.set_footer(f"&L{published.title}&C{published.on}&R&P / &N")


def _figures_sheet(book: Any, published: Published) -> None:
    """Amounts as numbers in yuan, other figures in their own unit."""
    sheet = book.add_worksheet(t("取值", "Figures"))
    sheet.write_row(0, 0, [say(head) for head in FIGURES], _head(book))
    for at, width in enumerate((22, 26, 12, 8, 14, 12, 24, 24, 34)):
        sheet.set_column(at, at, width)
    money, plain = _format(book, border=1, num_format="#,##0.00"), _format(book, border=1)
    for line, cells in enumerate(_figures(published), 1):
        for at, cell in enumerate(cells):
            sheet.write(line, at, cell, money if at == 2 and cells[3] == t("元", "yuan") else plain)
    sheet.freeze_panes(1, 2)


def _figures(published: Published) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for row in published.rows:
        for name, value in row.data["values"].items():
            now, is_fen = value["in_force"], value["unit"] == "fen"
            begun = [day for day in value["from"] if day <= published.on.isoformat()]
            found.append(
                (
                    row.name,
                    value[t("zh", "en")],
                    now / 100 if is_fen and now is not None else now,
                    t("元", "yuan") if is_fen else value["unit"],
                    max(begun, default=""),
                    value["expires"] or "",
                    value["source"]["document"],
                    value["source"]["article"],
                    f"{row.data['id']}.{name}",
                )
            )
    return found


def _head(book: Any) -> Any:
    return _format(book, bold=True, border=1, bg_color=PINE, font_color="#FFFFFF", text_wrap=True)


def _format(book: Any, **style: Any) -> Any:
    return book.add_format(
        {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "top", "border_color": RULE, **style}
    )
