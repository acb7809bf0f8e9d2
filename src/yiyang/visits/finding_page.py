"""What stands on the page of a finding: what is wrong, by when, what was done, and what may be done next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.kit.parts import Definition, Event
from yiyang.kit.states import look_of
from yiyang.visits import words
from yiyang.visits.lists import STILL_OPEN
from yiyang.visits.models import Finding

State = Finding.State
LEVELS = ("乡镇（街道）", "县级", "市级")


@dataclass(frozen=True)
class Button:
    """A step that may be taken now. `label`: what is asked in words, '' = nothing."""

    slug: str
    title: str
    label: str
    right: str
    needs_words: bool = True
    is_danger: bool = False


BUTTONS = {
    State.OPEN: (
        Button("assign", "派单", "要求", "finding.verify", needs_words=False),
        Button("void", "认定误报", "为什么不是异常", "finding.verify", is_danger=True),
    ),
    State.ASSIGNED: (
        Button("act", "登记处置", "做了什么，现在怎样", "finding.handle"),
        Button("assign", "改派", "要求", "finding.verify", needs_words=False),
        Button("void", "认定误报", "为什么不是异常", "finding.verify", is_danger=True),
    ),
    State.ACTED: (
        Button("verify", "核实办结", "怎样核实的", "finding.verify"),
        Button("return", "退回重办", "还缺什么", "finding.verify", is_danger=True),
    ),
}


def buttons(by: Scope, finding: Finding) -> list[Button]:
    """The steps that somebody may take now; who acted does not verify."""
    found = [each for each in BUTTONS.get(State(finding.state), ()) if by.may(each.right, finding.area_code)]
    return [each for each in found if not (finding.state == State.ACTED and finding.acted_by == by.user)]


def context(by: Scope, finding: Finding) -> dict[str, Any]:
    """Everything that the page's template reads."""
    is_open = finding.state in STILL_OPEN
    may_see = by.may("visit.read", finding.area_code)
    return {
        "finding": finding,
        "title": f"{words.finding_word(finding.kind)}（{finding.get_severity_display()}）",
        "lead": finding.number,
        "is_late": is_open and finding.due is not None and finding.due < timezone.now(),
        "is_own_act": finding.state == State.ACTED and finding.acted_by == by.user,
        "level": LEVELS[min(finding.escalated, len(LEVELS) - 1)],
        "definitions": _definitions(finding),
        "buttons": buttons(by, finding),
        "events": events(finding),
        "address": "".join(finding.person.address) if finding.person.address else "",
        "phone": "".join(finding.person.phone) if finding.person.phone else "",
        "may_person": by.may("person.read", finding.area_code),
        "report": finding.report if may_see else None,
        "answers": words.answers(finding.report) if may_see and finding.report else [],
        "crumbs": [
            ("探访", reverse("visits:overview")), ("异常情况", reverse("visits:findings")), (finding.number, ""),
        ],
    }  # fmt: skip


def _definitions(finding: Finding) -> list[Definition]:
    rows = [
        Definition("发现", f"{timezone.localtime(finding.found_at):%Y-%m-%d %H:%M} {finding.found_by_name}"),
        Definition("村（社区）", finding.area_code, kind="area"),
        Definition("处置单位", finding.get_unit_display() or "还没有派单"),
    ]
    if finding.assigned_to:
        rows.append(Definition("处置人", finding.assigned_to.name))
    if finding.state in STILL_OPEN:
        rows.append(Definition("本步时限", finding.due, kind="when"))
    if finding.escalated:
        rows.append(Definition("督办", LEVELS[min(finding.escalated, len(LEVELS) - 1)]))
    if finding.closed_at:
        rows.append(Definition("办结", finding.closed_at, kind="when"))
    return rows


def events(finding: Finding) -> list[Event]:
    """The steps taken, newest first."""
    rows = list(finding.steps.order_by("-id"))
    return [
        Event(
            f"{timezone.localtime(step.at):%Y-%m-%d %H:%M}",
            words.STEPS.get(step.slug, step.slug),
            step.words,
            step.by_name,
            look_of(step.to_state).tone if number == 0 else "bad" if step.slug == "escalate" else "",
            is_current=number == 0,
        )
        for number, step in enumerate(rows)
    ]
