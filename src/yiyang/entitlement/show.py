"""Answers as tables on the screen."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from yiyang.base.screen import console, lang, show_table, t, yuan

Json = dict[str, Any]
EVERY = {
    "once": ("一次性", "once"),
    "week": ("每周", "week"),
    "month": ("每月", "month"),
    "quarter": ("每季", "quarter"),
    "year": ("每年", "year"),
    "time": ("每次", "each time"),
}
ANSWERS = {
    "entitled": ("可以享受", "entitled", "green"),
    "not_entitled": ("不能享受", "not entitled", "dim"),
    "undecided": ("暂不能判定", "undecided", "yellow"),
}
STATES = {"met": ("✓ 符合", "✓ met"), "not_met": ("✗ 不符合", "✗ not met"), "unknown": ("? 未知", "? unknown")}


EXCLUSIONS = {
    "met": ("✗ 因此排除", "✗ excludes"),
    "not_met": ("✓ 不影响", "✓ no bar"),
    "unknown": ("? 可能排除", "? may exclude"),
}
EXACTNESS = {"exact": ("", ""), "at_least": ("不低于", " at least"), "at_most": ("至多", " at most")}
NO_AMOUNT = {
    "by_formula": ("　按规定公式计发", "  by formula"),
    "free_of_charge": ("　免费", "  free of charge"),
    "not_stated": ("　文件未载明金额", "  no amount stated"),
    None: ("　文件未载明金额", "  no amount stated"),
}
CHECKED = {
    "original": ("已核对原件", "checked against the original"),
    "transcribed": ("据文本转录", "from a stored copy of the text"),
    "recalled": ("凭记忆，待核对", "from memory, to be checked"),
}


def _line(zh: str, en: str, style: str = "") -> None:
    console().print(Text(t(zh, en), style=style))


def _name(row: Json) -> str:
    return str(row.get(f"name_{lang()}") or row["name_zh"])


def _every(row: Json) -> str:
    return t(*EVERY[row["every"]])


def _mark(found: Json) -> str:
    return t("（合成数据，非真实个人）", " (synthetic people)") if found.get("synthetic") else ""


def summary(found: Json) -> None:
    """Who is found and what it costs, by item."""
    rows = [
        [
            row["list_area_name"],
            _name(row),
            f"{row['entitled']:,}",
            f"{row['undecided']:,}",
            _every(row),
            f"{t(*EXACTNESS[row['exactness']])} {yuan(row['fen'])}".strip() if row["states_amount"] else "—",
        ]
        for row in found["items"]
        if row["entitled"] or row["undecided"]
    ]
    show_table(
        f"{found['area']['name']} {found['month']}{_mark(found)}",
        [
            (t("清单", "list"), "left"),
            (t("项目", "item"), "left"),
            (t("可享受（人）", "entitled"), "right"),
            (t("未判定（人）", "undecided"), "right"),
            (t("周期", "period"), "left"),
            (t("金额", "amount"), "right"),
        ],
        rows,
    )
    totals = found["totals"]
    _line(
        f"核对 {found['people']:,} 人；{found['entitled_people']:,} 人至少享受一项，"
        f"{found['undecided_people']:,} 人有待查清的项目；"
        f"每年 {yuan(totals['year_fen'])}（其中 {yuan(totals['ceiling_year_fen'])} 按最高限额计），"
        f"查清后至多 {yuan(totals['year_high_fen'])}。",
        f"{found['people']:,} people looked at; {found['entitled_people']:,} entitled to something, "
        f"{found['undecided_people']:,} with something undecided; "
        f"{yuan(totals['year_fen'])} a year ({yuan(totals['ceiling_year_fen'])} of it by ceilings), "
        f"at most {yuan(totals['year_high_fen'])} once all is known.",
    )


def explanation(told: Json, *, single: bool) -> None:
    """A person's items: those found first, each with its conditions."""
    _line(
        f"人员 {told['person']}　{told['month']}{_mark(told)}",
        f"Person {told['person']}  {told['month']}{_mark(told)}",
        "bold",
    )
    order = {"entitled": 0, "undecided": 1, "not_entitled": 2}
    for row in sorted(told["items"], key=lambda row: order[row["answer"]]):
        _item(row)
    if not single:
        show_table(
            t("本人事实", "Facts"),
            [(t("事实", "fact"), "left"), (t("取值", "value"), "left")],
            [[f["name"], f["value"]] for f in told["facts"]],
        )


def _item(row: Json) -> None:
    zh, en, style = ANSWERS[row["answer"]]
    amount = _amount(row)
    _line(
        f"● {_name(row)}（{row['list_area_name']}）：{zh}{amount}",
        f"● {_name(row)} ({row['list_area_name']}): {en}{amount}",
        style,
    )
    for line in row["conditions"]:
        indent = "    " + "    " * line["depth"]
        value = f"　[{line['value']}]" if line["value"] else ""
        _line(
            f"{indent}{t(*STATES[line['state']])}　{line['says']}{value}",
            f"{indent}{t(*STATES[line['state']])}  {line['says']}{value}",
        )
    if row["answer"] != "not_entitled":
        _tiers(row)
    for reason in row["stacking"]:
        _line(
            f"    {t(*EXCLUSIONS[reason['state']])}　{reason['says']}",
            f"    {t(*EXCLUSIONS[reason['state']])}  {reason['says']}",
        )
    source, checked = row["source"], t(*CHECKED[row["source"]["checked"]])
    _line(
        f"    依据：《{source['title']}》{source['article']}（{checked}）",
        f"    source: {source['title']} {source['article']} ({checked})",
        "dim",
    )


def _tiers(row: Json) -> None:
    for tier in row["tiers"]:
        if tier["state"] != "not_met":
            bound = t(*EXACTNESS[tier["exactness"]])
            _line(
                f"    {t(*STATES[tier['state']])}　{tier['name']}：{_every(row)}{bound} {yuan(tier['fen'])}",
                f"    {t(*STATES[tier['state']])}  {tier['name']}: {_every(row)}{bound} {yuan(tier['fen'])}",
            )
        if tier["state"] == "met":
            return


def _amount(row: Json) -> str:
    if row["answer"] == "not_entitled":
        return ""
    if not row["states_amount"]:
        return t(*NO_AMOUNT[row["no_amount"]])
    if row["per"] == "facility":
        return t("　按机构计发，不发给个人", "  paid to the facility, not to people")
    return _sum(row) + (
        "" if row["payee"] else t("（每户一份，由同户年长者领取）", " (once a household, paid to the eldest)")
    )


def _sum(row: Json) -> str:
    if row["low_fen"] == row["high_fen"]:
        return f"　{_every(row)} {yuan(row['low_fen'])}"
    return f"　{_every(row)} {yuan(row['low_fen'])}–{yuan(row['high_fen'])}"


def difference(found: Json, *, by_item: bool = True) -> None:
    """Changes by cause and, unless left out, by item."""
    heads = [
        (t("新增", "new"), "right"),
        (t("变动", "changed"), "right"),
        (t("停止", "ended"), "right"),
        (t("每年金额变化", "a year"), "right"),
    ]

    def cells(row: Json) -> list[str]:
        return [f"{row['new']:,}", f"{row['changed']:,}", f"{row['ended']:,}", yuan(row["year_fen"])]

    show_table(
        f"{found['month_a']} → {found['month_b']}{_mark(found)}",
        [(t("原因", "cause"), "left"), *heads],
        [[row[lang()], *cells(row)] for row in found["causes"]],
    )
    if by_item:
        show_table(
            t("按项目", "By item"),
            [(t("清单", "list"), "left"), (t("项目", "item"), "left"), *heads],
            [[row["list_area"], row["name_zh"], *cells(row)] for row in found["items"]],
        )
    total = found["totals"]
    _line(
        f"共 {total['people']:,} 人有变化："
        f"新增 {total['new']:,} 项、变动 {total['changed']:,} 项、停止 {total['ended']:,} 项。",
        f"{total['people']:,} people changed: "
        f"{total['new']:,} new, {total['changed']:,} changed, {total['ended']:,} ended.",
    )


def arrears(found: Json) -> None:
    """Back-pay and recovery by item."""
    show_table(
        t(
            f"{found['month']}：{found['known_then']} 所知 对 {found['known_now']} 所知",
            f"{found['month']}: known {found['known_then']} against {found['known_now']}",
        ),
        [
            (t("项目", "item"), "left"),
            (t("补发（人）", "back-pay"), "right"),
            (t("补发金额", "amount"), "right"),
            (t("追回（人）", "recovery"), "right"),
            (t("追回金额", "amount"), "right"),
        ],
        [
            [
                row["name_zh"],
                f"{row['back_pay_people']:,}",
                yuan(row["back_pay_fen"]),
                f"{row['recovery_people']:,}",
                yuan(row["recovery_fen"]),
            ]
            for row in found["items"]
        ],
    )
    total = found["totals"]
    _line(
        f"补发 {yuan(total['back_pay_fen'])}，追回 {yuan(total['recovery_fen'])}，涉及 {total['people']:,} 人。",
        f"Back-pay {yuan(total['back_pay_fen'])}, recovery {yuan(total['recovery_fen'])}, {total['people']:,} people.",
    )


def simulation(found: Json) -> None:
    """Budget, winners and losers, in all and by group."""
    _line(
        f"每年资金变化 {yuan(found['budget_year_fen'])}；受益 {found['winners']:,} 人，受损 {found['losers']:,} 人"
        f"（{found['milliseconds']} 毫秒）{_mark(found)}",
        f"Budget {yuan(found['budget_year_fen'])} a year; {found['winners']:,} win, {found['losers']:,} lose "
        f"({found['milliseconds']} ms){_mark(found)}",
        "bold",
    )
    show_table(
        t("按项目", "By item"),
        [
            (t("项目", "item"), "left"),
            (t("新增享受（人）", "newly entitled"), "right"),
            (t("不再享受（人）", "no longer"), "right"),
            (t("每年金额", "a year"), "right"),
            (t("受益（人）", "winners"), "right"),
            (t("受损（人）", "losers"), "right"),
        ],
        [
            [
                row["name_zh"],
                f"{row['newly_entitled']:,}",
                f"{row['no_longer_entitled']:,}",
                yuan(row["budget_year_fen"]),
                f"{row['winners']:,}",
                f"{row['losers']:,}",
            ]
            for row in found["items"]
        ],
    )
    _groups(t("按地区", "By area"), found["by_area"], "name")
    _groups(t("按年龄", "By age"), found["by_age"], "group")
    _groups(t("按困难类别", "By hardship"), found["by_hardship"], "group")
    show_table(
        t("每人每年变化", "Change a person a year"),
        [(t("从", "from"), "right"), (t("到", "to"), "right"), (t("人数", "people"), "right")],
        [[yuan(row["from_fen"]), yuan(row["to_fen"]), f"{row['people']:,}"] for row in found["histogram"]],
    )


def _groups(title: str, rows: list[Json], key: str) -> None:
    if not rows:
        return
    show_table(
        title,
        [
            ("", "left"),
            (t("每年金额", "a year"), "right"),
            (t("受益（人）", "winners"), "right"),
            (t("受损（人）", "losers"), "right"),
        ],
        [[row[key], yuan(row["budget_year_fen"]), f"{row['winners']:,}", f"{row['losers']:,}"] for row in rows],
    )


def next_facts(found: Json) -> None:
    """Missing facts, those with most money first."""
    show_table(
        t(f"接下来先查什么 {found['month']}{_mark(found)}", f"What to find out next {found['month']}{_mark(found)}"),
        [
            (t("事实", "fact"), "left"),
            (t("责任部门", "owner"), "left"),
            (t("人数", "people"), "right"),
            (t("涉及项目", "items"), "right"),
            (t("每年至多", "a year at most"), "right"),
        ],
        [
            [row[lang()], row[f"owner_{lang()}"], f"{row['people']:,}", str(row["items"]), yuan(row["year_fen"])]
            for row in found["facts"]
        ],
    )
