"""Words and figures of the report: labels in Chinese, fen as money, large counts in 万 and 亿."""

from __future__ import annotations

from collections.abc import Mapping

from yiyang.base.screen import yuan

FORMS = {"material": "物质帮助", "care": "照护服务", "concern": "关爱服务"}
PERIODS = {"once": "一次", "week": "每周", "month": "每月", "quarter": "每季", "year": "每年", "time": "每次"}
DELIVERY = {"automatic": "免申即享", "application": "依申请"}
BASIS = {"registered": "按户籍地", "resident": "按居住地"}
NO_AMOUNT = {"not_stated": "文件未载明金额", "by_formula": "按公式计发", "free_of_charge": "免费提供"}
# State is never told by colour alone: a sign and a word go with it. The last is the style class.
CHECKED = {
    "original": ("✓", "已核对原件", "good"),
    "transcribed": ("≡", "据存本转录", "plain"),
    "recalled": ("⚠", "待核对", "wait"),
}
CHECKED_MEANS = {
    "original": "与印发的文件逐条核对过",
    "transcribed": "取自保存的文件文本，未见印发原件",
    "recalled": "凭记忆或二手材料整理，使用前须与原件核对",
}
NO_BREAK = "\N{NO-BREAK SPACE}"
# What to do about a missing fact. `{owner}` is the department that keeps it.
_ASK = "请{owner}补报或核实“{fact}”，下月数据到后重算。"
REMEDIES: Mapping[str, str] = {
    "age": "请{owner}核对出生日期，更正后回传。",
    "registered_area": "请{owner}核对户籍地到村（社区）。",
    "resident_area": "请{owner}会同乡镇（街道）核实现居住地，先补跨县居住的人。",
    "ability": "由{owner}安排老年人能力综合评估；先评已满足其他条件的人。",
    "self_care": "请{owner}对特困人员补做生活自理能力评估。",
    "living_arrangement": "由{owner}组织村（社区）入户登记居住状况，可与探访同做。",
    "lonely": "由{owner}组织村（社区）入户核实有无配偶、子女。",
    "sex": "请{owner}核对身份证号和性别，更正后回传。",
    "hardship": "请{owner}补报困难身份认定结果，先补已享受其他待遇的人。",
    "dementia": "请{owner}在健康体检时加做认知功能初筛。",
    "health_check_date": "请{owner}补报最近一次健康体检日期。",
    "ltci_grade": "请{owner}提供长期护理保险失能等级评定结果。",
    "family_care_training": "请{owner}提供家庭照护培训名册。",
}


def remedy(fact: str, zh: str, owner: str) -> str:
    """What to do next about a missing fact, as a sentence."""
    return REMEDIES.get(fact, _ASK).format(owner=owner, fact=zh)


def month_zh(month: str) -> str:
    """2026年11月 from 2026-11."""
    year, _, number = month.partition("-")
    return f"{year}年{int(number)}月" if number.isdigit() else month


def count(number: int) -> str:
    """The exact count, 1,204,411."""
    return f"{number:,}"


def big(number: int) -> str:
    """A large count as one reads it, 120.4 万; below ten thousand exact."""
    for unit, size, places in (("亿", 10**8, 2), ("万", 10**4, 1)):
        if abs(number) >= size:
            return f"{number / size:,.{places}f}{NO_BREAK}{unit}"
    return f"{number:,}"


def big_yuan(fen: int) -> str:
    """Fen as ¥1.38 亿 or ¥137.5 万; below ten thousand yuan exact."""
    return yuan(fen) if abs(fen) < 10**6 else _signed(fen, big(abs(fen) // 100))


def wan(fen: int) -> str:
    """Fen in one unit down a column: ¥13,753.44 万."""
    return _signed(fen, f"{abs(fen) / 10**6:,.2f} 万") if fen else "¥0"


def plain_yuan(fen: int) -> str:
    """Fen as yuan for a CSV cell: 137534400.00."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def signed(text: str, number: int) -> str:
    """A change with its sign: +1,234."""
    return f"+{text}" if number > 0 else text


def _signed(fen: int, text: str) -> str:
    return f"{'-' if fen < 0 else ''}¥{text}"
