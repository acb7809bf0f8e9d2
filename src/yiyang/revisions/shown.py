"""What the pages of a revision show: its frame, its tabs, its way so far, and what one may do."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import Scope, current
from yiyang.catalog import issued
from yiyang.catalog.labels import area_name
from yiyang.kit.parts import Definition, Event, Tab
from yiyang.revisions import actions, floor, installing
from yiyang.revisions.forms import DeclareForm
from yiyang.revisions.models import Act, Revision
from yiyang.revisions.steps import BY_SLUG, EDITABLE, OPEN, PARTS, Step, open_from

TOP, READ = "服务清单", "list.read"
TONES = {"sent_back": "wait", "issued": "good", "filed": "good", "dropped": "bad"}
Json = dict[str, Any]


def mine() -> Any:
    """Revisions where somebody may read them."""
    within = current().where(READ)
    return Revision.objects.filter(within.q("area_code"))


def find(pk: int) -> Revision:
    """One of them, or 404."""
    found: Revision = get_object_or_404(mine(), pk=pk)
    return found


def name_of(revision: Revision) -> str:
    """达州市清单 2026-11-22."""
    return f"{area_name(f'{revision.area_code:012d}')}清单 {revision.version}"


def crumbs(revision: Revision, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a revision's pages."""
    code = f"{revision.area_code:012d}"
    here = [
        (TOP, reverse("revisions:lists")),
        (area_name(code), reverse("revisions:area", args=[revision.area_code])),
        (revision.version, reverse("revisions:revision", args=[revision.pk]) if more else ""),
    ]
    return [*here, *more]


def tabs_of(revision: Revision, here: str) -> list[Tab]:
    """The pages of a revision."""
    items = sum(name.endswith(".yaml") and name.count(".") == 1 and name != "list.yaml" for name in revision.files)
    pages = (
        ("revision", "办理", None), ("items", "项目", items), ("differences", "与现行对照", None),
        ("effect", "费用影响", None), ("texts", "文本", None),
    )  # fmt: skip
    return [
        Tab(title, reverse(f"revisions:{name}", args=[revision.pk]), name == here, count)
        for name, title, count in pages
    ]


def events(row: Revision) -> list[Event]:
    return [_event(act) for act in row.acts.all()]


def _event(act: Act) -> Event:
    step = BY_SLUG.get(act.slug)
    said = act.opinion or ""
    floor_said = "" if act.floor_holds is None else "不低于上级" if act.floor_holds else "当时低于上级"
    return Event(
        act.at,
        f"{step.done if step else act.slug}　{act.by_name}",
        said,
        "；".join(part for part in (floor_said, f"指纹 {act.hash[:12]}") if part),
        TONES.get(act.to_state, "info") if act.from_state != act.to_state else "",
    )


def way_of(found: Revision) -> Json:
    """The page of steps: the floor, problems, opinions, and what one may do."""
    by = current()
    return {
        "revision": found, "title": name_of(found), "crumbs": crumbs(found), "tabs": tabs_of(found, "revision"),
        "lines": _definitions(found), "events": events(found),
        "steps": [step for step in open_from(found.state) if actions.may_take(found, step, by)],
        "barred": list(_barred(found, by)),
        "errors": [one for one in found.problems if one["level"] == "error"],
        "warnings": [one for one in found.problems if one["level"] == "warning"],
        "is_editable": found.state in EDITABLE and is_free(found, "edit", by),
        "is_drifted": found.state in OPEN and is_drifted(found),
        "is_laid": found.pk not in {row.pk for row in installing.missing()},
        **_floor(found, by),
    }  # fmt: skip


def is_free(found: Revision, slug: str, by: Scope) -> bool:
    """Whether somebody has the step's right and no other part in the revision."""
    step = BY_SLUG[slug]
    return by.may(step.right, _at(found, step)) and not actions.other_part(found, step, by)


def is_drifted(found: Revision) -> bool:
    """Whether the version in force is no longer the one that the draft began from."""
    return issued.content_hash(installing.newest_files(found.area_code)) != issued.content_hash(found.base)


def _barred(found: Revision, by: Scope) -> Any:
    """Steps that one's right would allow, and the part that one has had already."""
    for step in open_from(found.state):
        other = actions.other_part(found, step, by)
        if other and by.may(step.right, _at(found, step)):
            yield step, PARTS[other]


def _at(found: Revision, step: Step) -> int:
    return actions.above(found.area_code) if step.above else found.area_code


def _floor(found: Revision, by: Scope) -> Json:
    today = timezone.localdate()
    rows = [
        {**one, "words": floor.in_words(one), "sort_word": floor.SORT_WORDS[one["sort"]],
         "declared": found.declared.get(one["item"]), "blocks": floor.blocks(one, found.declared, today)}
        for one in found.floor.get("items", [])
    ]  # fmt: skip
    first = (floor.NEW, floor.LOWERED)
    unanswered = [row for row in rows if row["sort"] != floor.NEW and row["blocks"]]
    may_declare = found.state == "legal" and is_free(found, "declare", by)
    return {
        "shortfalls": [row for row in rows if row["sort"] in first],
        "explained": [row for row in rows if row["sort"] not in first],
        "to_declare": unanswered if may_declare else [],
        "open_count": len(unanswered),
        "declare_form": DeclareForm() if may_declare else None,
    }


def _definitions(found: Revision) -> list[Definition]:
    return [
        Definition("名称", found.title),
        Definition("版本", found.version),
        Definition("状态", found.get_state_display()),
        Definition("施行日期", found.starts, kind="day"),
        Definition("修订说明", found.reason),
        Definition("修订人", found.made_by_name),
        Definition("清单指纹", found.hash[:16], kind="code"),
        Definition("对照的上级清单", "、".join(found.floor.get("uppers", [])) or "无"),
    ]
