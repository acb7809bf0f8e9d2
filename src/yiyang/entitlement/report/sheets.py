"""What stands on each sheet of tables.xlsx. Pure: dictionaries in, rows out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from yiyang.base.screen import yuan
from yiyang.entitlement.report import view, words
from yiyang.entitlement.report.view import Names

Json = dict[str, Any]
Row = Sequence[Any]
YUAN = "¥#,##0.00"
CHANGE = "+¥#,##0.00;-¥#,##0.00;¥0.00"
NUMBER = "#,##0"
TEXT = "@"


@dataclass(frozen=True)
class Column:
    """A column's heading, width in characters, and number format."""

    name: str
    width: int
    format: str = TEXT


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, columns and rows; `keep` leading columns stay in sight."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    keep: int = 1


def sheets(summary: Json, diff: Json | None, arrears: Json | None, names: Names) -> list[Sheet]:
    """All sheets after the notes, in their order."""
    if diff:
        diff = diff | {"areas": view.fold_changes(diff["areas"], summary["area"]["code"])}
    items_, missing_, sources_ = items(summary, names), missing(summary, names), sources(summary, names)
    return [items_, counties(summary), missing_, changes(diff, arrears), sources_]


def items(summary: Json, names: Names) -> Sheet:
    """项目汇总: one row an item of a list."""
    columns = [
        Column("项目", 26),
        Column("清单", 12),
        Column("谁可以享受", 48),
        Column("形式", 10),
        Column("按何处", 10),
        Column("符合条件（人）", 14, NUMBER),
        Column("计发（人或户）", 14, NUMBER),
        Column("暂不能判定（人）", 16, NUMBER),
        Column("周期", 8),
        Column("每期资金（元）", 18, YUAN),
        Column("每年资金（元）", 20, YUAN),
        Column("每年最多（元）", 20, YUAN),
        Column("没有金额的原因", 24),
        Column("责任单位", 28),
        Column("办理", 10),
    ]
    return Sheet("项目汇总", columns, [_item(view.item_row(item, names)) for item in view.by_money(summary["items"])])


def _item(item: Json) -> Row:
    money = [None] * 3 if item["money_zh"] else [item[name] / 100 for name in ("fen", "year_fen", "year_high_fen")]
    return [
        item["name_zh"],
        item["list_area_name"],
        item["who_zh"],
        item["form_zh"],
        item["basis_zh"],
        item["entitled"],
        item["paid"],
        item["undecided"],
        item["every_zh"],
        *money,
        item["money_zh"],
        item["units_zh"],
        item["delivery_zh"],
    ]


def counties(summary: Json) -> Sheet:
    """项目×地区: one row an item and county, so that it pivots."""
    columns = [
        Column("项目", 26),
        Column("清单", 12),
        Column("地区代码", 10),
        Column("地区", 14),
        Column("符合条件（人）", 14, NUMBER),
        Column("计发（人或户）", 14, NUMBER),
        Column("暂不能判定（人）", 16, NUMBER),
        Column("每期资金（元）", 18, YUAN),
        Column("每年资金（元）", 20, YUAN),
        Column("每年最多（元）", 20, YUAN),
    ]
    where = {area["code"]: area["name"] for area in summary["areas"]} | {"": "未知"}
    rows = [
        [
            item["name_zh"],
            item["list_area_name"],
            part["area"],
            where.get(part["area"], part["area"]),
            part["entitled"],
            part["paid"],
            part["undecided"],
            *_money(item, part),
        ]
        for item in view.by_money(summary["items"])
        for part in item["by_area"]
    ]
    return Sheet("项目×地区", columns, rows)


def _money(item: Json, part: Json) -> Row:
    return [part[name] / 100 for name in ("fen", "year_fen", "year_high_fen")] if view.pays(item) else [None] * 3


def missing(summary: Json, names: Names) -> Sheet:
    """未知事实: one row a missing fact and an item that hangs on it."""
    columns = [
        Column("缺少的信息", 20),
        Column("归口部门", 26),
        Column("卡住的项目", 26),
        Column("清单", 12),
        Column("涉及人数（人）", 16, NUMBER),
        Column("每年涉及资金（元）", 20, YUAN),
        Column("怎么办", 52),
    ]
    every = summary["items"]
    rows = [
        [
            fact["zh"],
            fact["owner_zh"],
            every[part["rule"]]["name_zh"],
            every[part["rule"]]["list_area_name"],
            part["people"],
            part["year_fen"] / 100,
            fact["remedy"],
        ]
        for fact in (view.unknown_row(entry, every, names) for entry in summary["unknown"])
        for part in fact["items"]
    ]
    return Sheet("未知事实", columns, rows)


def changes(diff: Json | None, arrears: Json | None) -> Sheet:
    """变化: by cause, item, item and cause, and area; then back-pay and recovery. The first column says which."""
    columns = [
        Column("分类", 14),
        Column("名称", 28),
        Column("原因", 18),
        Column("新增（项次）", 13, NUMBER),
        Column("金额改变（项次）", 16, NUMBER),
        Column("终止（项次）", 13, NUMBER),
        Column("人", 12, NUMBER),
        Column("每年资金变化（元）", 20, CHANGE),
        Column("补发（元）", 16, YUAN),
        Column("追回（元）", 16, YUAN),
    ]
    return Sheet("变化", columns, [*_changes(diff), *_arrears(arrears)], keep=2)


def _changes(diff: Json | None) -> Iterable[Row]:
    if not diff:
        return
    zh = {cause["cause"]: cause["zh"] for cause in diff["causes"]}
    yield ["合计", "", "", *_kinds(diff["totals"]), diff["totals"]["people"], diff["totals"]["year_fen"] / 100]
    for cause in diff["causes"]:
        yield ["按原因", "", cause["zh"], *_kinds(cause), cause["people"], cause["year_fen"] / 100]
    for item in diff["items"]:
        yield ["按项目", item["name_zh"], "", *_kinds(item), None, item["year_fen"] / 100]
    for item in diff["items"]:
        yield from (
            ["项目和原因", item["name_zh"], zh.get(name, name), *_kinds(kinds)]
            for name, kinds in item["causes"].items()
        )
    for area in diff["areas"]:
        yield ["按地区", area["name"], "", *_kinds(area)]


def _kinds(figures: Json) -> Row:
    return [figures[kind] for kind in ("new", "changed", "ended")]


def _arrears(arrears: Json | None) -> Iterable[Row]:
    if not arrears:
        return
    for item in arrears["items"]:
        yield [
            "补发与追回",
            item["name_zh"],
            "",
            None,
            None,
            None,
            item["back_pay_people"] + item["recovery_people"],
            None,
            item["back_pay_fen"] / 100,
            item["recovery_fen"] / 100,
        ]


def sources(summary: Json, names: Names) -> Sheet:
    """依据: one row an item, its document and article."""
    columns = [
        Column("项目", 26),
        Column("清单", 12),
        Column("文件", 44),
        Column("发布机关、文号、日期", 40),
        Column("条款", 30),
        Column("金额", 24),
        Column("核对", 14),
    ]
    rows = [
        [row["name_zh"], row["list_area_name"], row["title"], row["about"], row["article"], row["money"], row["word"]]
        for row in (view.source_row(item, names) for item in summary["items"])
    ]
    return Sheet("依据", columns, rows)


def notes(summary: Json, diff: Json | None, arrears: Json | None) -> list[tuple[str, str]]:
    """What the workbook is about, as (name, value) lines."""
    totals = summary["totals"]
    return [
        ("地区", f"{summary['area']['name']}（{summary['area']['code']}）"),
        ("月份", f"{words.month_zh(summary['month'])}，参考日 {summary['reference_day']}"),
        *([("性质", "合成数据，非真实个人")] if summary["synthetic"] else []),
        ("核对的人", f"{words.count(summary['people'])} 人，其中在世 {words.count(summary['alive'])} 人"),
        ("至少符合一项", f"{words.count(summary['entitled_people'])} 人"),
        ("暂不能判定", f"{words.count(summary['undecided_people'])} 人（至少一项因信息不全不能判定）"),
        (
            "每年资金",
            f"确定 {yuan(totals['year_fen'])}；待判定的人全部符合时最多 {yuan(totals['year_high_fen'])}",
        ),
        ("变化", f"与{words.month_zh(diff['month_a'])}比较" if diff else "没有与上月比较：yiyang run … --previous RUN"),
        (
            "补发与追回",
            f"{words.month_zh(arrears['month'])}，{arrears['known_then']} 与 {arrears['known_now']} 两次所知"
            if arrears
            else "没有回头核对以前的月份：yiyang arrears",
        ),
        ("金额", "单位为元，数字可以直接相加；按机构计发的项目不列入个人资金；文件未载明金额的项目留空，不代为估计。"),
        ("未知事实", "一个人可能缺几类信息，各行相加会重复。"),
        ("效力", "以印发的文件为准；本表是对文件的结构化整理，没有法律效力。"),
        *view.manifest(summary.get("manifest") or {}),
    ]
