"""The worked cases of a draft's item, answered by the draft itself."""

from __future__ import annotations

from dataclasses import dataclass

from yiyang.base.errors import YiyangError
from yiyang.catalog.cases import opened, run_cases
from yiyang.catalog.lists import AreaList, load_list
from yiyang.revisions import desk
from yiyang.revisions.models import Revision

VERDICTS = {"entitled": "符合", "not_entitled": "不符合", "undecided": "暂不能判定"}


@dataclass(frozen=True)
class Tried:
    """One case: what it says, what it wants, and what the draft answers."""

    name: str
    wanted: str
    got: str
    is_right: bool


def tried(found: Revision, slug: str) -> list[Tried]:
    """The item's cases by plain Python; none while the draft cannot be read, which its problems say."""
    area = f"{found.area_code:012d}"
    try:
        with desk.laid_out(found.area_code, found.files, desk.policy_on(found.starts)) as policy:
            whole = load_list(area, policy)
            if slug not in whole.items:
                return []
            own = AreaList(whole.head, {slug: whole.items[slug]}, whole.folder)
            with opened() as engines:
                runs = list(run_cases(own, {"reference": engines["reference"]}, policy))
    except YiyangError:
        return []
    return [
        Tried(run.case.name, _said(run.case.answer, run.case.amount_fen), _said(run.got[0], run.got[1]), run.is_right)
        for run in sorted(runs, key=lambda run: run.number)
    ]


def _said(verdict: str, fen: int | None) -> str:
    amount = f" ¥{fen / 100:,.2f}" if fen and verdict == "entitled" else ""
    return VERDICTS[verdict] + amount
