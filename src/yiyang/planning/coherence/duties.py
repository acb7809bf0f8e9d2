"""Units that a plan of this level cannot task: a province's department or all cities in a plan of one city."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yiyang.areas.logic import level
from yiyang.planning.coherence.findings import Amount, Finding, Spot, finding, quote
from yiyang.planning.records import Document, Task

_PROVINCE = re.compile(r"(?<!办公)厅$|^省(?!级)|各市(?:（州）|\(州\)|州)")
_LEVEL_ZH = {"city": "市级", "county": "县级"}


def units(document: Document) -> Iterator[Finding]:
    """Provincial units in the tasks of a city or county, as a rule left over from the text that was followed."""
    own = level(document.area) if document.area else ""
    if own not in _LEVEL_ZH:
        return
    for task in document.tasks:
        strange = [unit for unit in (*task.units, *task.local) if _PROVINCE.search(unit)]
        if strange:
            yield _told(task, "、".join(strange), _LEVEL_ZH[own])


def _told(task: Task, unit: str, own: str) -> Finding:
    fields = dict(task.fields)
    where = next((fields[name] for name in ("lead", "part", "local", "units") if name in fields), task.where)
    label = task.title or task.text
    why = f"任务“{quote(label)[:24]}”由{unit}负责，{own}规划安排不了上级单位，任务实际无人承担。"
    spots = (Spot(where, unit), Spot(task.where, quote(label)))
    amounts = (Amount(unit), Amount(f"{own}规划"))
    return finding("duties", "level", spots, amounts, why, about=label[:30] + unit, sure=0.7, severity="low")
