"""HiGHS behind one door: a linear or mixed program from arrays, stoppable, with its bound. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from yiyang.base.errors import MissingPart, YiyangError
from yiyang.reach.network.graph import Real, Sparse
from yiyang.reach.siting.answer import Run

# Every objective here is a whole number, so an answer is proved when nothing a whole one better is left.
WHOLE = 0.999


@dataclass(frozen=True)
class Program:
    """Minimise cost · x subject to low ≤ rows · x ≤ high, least ≤ x ≤ most; `whole` says which x are whole numbers."""

    cost: Real
    rows: Sparse
    low: Real
    high: Real
    least: Real
    most: Real
    whole: Any = None


@dataclass(frozen=True)
class Solved:
    """What HiGHS found. `x` is None when it found nothing; `bound` holds for the program as given."""

    x: Real | None
    value: float
    bound: float
    duals: Real
    optimal: bool


# Objective and bound of the program while it runs.
Heard = Callable[[float, float], None]


def solve(
    program: Program, run: Run, *, start: Real | None = None, gap: float = 0.0, heard: Heard | None = None,
    interior: bool = False,
) -> Solved:  # fmt: skip
    """Solve with what is left of the run's time; comes back with the best so far when stopped.

    Args:
        start: a feasible x to begin with.
        gap: a relative gap at which to stop.
        interior: a linear program by the interior-point method without crossover: its duals are near, not exact, so
            that whoever uses them must reckon his own bound from them.
    """
    highspy = _highspy()
    solver = highspy.Highs()
    # HiGHS draws by its own seed, so one thread gives the same answer each time; two gain little on two cores.
    options: dict[str, object] = {
        "output_flag": False, "threads": 1, "time_limit": max(run.left, 0.01), "mip_rel_gap": gap, "random_seed": 1,
        "mip_abs_gap": WHOLE,
    }  # fmt: skip
    if interior:
        options |= {"solver": "ipm", "run_crossover": "off", "ipm_optimality_tolerance": 1e-5}
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(highspy, program))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        solver.setSolution(solution)
    _listen(solver, run, heard)
    solver.run()
    return _solved(highspy, solver, program)


def _listen(solver: Any, run: Run, heard: Heard | None) -> None:
    def interrupt(event: Any) -> None:
        if run.over():
            event.interrupt()

    def improved(event: Any) -> None:
        if heard is not None and event.data_out is not None:
            heard(event.data_out.objective_function_value, event.data_out.mip_dual_bound)

    # Asked at every step of the simplex method, so only where there is somebody who may stop it.
    if run.stoppable:
        solver.cbMipInterrupt += interrupt
        solver.cbIpmInterrupt += interrupt
        solver.cbSimplexInterrupt += interrupt
    if heard is not None:
        solver.cbMipImprovingSolution += improved


def _model(highspy: Any, program: Program) -> Any:
    rows = program.rows.tocsc()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = rows.shape[1], rows.shape[0]
    model.col_cost_, model.col_lower_, model.col_upper_ = program.cost, program.least, program.most
    model.row_lower_, model.row_upper_ = program.low, program.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = rows.indptr, rows.indices
    model.a_matrix_.value_ = rows.data.astype(float)
    if program.whole is not None:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(each)] for each in program.whole]
    return model


def _solved(highspy: Any, solver: Any, program: Program) -> Solved:
    status = solver.getModelStatus()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kLoadError):
        raise YiyangError(
            "选址模型无解：固定的项目超出了数量或预算。",
            "the siting model has no answer: what is fixed exceeds count or budget.",
        )
    info, solution = solver.getInfo(), solver.getSolution()
    found = np.asarray(solution.col_value, float)
    has = len(found) == len(program.cost) and info.primal_solution_status == 2
    optimal = status == highspy.HighsModelStatus.kOptimal
    value = float(info.objective_function_value) if has else float("inf")
    bound = float(info.mip_dual_bound) if program.whole is not None else (value if optimal else -float("inf"))
    duals = np.asarray(solution.row_dual, float)
    return Solved(found if has else None, value, bound, duals, optimal)


def _highspy() -> Any:
    try:
        import highspy
    except ImportError as error:
        raise MissingPart(
            "选址计算需要 reach 组件：pip install 'yiyang[reach]'。",
            "siting needs the extra: pip install 'yiyang[reach]'.",
        ) from error
    return highspy
