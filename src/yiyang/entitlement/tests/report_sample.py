"""A small run of 达州市 by hand, for the tests of its pages. Made up, but of the right size."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
# County, people on the register. 511771 has no polygon; 500154 lies outside the city.
COUNTIES = {
    "511702": ("通川区", 165_889),
    "511703": ("达川区", 209_485),
    "511722": ("宣汉县", 204_189),
    "511723": ("开江县", 99_972),
    "511724": ("大竹县", 191_020),
    "511725": ("渠县", 230_219),
    "511771": ("达州经济开发区", 10_027),
    "511781": ("万源市", 85_090),
    "500154": ("开州区", 1_651),
}


def item(rule: int, name: str, area: tuple[str, str], fen: int, share: float, **other: Any) -> Json:
    """An item that gives `fen` a month to a share of everybody under its list."""
    inside = [code for code in COUNTIES if code.startswith(area[0].rstrip("0"))]
    parts = [{"area": code, **_figures(int(COUNTIES[code][1] * share), fen)} for code in inside]
    return {
        "rule": rule,
        "item": f"item_{rule}",
        "list_area": area[0],
        "list_area_name": area[1],
        "name_zh": name,
        "name_en": name,
        "form": "material",
        "kind": "cash",
        "per": "person",
        "every": "month",
        "basis": "registered",
        "delivery": "application",
        "responsible": ["civil_affairs", "finance"],
        "states_amount": bool(fen),
        "no_amount": None if fen else "not_stated",
        "document": "dazhu_plan_14th",
        "article": "第三章第一节",
        "checked": "transcribed",
        "who_zh": "年满80周岁",
        "who_en": "80 and over",
        "by_area": parts,
        **{key: sum(part[key] for part in parts) for key in _figures(0, 0)},
        **other,
    }


def _figures(people: int, fen: int) -> Json:
    maybe = people // 10
    low, high = people * fen, (people + maybe) * fen
    return {
        "entitled": people,
        "paid": people,
        "undecided": maybe,
        "fen": low,
        "high_fen": high,
        "year_fen": low * 12,
        "year_high_fen": high * 12,
    }


DAZHU, CITY = ("511724", "大竹县"), ("511700", "达州市")


def summary(**other: Any) -> Json:
    """The content of summary.json."""
    items = [
        item(0, "能力评估", CITY, 0, 0.99, form="care", checked="recalled", document="national_list_2023"),
        item(1, "高龄津贴", DAZHU, 6000, 0.14, delivery="automatic"),
        item(2, "特困人员供养", DAZHU, 88400, 0.012, responsible=["civil_affairs"]),
        item(3, "老年节慰问", CITY, 5000, 0.03, per="household", form="concern", paid=20_000),
        item(4, "助乐服务", CITY, 100_000, 0.02, per="facility", every="week"),
    ]
    paying = [one for one in items if one["states_amount"] and one["per"] != "facility"]
    return {
        "month": "2026-11",
        "reference_day": "2026-11-01",
        "area": {"code": "511700", "name": "四川省达州市"},
        "synthetic": True,
        "people": 1_197_542,
        "entitled_people": 1_196_001,
        "undecided_people": 84_120,
        "alive": 1_196_002,
        "areas": [{"code": code, "name": name, "people": people} for code, (name, people) in COUNTIES.items()],
        "items": items,
        "totals": {"items": len(items)}
        | {key: sum(one[key] for one in paying) for key in ("year_fen", "year_high_fen")},
        "unknown": [
            {
                "fact": "ability",
                "zh": "老年人能力等级",
                "en": "ability",
                "owner": "assessment_agency",
                "year_fen": 1_234_500,
                "people": 64_706,
                "items": [{"rule": 1, "item": "item_1", "people": 64_706, "year_fen": 1_234_500}],
            },
            {
                "fact": "living_arrangement",
                "zh": "居住状况",
                "en": "living",
                "owner": "township",
                "year_fen": 0,
                "people": 2_395,
                "items": [{"rule": 0, "item": "item_0", "people": 2_395, "year_fen": 0}],
            },
        ],
        "manifest": {"list_hash": "baa09126", "snapshot_hash": "e0ecbee6", "version": "0.1.0"},
        **other,
    }


def diff() -> Json:
    """The content of diff.json."""
    kinds = {"new": 705, "changed": 3, "ended": 667}
    return {
        "month_a": "2026-10",
        "month_b": "2026-11",
        "totals": {**kinds, "people": 1_300, "year_fen": -4_800_000},
        "causes": [
            {
                "cause": "death",
                "zh": "去世",
                "en": "death",
                "new": 0,
                "changed": 0,
                "ended": 667,
                "people": 640,
                "year_fen": -54_000_000,
            },
            {
                "cause": "birthday",
                "zh": "到达年龄",
                "en": "birthday",
                "new": 705,
                "changed": 3,
                "ended": 0,
                "people": 660,
                "year_fen": 49_200_000,
            },
        ],
        "items": [
            {
                "item": "item_1",
                "list_area": "511724",
                "name_zh": "高龄津贴",
                **kinds,
                "year_fen": -4_800_000,
                "causes": {
                    "death": {"new": 0, "changed": 0, "ended": 667},
                    "birthday": {"new": 705, "changed": 3, "ended": 0},
                },
            }
        ],
        "areas": [
            {"area": "511724", "name": "大竹县", "new": 700, "changed": 3, "ended": 660},
            {"area": "500154", "name": "开州区", "new": 5, "changed": 0, "ended": 7},
        ],
    }


def arrears() -> Json:
    """The content of arrears.json."""
    figures = {"back_pay_fen": 123_400, "back_pay_people": 12, "recovery_fen": 80_000, "recovery_people": 1}
    return {
        "month": "2026-10",
        "known_then": "2026-10-01",
        "known_now": "2026-11-01",
        "totals": {**figures, "people": 13},
        "items": [{"item": "item_1", "list_area": "511724", "name_zh": "高龄津贴", **figures}],
    }


def square(code: str, name: str, x: float, key: str = "adcode") -> Json:
    """A county as a unit square."""
    ring = [[x, 30.0], [x + 1, 30.0], [x + 1, 31.0], [x, 31.0], [x, 30.0]]
    return {
        "type": "Feature",
        "properties": {key: code, "name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def boundaries() -> Json:
    """Two counties of the city, and one in no list of figures."""
    squares = [
        square("511702", "通川区", 107),
        square("511724", "大竹县", 108, "code"),
        square("511799", "无数字县", 109),
    ]
    return {"type": "FeatureCollection", "features": squares}
