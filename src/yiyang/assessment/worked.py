"""Worked cases of scales (`policy/instruments/*.cases.yaml`): sentences an official can write, reckoned, compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from yiyang.assessment import scales
from yiyang.assessment.instrument import Instrument
from yiyang.assessment.logic import Scored, reckon
from yiyang.base.errors import CaseFailed, UsageError
from yiyang.base.paths import policy_dir
from yiyang.catalog.instrument_schema import ScaleCase, ScaleCaseFile
from yiyang.catalog.loader import Problems, load


def check(policy: Path | None = None) -> int:
    """Reckon every case; how many agree.

    Raises:
        PolicyError: a file breaks the schema, or names what does not exist.
        CaseFailed: names each case that comes out otherwise than it states.
    """
    problems, failed, count = Problems(), Problems(), 0
    for path in sorted(((policy or policy_dir()) / "instruments").glob(f"*{scales.CASES}")):
        file = load(path, ScaleCaseFile)
        scale = scales.version_of(file.instrument, file.version, policy)
        for place, case in enumerate(file.cases):
            count += 1
            for kind, zh, en in _wrong(scale, case):
                (problems if kind == "answers" else failed).add(path, ("cases", place, kind), zh, en)
    problems.raise_if_any()
    if failed.found:
        zh, en = f"{len(failed.found)} 处与工作案例不符：", f"{len(failed.found)} worked case(s) come out otherwise:"
        raise CaseFailed(zh, en, failed.found)
    return count


def answers(scale: Instrument, case: ScaleCase) -> dict[str, str]:
    """A case's complete answers: what it names, the other items as it says, ordinary circumstances."""
    place = 0 if case.others == "best" else -1
    filled = {code: item.options[place if item.part else 0].value for code, item in scale.items.items()}
    return filled | {code: str(value) for code, value in case.answers.items()}


def _wrong(scale: Instrument, case: ScaleCase) -> Iterator[tuple[str, str, str]]:
    """(key, Chinese, English) of whatever does not come out as stated."""
    try:
        said = reckon(scale, answers(scale, case))
    except UsageError as error:
        yield from (("answers", f"“{case.name}”：{zh}", f"“{case.name}”: {en}") for zh, en in error.problems)
        return
    for key, stated, found in _pairs(case, said):
        if stated != found:
            yield (
                key,
                f"“{case.name}”：{key} 写的是 {stated}，算出 {found}",
                f"“{case.name}”: {key} {stated}, found {found}",
            )


def _pairs(case: ScaleCase, said: Scored) -> Iterator[tuple[str, object, object]]:
    yield "level", case.level, said.level
    yield "rules", list(case.rules), said.rules
    if case.points is not None:
        yield "points", case.points, said.points
