"""The way of a revision: which step leads from where to where, by whose right. The database holds the same table."""

from __future__ import annotations

from dataclasses import dataclass

OPEN = ("draft", "legal", "approval", "to_issue", "sent_back")
EDITABLE = ("draft", "sent_back")


@dataclass(frozen=True)
class Step:
    """One thing that can be done to a revision.

    Attributes:
        part: whose hand it is; on one revision nobody lends his to two parts.
        goes_on: towards issue, so that the list must be sound and reach its floor.
        above: the right must hold at the level above.
        needs_opinion: the opinion may not be empty.
    """

    slug: str
    title: str
    part: str
    right: str
    sources: tuple[str, ...]
    target: str
    done: str = ""
    goes_on: bool = False
    above: bool = False
    needs_opinion: bool = False


STEPS: tuple[Step, ...] = (
    Step("start", "新建修订", "revise", "list.revise", ("draft",), "draft", "新建修订"),
    Step("edit", "修改", "revise", "list.revise", ("draft", "sent_back"), "draft", "修改"),
    Step("submit", "提交合法性审查", "revise", "list.revise", EDITABLE, "legal", "提交", goes_on=True),
    Step("drop", "作废", "revise", "list.revise", EDITABLE, "dropped", "作废", needs_opinion=True),
    Step("declare", "说明既有差距", "legal", "list.legal", ("legal",), "legal", "说明既有差距", needs_opinion=True),
    Step("legal", "合法性审查通过", "legal", "list.legal", ("legal",), "approval", "合法性审查通过", goes_on=True),
    Step("legal_back", "退回修改", "legal", "list.legal", ("legal",), "sent_back", "审查退回", needs_opinion=True),
    Step("approve", "审定", "approve", "list.approve", ("approval",), "to_issue", "审定通过", goes_on=True),
    Step("approve_back", "退回修改", "approve", "list.approve", ("approval",), "sent_back", "审定退回",
         needs_opinion=True),
    Step("issue", "发布", "issue", "list.issue", ("to_issue",), "issued", "发布", goes_on=True),
    Step("issue_back", "退回修改", "issue", "list.issue", ("to_issue",), "sent_back", "发布前退回", needs_opinion=True),
    Step("file", "备案", "file", "list.file", ("issued",), "filed", "备案", above=True),
)  # fmt: skip
BY_SLUG = {step.slug: step for step in STEPS}
PARTS = {"revise": "修订", "legal": "合法性审查", "approve": "审定", "issue": "发布", "file": "备案"}
# What a button is for; the others are done by forms of their own.
BUTTONS = ("submit", "legal", "legal_back", "approve", "approve_back", "issue", "issue_back", "file", "drop")


def moves() -> set[tuple[str, str, str, str]]:
    """(slug, part, from, to) of every step."""
    return {(step.slug, step.part, source, step.target) for step in STEPS for source in step.sources}


def open_from(state: str) -> list[Step]:
    """The steps with a button that lead on from a state."""
    return [step for step in STEPS if state in step.sources and step.slug in BUTTONS]
