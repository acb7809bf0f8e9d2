"""Make the city: people, months, deliveries, and the truth beside them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from yiyang.areas import logic
from yiyang.areas.tables import census_units
from yiyang.base.errors import UsageError
from yiyang.synthetic import facts, identity, steps, truth
from yiyang.synthetic import dirt as dirty
from yiyang.synthetic.chance import Chance
from yiyang.synthetic.days import Month
from yiyang.synthetic.people import RESIDENT, Plan, make_people
from yiyang.synthetic.sheets import SHEETS, Desk, Sheet
from yiyang.synthetic.writing import Style, as_text, file_name, write

MOST = 5  # times the census
README = """虚构数据 · SYNTHETIC DATA

这个文件夹里的人、身份证号码、姓名和事实都是程序按人口普查的数字随机造出来的，没有任何真实的人。
身份证号码只是格式合规；与真实号码或姓名相同纯属偶然。不得用于任何真实的审核、发放或统计。

Everybody in this folder is made up by a program from census margins. No real person's data is here. The identity numbers
are valid by form only; any likeness to a real number or name is chance. Not for any real decision, payment or statistic.

{area}　种子 seed {seed}
YYYY-MM/    各部门交来的登记册 the departments' registers as delivered (with planted faults)
truth/      people-YYYY-MM.parquet  每人每项事实的真值 what is true of everybody on the month's first day
            known-YYYY-MM.parquet   无差错时登记册所能知道的 what a faultless registry can know from the deliveries so far
            events.parquet          两个月之间的变化 what changed between the months
            dirt.parquet            埋下的每一处错误 every planted fault; row counts lines of the file, the headings being 1
            areas.csv               编造的镇村 made-up towns and villages (only where the table of areas has none)
"""


@dataclass
class Made:
    """Counts for the manifest."""

    elders: int = 0
    people: int = 0
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    dirt: dict[str, int] = field(default_factory=dict)


Progress = Callable[[str, str], None]


def plan_of(area: str, months: str, elders: int | None, seed: int) -> Plan:
    """Check what the user asked for. Raises UsageError."""
    found = logic.require(area)
    units = census_units(found.code)
    if not units:
        raise UsageError(f"{logic.full_name(found.code)} 不在人口普查的县级表里。请给出县级或以上区划的代码。",
                         f"{logic.full_name(found.code)} is not in the census table of counties. Name a county or a larger area.")
    total = sum(unit.elders for unit in units)
    if elders is not None and not 1 <= elders <= MOST * total:
        raise UsageError(f"--elders 应在 1 到 {MOST * total:,} 之间（普查有 {total:,} 人），现在是 {elders}。",
                         f"--elders must lie between 1 and {MOST * total:,} (the census counts {total:,}); it is {elders}.")
    return Plan(found.code, units, _months(months), elders, seed)


def _months(text: str) -> list[Month]:
    months = [Month.parse(part) for part in text.split(",")]
    if any(later != earlier.plus(1) for earlier, later in zip(months, months[1:], strict=False)):
        raise UsageError(f"--months 应是连续的月份，从早到晚，现在是“{text}”。",
                         f"--months must be successive months, the earliest first; it is “{text}”.")
    if not 2001 <= months[0].year <= 2050:
        raise UsageError("--months 应在 2001 年到 2050 年之间。", "--months must lie between 2001 and 2050.")
    return months


def make_city(plan: Plan, folder: Path, progress: Progress) -> Made:
    """Write deliveries and truth of every month into an empty folder."""
    chance, made = Chance(plan.seed), Made()
    progress("按普查造人", "Making people from the census")
    people, places = make_people(plan, chance)
    facts.first_state(people, plan.months[0], chance)
    steps.first_reports(people, plan.months[0], chance)
    ids, names = identity.as_arrow(identity.id_numbers(people, chance)), identity.person_names(people, chance)
    made.elders, made.people = int((people["cohort"] == RESIDENT).sum()), len(people["elder"])
    (folder / "truth").mkdir()
    known, events, faults = truth.Known(made.people), [], []
    for index, month in enumerate(plan.months):
        progress(f"{month}：写登记册", f"{month}: writing the registers")
        if index:
            step = steps.Step(people, places, month, index, chance)
            steps.next_month(step)
            events += [(str(month), event) for event in step.events]
        desk = Desk(people, month, index, chance)
        made.rows[str(month)], dirt = _deliver(folder / str(month), plan, desk, ids, names, known)
        faults += dirt
        progress(f"{month}：写真值", f"{month}: writing the truth")
        _write_truth(folder / "truth", desk, ids, names, known)
    truth.write_events(folder / "truth" / "events.parquet", events, ids)
    pq.write_table(pa.concat_tables(faults), folder / "truth" / "dirt.parquet", compression="zstd")
    made.dirt = dict(sorted(Counter(kind for fault in faults for kind in fault["kind"].to_pylist()).items()))
    made.events = dict(sum((Counter({event["kind"]: len(event["elder"])}) for _, event in events), Counter()))
    _write_notes(folder, plan, places.invented)
    return made


def _deliver(folder: Path, plan: Plan, desk: Desk, ids: pa.Array, names: pa.Array,
             known: truth.Known) -> tuple[dict[str, int], list[pa.Table]]:
    """Every register of one month; rows by register, and the planted faults."""
    folder.mkdir()

    def one(make: Callable[[Desk], Sheet]) -> tuple[Sheet, int, pa.Table]:
        sheet = make(desk)
        style = Style(sheet.register, desk.chance)
        columns, dirt = dirty.plant(sheet, as_text(sheet, style, ids, names), style, desk)
        write(folder, sheet.register, columns, style)
        return sheet, len(columns["id_number"]), dirt.table(str(desk.month), file_name(sheet.register))

    # Arrow and NumPy let go of the interpreter where it matters, so two registers are written side by side.
    with ThreadPoolExecutor(2) as pool:
        written = list(pool.map(one, SHEETS))
    for sheet, _, _ in written:
        known.hear(sheet)
    note = {"month": str(desk.month), "area": logic.short(plan.area), "synthetic": True}
    (folder / "delivery.json").write_text(json.dumps(note, ensure_ascii=False) + "\n", "utf-8")
    return {sheet.register: rows for sheet, rows, _ in written}, [table for _, _, table in written]


def _write_truth(folder: Path, desk: Desk, ids: pa.Array, names: pa.Array, known: truth.Known) -> None:
    who = truth.present(desk)
    truth.write_people(folder / f"people-{desk.month}.parquet", desk, truth.true_facts(desk), ids, names, who)
    truth.write_people(folder / f"known-{desk.month}.parquet", desk, known.facts(desk.month.reference), ids, names,
                       who & desk.listed)


def _write_notes(folder: Path, plan: Plan, invented: dict[int, str]) -> None:
    area = f"{logic.full_name(plan.area)} {logic.short(plan.area)}"
    (folder / "README.txt").write_text(README.format(area=area, seed=plan.seed), "utf-8")
    lines = ["code,name", *(f"{code},{name}" for code, name in sorted(invented.items()))]
    (folder / "truth" / "areas.csv").write_text("\n".join(lines) + "\n", "utf-8")


def manifest(plan: Plan, made: Made) -> dict[str, Any]:
    """What the folder holds, for DIR/manifest.json."""
    return {"kind": "city", "synthetic": True, "area": logic.short(plan.area), "name": logic.full_name(plan.area), "seed": plan.seed,
            "months": [str(month) for month in plan.months], "elders": made.elders, "people": made.people,
            "census": sum(unit.elders for unit in plan.units), "rows": made.rows, "events": made.events, "dirt": made.dirt}

