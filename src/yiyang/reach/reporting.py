"""What the commands answer: figures as plain values, tables and maps as files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from yiyang.areas import logic
from yiyang.areas.tables import boundaries
from yiyang.base.errors import UsageError
from yiyang.base.output import atomic_file, atomic_folder
from yiyang.base.screen import t
from yiyang.reach import over_years
from yiyang.reach.drawing import page, svg
from yiyang.reach.logic import Access, Covered, Gap, catchment, coverage, gaps
from yiyang.reach.network.places import sites_at
from yiyang.reach.network.reading import read_facilities, read_planned
from yiyang.reach.over_years import Wanted, in_time, told_of
from yiyang.reach.planned import Planned
from yiyang.reach.policy import Kind
from yiyang.reach.siting.answer import Answer
from yiyang.reach.siting.covering import cover
from yiyang.reach.siting.questioning import question
from yiyang.reach.suggesting import Ground, Question, Site, compared, covering_question, served_after, suggested
from yiyang.reach.trial import Files, ground


@dataclass(frozen=True)
class CoverReport:
    """Coverage of an area: plain values in `told`, and what they were made of."""

    told: dict[str, Any]
    coverage: Sequence[Covered]
    gaps: Sequence[Gap]
    scores: Any
    found: Access

    def rows(self) -> Iterable[Sequence[Any]]:
        """Rows of the table on the screen."""
        for row in self.coverage:
            area = logic.find(row.area)
            share = "" if row.share is None else f"{row.share:.1%}"
            yield (area.name if area else str(row.area), row.group, f"{row.people:,}", f"{row.covered:,}", share)


def covered(stand: Ground, area: str, files: Files) -> CoverReport:
    """Coverage of an area by its parts, with gaps and catchment scores."""
    whole, points = logic.require(area), stand.points
    found = stand.access(stand.facilities, unlimited=True)
    rows = coverage(points, found, np.full(len(points), whole.code))
    below = points.code // 10**6 * 10**6 if whole.level in ("city", "province") else points.code // 1000 * 1000
    parts = [row for row in coverage(points, found, below) if row.group == "elders" and row.area != whole.code]
    people = points.people["elders"]
    scores = catchment(found.minutes, found.allowed, people, stand.facilities.capacity, stand.policy.decay)
    told = {
        "area": whole.code, "name": whole.name, "made_up": files.made_up,
        "standards": [asdict_standard(one) for one in stand.standards], "points": len(points),
        "facilities": len(stand.facilities), "nodes": stand.network.nodes,
        "coverage": [asdict(row) | {"share": row.share} for row in [*rows, *parts]],
        "gaps": [asdict(gap) for gap in gaps(points, found)],
        "off_network": {"points": int(found.off_points.sum()), "facilities": int(found.off_facilities.sum())},
        "places_per_1000": 1000 * float(scores @ people) / max(float(people.sum()), 1.0),
    }  # fmt: skip
    return CoverReport(told, [*rows, *parts], gaps(points, found), scores, found)


def asdict_standard(standard: Any) -> dict[str, Any]:
    """A standard's minutes and mode, and its document."""
    source = standard.source.document if standard.source else None
    return {"name": standard.zh, "minutes": standard.minutes, "mode": standard.mode, "document": source}


def write_cover(out: Path, stand: Ground, report: CoverReport) -> None:
    """Tables (coverage, gaps, points) and a map into a folder."""
    points, found = stand.points, report.found
    with atomic_folder(out) as folder:
        _table(folder / "coverage.csv", ["area", "group", "people", "covered", "off_network", "share"],
               [(r.area, r.group, r.people, r.covered, r.off, r.share) for r in report.coverage])  # fmt: skip
        _table(folder / "gaps.csv", ["code", "name", "elders", "minutes", "allowed", "mode", "off_road_metres"],
               [(g.code, g.name, g.people["elders"], g.minutes, g.allowed, g.mode, g.off_road_metres)
                for g in report.gaps])  # fmt: skip
        _table(folder / "points.csv",
               ["code", "name", "lon", "lat", "made_up", "elders", "minutes", "covered", "score"],
               zip(points.code, points.name, points.lon.round(6), points.lat.round(6), points.made_up.astype(int),
                   points.people["elders"], found.nearest.round(1), found.covered.astype(int),
                   np.round(report.scores, 6), strict=True))  # fmt: skip
        drawing = _drawing(report.told, stand, found.covered, [])
        (folder / "map.svg").write_text(drawing, encoding="utf-8")


def _table(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


@dataclass(frozen=True)
class Wish:
    """What `reach site` was asked. Budget in 10,000 yuan, gap as a share."""

    area: str
    files: Files
    count: int | None
    kind: str | None
    budget: int | None
    group: str
    sites: Path | None
    projects: Path | None
    keeps: str
    seconds: float
    gap: float


@dataclass(frozen=True)
class SiteReport:
    """Suggested sites: plain values in `told`, and what a map needs."""

    told: dict[str, Any]
    answer: Answer
    stand: Ground
    sites: Sequence[Site]
    after: Any


def sited(wish: Wish) -> SiteReport:
    """The sites that cover most. Errors: UsageError for a group, count or budget that does not fit."""
    stand, kind = ground(wish.area, wish.files, kind=wish.kind)
    if wish.group not in stand.points.people:
        names = "、".join(stand.points.people)
        raise UsageError(
            f"没有人群“{wish.group}”，可用：{names}。", f"There is no group {wish.group}; there are: {names}."
        )
    if wish.budget is not None and kind is None:
        raise UsageError(
            "有预算时请用 --kind 指明类别，造价由此而来。", "A budget needs --kind, which says what one costs."
        )
    asked = _question(wish, stand, kind)
    answer, sites, doubted = _answered(wish, asked)
    after, people = served_after(asked, answer.chosen), stand.points.people[wish.group]
    told = {
        "area": logic.require(wish.area).code, "made_up": wish.files.made_up, "group": wish.group,
        "standards": [asdict_standard(one) for one in stand.standards], "candidates": len(asked.sites),
        "sites": [asdict(site) for site in sites], "covered_more": int(answer.objective),
        "share_before": _share(people, asked.served), "share_after": _share(people, after), "question": doubted,
    }  # fmt: skip
    return SiteReport(told | _proved(answer), answer, stand, [site for site in sites if site.fate != "dropped"], after)


def _proved(answer: Answer) -> dict[str, Any]:
    zh, en = answer.words()
    return {
        "objective": answer.objective, "bound": answer.bound, "gap": answer.gap, "status": answer.status,
        "status_zh": zh, "status_en": en, "seconds": round(answer.seconds, 2),
    }  # fmt: skip


def _question(wish: Wish, stand: Ground, kind: Kind | None) -> Question:
    points = stand.points
    sites = read_facilities(wish.sites, stand.policy, points) if wish.sites else sites_at(points, wish.kind or "")
    size = min(kind.sizes, key=lambda one: one.yuan) if kind else None
    budget = None if wish.budget is None else wish.budget * 10_000
    if kind and budget is not None:
        kind.refuse_too_little(budget)
    planned = _planned(wish.projects, stand, kind)
    return covering_question(
        stand, sites, size, group=wish.group, count=wish.count, budget=budget, planned=planned, keeps=wish.keeps
    )


def _planned(path: Path | None, stand: Ground, kind: Kind | None) -> Planned | None:
    if path is None:
        return None
    found = read_planned(path, stand.policy, stand.points)
    return found.completed(kind) if kind else found


def _answered(wish: Wish, asked: Question) -> tuple[Answer, Sequence[Site], dict[str, Any] | None]:
    if wish.keeps == "keep" or not asked.projects:
        answer = cover(asked.problem, gap=wish.gap, seconds=wish.seconds)
        return answer, suggested(asked, answer.chosen), None
    both = question(asked.problem, keep=asked.keep, gap=wish.gap, seconds=wish.seconds)
    plan, free = suggested(asked, both.kept.chosen), suggested(asked, both.free.chosen)
    return both.free, compared(plan, free), told_of(both)


def _share(people: Any, served: Any) -> float:
    return float(people[served].sum() / max(int(people.sum()), 1))


def write_map(path: Path, report: SiteReport) -> None:
    """The map as SVG, or as a page of its own."""
    title = f"{logic.full_name(report.told['area'])} {t('选址建议', 'suggested sites')}"
    drawing = _drawing(report.told, report.stand, report.after, report.sites)
    text = drawing if path.suffix == ".svg" else page(title, _note(report.told), drawing)
    with atomic_file(path) as work:
        work.write_text(text, encoding="utf-8")


def _note(told: dict[str, Any]) -> str:
    made_up = t("含虚拟数据，仅供试用。", "Holds made-up data.") if told["made_up"] else ""
    return f"{t(told['status_zh'], told['status_en'])}。{made_up}" if "status_zh" in told else made_up


def _drawing(told: dict[str, Any], stand: Ground, served: Any, sites: Sequence[Site]) -> str:
    area = told["area"]
    outline = boundaries(area - area % 10**6 if area % 10**6 else area)
    return svg(logic.full_name(area), _note(told), outline, stand.points, served, stand.facilities, sites)


@dataclass(frozen=True)
class PhaseReport:
    """What to build when: plain values in `told`, and the answer with its proof."""

    told: dict[str, Any]
    answer: Answer


def phased(
    area: str, files: Files, kind: str, wanted: Wanted, projects: Path | None, seconds: float, gap: float
) -> PhaseReport:  # fmt: skip
    """What to build of a kind, where, how large and in which year."""
    stand, found = ground(area, files, kind=kind)
    if found is None:
        raise UsageError("请指明设施类别。", "Name a kind of facility.")
    planned = _planned(projects, stand, found)
    planned = in_time(planned, wanted) if planned is not None else None
    slug, _ = stand.policy.kind(kind)
    asked = over_years.asked(stand, found, slug, planned, wanted)
    report = over_years.answered(stand, asked, wanted.keeps, seconds=seconds, gap=gap)
    told = {
        "area": logic.require(area).code, "kind": slug, "made_up": files.made_up, **report.told,
        "buildings": [asdict(site) for site in report.sites], **_proved(report.answer),
        "left_out": {why: list(titles) for why, titles in planned.left_out.items()} if planned is not None else {},
    }  # fmt: skip
    return PhaseReport(told, report.answer)
