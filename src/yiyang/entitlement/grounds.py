"""Why a rule answers as it does in a cell, in words with articles; one text for all cells that the same decides.

Pure: a run in, rows out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from yiyang.engine.cells import Ints
from yiyang.entitlement.explain import diff_names, reasons_of
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.summary import speaker

Json = dict[str, Any]


def same_ground(run: RunFolder, number: int, cells: Ints) -> Ints:
    """For each cell the lowest of those given in which the rule's every reason stands the same, amounts included."""
    if not len(cells):
        return cells
    unique, place = np.unique(cells, return_inverse=True)
    answers = run.answers
    parts = (answers.answer, answers.low, answers.high, answers.met, answers.unknown)
    pattern = np.stack([part[number][unique].astype(np.int64) for part in parts])
    _, first, which = np.unique(pattern, axis=1, return_index=True, return_inverse=True)
    return unique[first][which.ravel()][place.ravel()]


def ground_rows(run: RunFolder, wanted: dict[int, Ints]) -> list[tuple[str, str, int, list[Json], list[Json]]]:
    """(list_area, item, cell, lines, articles) of each rule number × cell wanted."""
    says = speaker("zh", diff_names(run, "zh"))
    rows = []
    for number, cells in wanted.items():
        rule = run.bound.program.rules[number]
        for cell in np.unique(cells).tolist():
            lines, articles = reasons_of(run, number, cell, says)
            rows.append((rule.list_area, rule.item, cell, lines, articles))
    return rows
