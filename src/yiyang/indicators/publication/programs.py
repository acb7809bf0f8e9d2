"""HiGHS behind one door: a program whose goal may change, solved again from where it stood. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array

from yiyang.base.errors import MissingPart

Real = np.ndarray[Any, np.dtype[np.float64]]


class Program:
    """Minimise goal · x with low ≤ rows · x ≤ high and least ≤ x ≤ most. Raises MissingPart without highspy."""

    def __init__(self, rows: csr_array, low: Real, high: Real, least: Real, most: Real, *, whole: bool = False) -> None:
        try:
            import highspy
        except ImportError as error:
            raise MissingPart(
                "统计数据的公开需要 highspy：请安装 yiyang[routing]。", "It takes highspy: install yiyang[routing]."
            ) from error
        self._kinds: Any = highspy
        self.size = len(least)
        self._highs = self._kinds.Highs()
        for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 1), ("mip_rel_gap", 0.02)):
            self._highs.setOptionValue(name, value)
        self._highs.passModel(_model(highspy, rows, low, high, least, most, whole))

    def solve(self, goal: Real, seconds: float = 60.0) -> Real | None:
        """The best x, or the best found in so many seconds; None where nothing was found."""
        places = np.arange(self.size, dtype=np.int32)
        self._highs.changeColsCost(self.size, places, np.asarray(goal, np.float64))
        # The clock of the solver runs on over several solves.
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + seconds)
        self._highs.run()
        statuses = (self._kinds.HighsModelStatus.kOptimal, self._kinds.HighsModelStatus.kTimeLimit)
        info = self._highs.getInfo()
        if self._highs.getModelStatus() not in statuses or info.primal_solution_status != 2:
            return None
        return np.asarray(self._highs.getSolution().col_value)

    def bounds(self, place: int, least: float, most: float) -> None:
        """Other bounds of one x."""
        self._highs.changeColBounds(place, least, most)


def _model(highspy: Any, rows: csr_array, low: Real, high: Real, least: Real, most: Real, whole: bool) -> Any:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(least), len(low)
    model.col_cost_, model.col_lower_, model.col_upper_ = np.zeros(len(least)), least, most
    model.row_lower_, model.row_upper_ = low, high
    matrix = model.a_matrix_
    matrix.format_, matrix.num_col_, matrix.num_row_ = highspy.MatrixFormat.kRowwise, len(least), len(low)
    matrix.start_, matrix.index_ = rows.indptr.astype(np.int32), rows.indices.astype(np.int32)
    matrix.value_ = rows.data.astype(np.float64)
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(least)
    return model
