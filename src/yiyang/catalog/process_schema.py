"""What `policy/processes.yaml` may say: how a case goes. Strict, like every schema of `policy/`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yiyang.catalog.schema import Slug, Strict, Text

# The states and decisions of a case; `cases` holds itself to them.
CaseState = Literal[
    "found", "told", "agreed", "applied", "supplementing", "checked", "granted", "in_effect", "suspended", "declined",
    "refused", "withdrawn", "void", "ended",
]  # fmt: skip
DecisionKind = Literal["grant", "refuse", "change", "suspend", "resume", "end", "takeover"]
RightName = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z]+$")]
Days = Annotated[int, Field(ge=1, le=3650)]


class StepRule(Strict):
    """One step of a process.

    Attributes:
        from_: the states it starts in; '' = it opens a case.
        right: what it takes; '' = the platform alone.
        by_citizen: the person himself, or who acts for him, may take it.
        decides: the decision it makes.
        days: until the next step is due.
    """

    from_: tuple[CaseState | Literal[""], ...] = Field(alias="from", min_length=1)
    to: CaseState
    zh: str = Field(max_length=60)
    right: RightName | Literal[""] = ""
    by_citizen: bool = False
    needs_reason: bool = False
    decides: DecisionKind | Literal[""] = ""
    days: Days | None = None


class Process(Text):
    """A way from found to in effect."""

    steps: dict[Slug, StepRule]


class CaseLimits(Strict):
    """Time limits that belong to no single step, and the causes for which payment is held while ending is proposed."""

    proposal_days: Days
    escalate_days: Days
    appeal_days: Days
    appeal_answer_days: Days
    appeal_source: Text
    held_causes: tuple[Slug, ...] = ()


class ProcessFile(Strict):
    """policy/processes.yaml"""

    direct: tuple[Slug, ...]
    limits: CaseLimits
    processes: dict[Slug, Process]
    afterwards: dict[Slug, StepRule]
