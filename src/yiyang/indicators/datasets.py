"""What formulas may count: each dataset once, with its columns, its rows in the database, and what is known of when.

Every dataset has a row's place (`area`, a village where one is known) and, where it speaks of somebody, `person`.
All other columns are whole numbers: a word stands as its place in the list of the column's values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from yiyang.catalog.facts import load_facts
from yiyang.catalog.lists import list_areas, load_list
from yiyang.engine.facts import Fact, FactBook, Kind, Label

# Where a dataset's rows come from: the registry in two times, a month's run, or the tables of a room.
REGISTRY, RUN, TABLES = "registry", "run", "tables"


@dataclass(frozen=True)
class Dataset:
    """One kind of rows.

    Attributes:
        zh: what one row is, for the page that says how a figure came about.
        period: whether rows are those of a time (`month`, `year` of the indicator) or as of the day.
        has_people: rows name a person, so that the list behind a figure can be shown.
        query: the rows in PostgreSQL, with the parameters first, after (days, half open; first_at, after_at as moments)
            and until (a moment: what became known later does not count); '' where they are built elsewhere.
        sums: columns that may be added up.
    """

    name: str
    zh: str
    book: FactBook
    source: str = TABLES
    period: bool = False
    has_people: bool = True
    query: str = ""
    sums: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns but area and person."""
        return tuple(dict.fromkeys((*self.book.columns, *self.sums)))


def _yes_no(name: str, zh: str, zh_not: str) -> Fact:
    return Fact(name, Kind.BOOL, zh, name.replace("_", " "), name, zh_not=zh_not, en_not=f"not {name}")


def _one_of(name: str, zh: str, values: Mapping[str, str]) -> Fact:
    labels = tuple(Label(value, said, value.replace("_", " ")) for value, said in values.items())
    return Fact(name, Kind.ENUM, zh, name, name, values=labels)


def _number(name: str, zh: str, unit: str, most: int) -> Fact:
    return Fact(name, Kind.INT, zh, name, name, unit_zh=unit, maximum=most)


def _book(*facts: Fact) -> FactBook:
    return FactBook({fact.name: fact for fact in facts})


STAGES = {
    "found": "已发现", "told": "已告知", "agreed": "已同意", "applied": "已申请", "supplementing": "待补正",
    "checked": "已审核", "granted": "已批准", "in_effect": "享受中", "suspended": "已暂停", "declined": "本人放弃",
    "refused": "不予批准", "withdrawn": "已撤回", "void": "已失效", "ended": "已终止",
}  # fmt: skip
CHANNELS = {"run": "主动发现", "portal": "网上申请", "counter": "窗口受理", "phone": "电话受理", "api": "部门接口"}
VISITED = """
SELECT max(v.area_code) AS area, v.person_id AS person,
    max(CASE WHEN v.state = 'done' AND v.done_on < %(after)s AND v.state_since < %(until)s THEN 1 ELSE 0 END)
        AS is_visited,
    min(CASE WHEN v.state = 'done' AND v.done_on <= v.last AND v.state_since < %(until)s THEN 1 ELSE 0 END)
        AS is_on_time,
    count(*) AS visits
FROM visits_visit AS v
WHERE v.month BETWEEN to_char(%(first)s::date, 'YYYY-MM') AND to_char(%(after)s::date - 1, 'YYYY-MM')
    AND v.state <> 'excused' AND v.cause IN ('monthly', 'risk')
GROUP BY v.month, v.person_id
"""
FINDINGS = """
SELECT f.area_code AS area, f.person_id AS person,
    CASE WHEN f.escalated > 0 OR (f.closed_at IS NULL AND f.due < %(until)s) THEN 1 ELSE 0 END AS was_late,
    CASE WHEN f.closed_at < %(until)s THEN 1 ELSE 0 END AS is_closed,
    array_position(ARRAY['urgent', 'serious', 'minor'], f.severity::text) - 1 AS severity
FROM visits_finding AS f
WHERE f.found_at >= %(first_at)s AND f.found_at < %(after_at)s AND f.found_at < %(until)s AND f.state <> 'void'
"""
VILLAGES = """
SELECT a.code AS area, NULL::bigint AS person,
    CASE WHEN EXISTS (
        SELECT 1 FROM visits_post AS p WHERE p.area_code = a.code AND p.starts < %(after)s
        AND (p.ends IS NULL OR p.ends >= %(after)s::date - 1)
    ) THEN 1 ELSE 0 END AS has_visitor
FROM areas_area AS a
WHERE a.level = 'village' AND a.kind <> 'placeholder' AND a.code > 0 AND a.valid_from < %(after)s
    AND (a.valid_to IS NULL OR a.valid_to >= %(after)s::date - 1)
"""
ASSESSMENTS = """
SELECT r.area_code AS area, r.person_id AS person,
    greatest((r.issued_at AT TIME ZONE 'Asia/Shanghai')::date - (q.asked_at AT TIME ZONE 'Asia/Shanghai')::date, 0)
        AS days,
    r.level AS level
FROM assessment_result AS r JOIN assessment_request AS q ON q.id = r.request_id
WHERE r.issued_at >= %(first_at)s AND r.issued_at < %(after_at)s AND r.issued_at < %(until)s AND r.state <> 'withdrawn'
"""
# The state in which the day ended, from the steps: so a past day is counted as it was.
CASES = """
SELECT c.area_code AS area, c.person_id AS person, array_position({items}, c.item::text) - 1 AS item,
    array_position({stages}, s.to_state::text) - 1 AS stage,
    array_position({channels}, c.channel::text) - 1 AS channel
FROM cases_case AS c JOIN (
    SELECT DISTINCT ON (case_id) case_id, to_state FROM cases_step
    WHERE at < %(after_at)s AND at < %(until)s ORDER BY case_id, id DESC
) AS s ON s.case_id = c.id
"""
OPENED = """
SELECT c.area_code AS area, c.person_id AS person, array_position({items}, c.item::text) - 1 AS item,
    array_position({channels}, c.channel::text) - 1 AS channel
FROM cases_case AS c JOIN (SELECT case_id, min(at) AS at FROM cases_step GROUP BY case_id) AS s ON s.case_id = c.id
WHERE s.at >= %(first_at)s AND s.at < %(after_at)s AND s.at < %(until)s
"""
GRANTED = """
SELECT c.area_code AS area, c.person_id AS person, array_position({items}, c.item::text) - 1 AS item,
    greatest((d.decided_at AT TIME ZONE 'Asia/Shanghai')::date - (s.at AT TIME ZONE 'Asia/Shanghai')::date, 0) AS days
FROM cases_decision AS d JOIN cases_case AS c ON c.id = d.case_id
JOIN (SELECT case_id, min(at) AS at FROM cases_step GROUP BY case_id) AS s ON s.case_id = c.id
WHERE d.kind = 'grant' AND d.decided_at >= %(first_at)s AND d.decided_at < %(after_at)s AND d.decided_at < %(until)s
"""


def _array(words: Mapping[str, str]) -> str:
    return "ARRAY[" + ", ".join(f"'{word}'" for word in words) + "]::text[]"


@cache
def item_names() -> dict[str, str]:
    """Every item of every list, by id, in a fixed order: the values of the column `item`."""
    found: dict[str, str] = {}
    for area in list_areas():
        for key, loaded in load_list(area).items.items():
            found.setdefault(key, loaded.item.name.zh)
    return dict(sorted(found.items()))


@cache
def datasets() -> dict[str, Dataset]:
    """All datasets by name."""
    item, days = _one_of("item", "项目", item_names()), _number("days", "用时", "天", 3660)
    channel, stage = _one_of("channel", "来源", CHANNELS), _one_of("stage", "状态", STAGES)
    words = {"items": _array(item_names()), "stages": _array(STAGES), "channels": _array(CHANNELS)}
    severity = _one_of("severity", "程度", {"urgent": "紧急", "serious": "较重", "minor": "一般"})
    found = (
        Dataset("people", "登记册中的一位老年人", load_facts(), REGISTRY),
        Dataset(
            "answers", "月度运行中一位老年人的一个项目", _book(item, _yes_no("certain", "确定应享", "待定")), RUN,
            sums=("year_yuan",),
        ),
        Dataset(
            "visited", "一位应探访的老年人在一个月里",
            _book(
                _yes_no("is_visited", "已探访", "未探访"), _yes_no("is_on_time", "每次按时", "有未按时"),
                _number("visits", "应探访次数", "次", 100),
            ), period=True, query=VISITED, sums=("visits",),
        ),
        Dataset(
            "findings", "一件异常情况",
            _book(_yes_no("was_late", "超过时限", "未超时限"), _yes_no("is_closed", "已办结", "未办结"), severity),
            period=True, query=FINDINGS,
        ),
        Dataset(
            "villages", "一个村（社区）", _book(_yes_no("has_visitor", "有在岗探访员", "没有在岗探访员")),
            has_people=False, query=VILLAGES,
        ),
        Dataset(
            "assessments", "一份签发的评估结果", _book(days, _number("level", "等级", "级", 9)), period=True,
            query=ASSESSMENTS, sums=("days",),
        ),
        Dataset("cases", "一件个案", _book(item, stage, channel), query=CASES.format(**words)),
        Dataset("opened", "一件新开的个案", _book(item, channel), period=True, query=OPENED.format(**words)),
        Dataset(
            "granted", "一件批准的个案", _book(item, days), period=True, query=GRANTED.format(**words), sums=("days",)
        ),
    )  # fmt: skip
    return {each.name: each for each in found}


def books() -> dict[str, FactBook]:
    """The columns that a formula may name, by dataset."""
    return {name: each.book for name, each in datasets().items()}
