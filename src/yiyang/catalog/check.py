"""`list check`: everything that can be wrong with lists, found before anybody is paid by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from yiyang.base.errors import PolicyError
from yiyang.base.paths import policy_dir
from yiyang.catalog.apply import is_in_force
from yiyang.catalog.binding import bind, covers, effective_program
from yiyang.catalog.cases import CaseRun, Engine, opened, run_cases
from yiyang.catalog.check_logic import NOBODY, check_logic
from yiyang.catalog.check_values import check_meeting, check_values
from yiyang.catalog.facts import load_facts, load_implications
from yiyang.catalog.findings import Finding, Level, finding
from yiyang.catalog.groups import load_groups
from yiyang.catalog.lists import HEAD, AreaList, departments, list_areas, load_list
from yiyang.catalog.loader import line_of, shown
from yiyang.engine.cells import coding_of
from yiyang.engine.facts import hint_en, hint_zh, nearest
from yiyang.engine.proof import never
from yiyang.engine.proof_space import Universe

AGES = (60, 101)  # runs keep every year of age apart, so that thresholds can be simulated
CASE_KINDS = {"case"}
Engines = Mapping[str, Engine]


@dataclass
class Report:
    """What was looked at and what was found."""

    areas: tuple[str, ...]
    on: date
    findings: list[Finding] = field(default_factory=list)
    items: int = 0
    cases: int = 0
    engines: tuple[str, ...] = ()

    def count(self, level: Level) -> int:
        return sum(found.level is level for found in self.findings)

    def summary(self) -> tuple[str, str]:
        """One line, in Chinese and English."""
        errors, warnings, notes = (self.count(level) for level in Level)
        return (
            (
                f"以 {self.on} 为准检查了 {len(self.areas)} 份清单、{self.items} 个项目、{self.cases} 个案例"
                f"（{len(self.engines)} 个引擎）：{errors} 处错误，{warnings} 处提醒，{notes} 处说明。"
            ),
            (
                f"Checked as of {self.on}: {len(self.areas)} lists, {self.items} items, {self.cases} cases on "
                f"{len(self.engines)} engines: {errors} errors, {warnings} warnings, {notes} notes."
            ),
        )

    def json(self) -> dict[str, Any]:
        return {
            "on": self.on.isoformat(),
            "areas": list(self.areas),
            "items": self.items,
            "cases": self.cases,
            "engines": list(self.engines),
            "counts": {level.value: self.count(level) for level in Level},
            "findings": [found.json() for found in self.findings],
        }

    @property
    def failed_cases(self) -> bool:
        return any(found.kind in CASE_KINDS for found in self.findings)

    @property
    def other_errors(self) -> bool:
        return any(found.level is Level.ERROR and found.kind not in CASE_KINDS for found in self.findings)


def check(areas: Sequence[str], on: date, policy: Path | None = None, *, spark: bool = False) -> Report:
    """Check the lists of some areas (all when none is named) as of a day.

    Args:
        spark: run the worked cases on Spark as well.
    """
    chosen = tuple(areas) or list_areas(policy)
    report = Report(chosen, on)
    report.findings.extend(_check_facts(policy))
    report.findings.extend(_check_groups(policy))
    known = _known_items(policy)
    with opened(spark=spark) as engines:
        for area in chosen:
            try:
                report.findings.extend(_check_list(report, area, known, policy, engines))
            except PolicyError as error:
                report.findings.extend(_broken(area, error))
    order = list(Level)
    report.findings = sorted(
        dict.fromkeys(report.findings), key=lambda f: (order.index(f.level), f.area, f.item, f.line)
    )
    return report


def _check_list(report: Report, area: str, known: set[str], policy: Path | None, engines: Engines) -> Iterator[Finding]:
    own = load_list(area, policy)
    report.items += len(own.items)
    yield from _check_head(own, policy)
    yield from check_values(own, report.on)
    for loaded in own.items.values():
        if loaded.item.ends and not is_in_force(loaded.item, report.on):
            zh, en = f"项目已于 {loaded.item.ends} 终止", f"the item ended on {loaded.item.ends}"
            yield finding(Level.NOTE, "ended", area, loaded.path, ("ends",), zh, en, loaded.item.id)
    yield from check_logic(effective_program(area, report.on, policy=policy, own=True), policy)
    yield from check_meeting(own, effective_program(area, report.on, policy=policy), known)
    _must_run(area, report.on, policy)
    yield from _check_cases(report, own, policy, engines)


def _must_run(area: str, on: date, policy: Path | None) -> None:
    """A run over the area must be possible: no circle through lists below, not too many conditions or facts."""
    program = bind([area], on, policy=policy).program
    for rule in program.rules:
        _ = rule.reasons
    coding_of(program, every_year=AGES)


def _check_cases(report: Report, own: AreaList, policy: Path | None, engines: Engines) -> Iterator[Finding]:
    report.cases += sum(len(loaded.cases) for loaded in own.items.values())
    wrong: dict[tuple[str, int], list[CaseRun]] = {}
    for run in run_cases(own, engines, policy):
        report.engines = tuple(dict.fromkeys([*report.engines, run.engine]))
        if not run.is_right:
            wrong.setdefault((run.item, run.number), []).append(run)
    for runs in wrong.values():
        yield _wrong_case(runs, len(report.engines))


def _wrong_case(runs: list[CaseRun], engines: int) -> Finding:
    run, path = runs[0], runs[0].cases_file
    where = "" if len(runs) == engines else f"（{'、'.join(one.engine for one in runs)}）"
    wanted = _said(run.case.answer, run.case.amount_fen, run.case.amount_fen)
    got = _said(*run.got) if run.case.amount_fen is not None else _said(run.got[0], None, None)
    return Finding(
        Level.ERROR,
        "case",
        run.area,
        run.item,
        shown(path),
        line_of(path, ("cases", run.number)),
        f"案例“{run.case.name}”应为{wanted[0]}，算得{got[0]}{where}",
        f"case “{run.case.name}” should be {wanted[1]}, is {got[1]}{where}",
    )


def _said(verdict: str, low: int | None, high: int | None) -> tuple[str, str]:
    zh = {"entitled": "符合", "not_entitled": "不符合", "undecided": "暂不能判定"}[verdict]
    if low is None or (verdict != "entitled" and not high):
        return zh, verdict
    amount = f"{low} 分" if low == high else f"{low} 至 {high} 分"
    return f"{zh}、{amount}", f"{verdict}, {amount.replace('分', 'fen').replace('至', 'to')}"


def _broken(area: str, error: PolicyError) -> Iterator[Finding]:
    """A list that cannot be loaded or bound: each problem brings its own file and line."""
    for zh, en in error.problems or [(error.zh, error.en)]:
        place, _, zh_text = zh.partition("：")
        file, _, line = place.rpartition(":")
        if line.isdigit():
            yield Finding(Level.ERROR, "schema", area, "", file, int(line), zh_text, en.partition(": ")[2])
        else:
            yield Finding(Level.ERROR, "schema", area, "", "", 0, zh, en)


def _check_head(own: AreaList, policy: Path | None) -> Iterator[Finding]:
    head, upper = own.head, own.head.upper
    if upper and (upper == head.area or not covers(upper, head.area)):
        zh, en = f"上级地区 {upper} 不包含 {head.area}", f"the upper area {upper} does not hold {head.area}"
        yield finding(Level.ERROR, "upper", head.area, own.folder / HEAD, ("upper",), zh, en)
    elif upper and upper not in list_areas(policy):
        zh, en = f"上级地区 {upper} 没有清单", f"the upper area {upper} has no list"
        yield finding(Level.WARNING, "upper", head.area, own.folder / HEAD, ("upper",), zh, en)


def _check_groups(policy: Path | None) -> Iterator[Finding]:
    """Hardship groups: what their files name, and whether anybody can belong to them."""
    try:
        definitions = load_groups(policy)
    except PolicyError as error:
        yield from _broken("", error)
        return
    everybody = Universe(implications=load_implications(policy))
    for definition in definitions:
        if never(definition.condition, everybody):
            path = (policy or policy_dir()) / "groups" / f"{definition.id}.yaml"
            yield finding(Level.ERROR, "never", "", path, ("who",), *NOBODY, definition.id)


def _check_facts(policy: Path | None) -> Iterator[Finding]:
    """Owners and registers that facts name."""
    try:
        book, units = load_facts(policy), sorted(departments(policy))
    except PolicyError as error:
        yield from _broken("", error)
        return
    path = (policy or policy_dir()) / "facts.yaml"
    registers = sorted(found.stem for found in (path.parent / "registers").glob("*.yaml"))
    for fact in book.facts.values():
        named = [("owner", fact.owner, units)] + [("from", name, registers) for name in fact.sources if registers]
        for key, name, known in named:
            if name not in known:
                near = nearest(name, known)
                zh, en = (
                    f"没有名为 {name} 的登记册或单位{hint_zh(near)}",
                    f"no register or unit is named {name}{hint_en(near)}",
                )
                yield finding(Level.ERROR, "schema", "", path, ("facts", fact.name, key), zh, en)


def _known_items(policy: Path | None) -> set[str]:
    """Ids of every item of every list, from the file names, so that one broken list does not hide the others."""
    root = (policy or policy_dir()) / "lists"
    return {path.stem for path in root.glob("*/*.yaml") if path.name != HEAD and not path.name.endswith(".cases.yaml")}
