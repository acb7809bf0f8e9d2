"""Numbers, money, days and months as the pages write them. Pure: a value in, text out."""

from __future__ import annotations

from datetime import date, datetime

from yiyang.base.clock import CHINA

NOTHING = "—"
OPEN_END = 99991231


def number(value: float | int | None) -> str:
    """1234567 → 1,234,567; 3.25 → 3.3; None → —."""
    if value is None:
        return NOTHING
    return f"{int(value):,}" if value == int(value) else f"{value:,.1f}"


def money(fen: int | None) -> str:
    """Fen → ¥1,234.50; negative amounts keep their sign in front."""
    if fen is None:
        return NOTHING
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def wan(value: int | float | None) -> str:
    """Counts from ten thousand up as 120.4 万, from a hundred million up as 1.2 亿; smaller ones in full."""
    if value is None:
        return NOTHING
    if abs(value) >= 10**8:
        return f"{value / 10**8:,.1f} 亿"
    return f"{value / 10**4:,.1f} 万" if abs(value) >= 10**4 else number(value)


def day(value: int | date | datetime | str | None) -> str:
    """A day as 2026-11-22, from 20261122 too, and that of a moment in China; the open end of a period is 至今."""
    if value in (None, ""):
        return NOTHING
    if isinstance(value, int):
        return "至今" if value == OPEN_END else f"{value // 10000:04d}-{value // 100 % 100:02d}-{value % 100:02d}"
    if isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(CHINA)
    return value.strftime("%Y-%m-%d") if isinstance(value, date) else str(value)


def month(value: str | int | date | None) -> str:
    """2026-11, 202611 or a day → 2026年11月."""
    if value in (None, ""):
        return NOTHING
    text = value.strftime("%Y%m") if isinstance(value, date) else str(value).replace("-", "")
    return f"{int(text[:4])}年{int(text[4:6])}月" if text[:6].isdigit() and len(text) >= 6 else str(value)


def size(octets: int | None) -> str:
    """Bytes → 12 KB, 3.4 MB."""
    if octets is None:
        return NOTHING
    return f"{octets / 2**20:,.1f} MB" if octets >= 2**20 else f"{-(-octets // 1024):,} KB"
