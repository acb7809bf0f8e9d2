"""Which lines and branches of the product the tests run: measured by SlipCover, reported by coverage.

coverage's own tracer makes Python 3.11 call it at every line of every package, so that tests of pages take almost twice
as long. SlipCover writes the asking into the product's own code when it is loaded, and takes it out again where it has
been answered often.

    YIYANG_MEASURED=1 python -m pytest -n 2 …     # `make test`; writes .coverage at the end

Only xdist's workers measure. What tests start as a process of its own is not measured.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from coverage import CoverageData
from coverage.parser import PythonParser
from slipcover import Slipcover
from slipcover.branch import preinstrument

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "yiyang"
# Taking the asking out means to look through all functions: worth it for inner loops alone.
OFTEN = 20_000
LINE_ITSELF = -1

Arcs = set[tuple[int, int]]


class Measured(SourceFileLoader):
    """Loads a module whose lines say that they ran."""

    def __init__(self, name: str, path: str, asking: Slipcover) -> None:
        super().__init__(name, path)
        self.asking = asking

    def exec_module(self, module: ModuleType) -> None:
        tree = preinstrument(ast.parse(self.get_data(self.path)))
        code = compile(tree, self.path, "exec", dont_inherit=True)
        self.asking.register_module(module)
        exec(self.asking.instrument(code), module.__dict__)


class Finder(MetaPathFinder):
    """Finds the product's modules, and none of its tests."""

    def __init__(self, asking: Slipcover) -> None:
        self.asking = asking

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] != PACKAGE.name or ".tests" in fullname:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec and spec.origin and type(spec.loader) is SourceFileLoader:
            spec.loader = Measured(fullname, spec.origin, self.asking)
        return spec


class Worker:
    """In a process that runs tests: measures from now on, and tells at the end."""

    def __init__(self) -> None:
        self.asking = Slipcover(branch=True, d_miss_threshold=OFTEN, exclude_lines=[])
        sys.meta_path.insert(0, Finder(self.asking))

    def pytest_sessionfinish(self, session: Any) -> None:
        files = self.asking.get_coverage()["files"]
        session.config.workeroutput["measured"] = {
            _named(file): [list(found["executed_lines"]), [list(branch) for branch in found["executed_branches"]]]
            for file, found in files.items()
        }


class Controller:
    """In the process that the workers tell: puts together what they measured, and writes it as coverage would."""

    def __init__(self) -> None:
        self.lines: defaultdict[str, set[int]] = defaultdict(set)
        self.branches: defaultdict[str, Arcs] = defaultdict(set)

    def pytest_testnodedown(self, node: Any) -> None:
        for file, (lines, branches) in getattr(node, "workeroutput", {}).get("measured", {}).items():
            self.lines[file] |= set(lines)
            self.branches[file] |= {(start, end) for start, end in branches}

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        found = {file: arcs_of(file, lines, self.branches[file]) for file, lines in self.lines.items()}
        if found:
            save(ROOT / ".coverage", found)


def _named(path: str | Path) -> str:
    """A file as it is called in the report, wherever the tests were started."""
    return str(Path(path).resolve().relative_to(ROOT))


def arcs_of(file: str, lines: set[int], branches: Arcs) -> Arcs:
    """What coverage calls arcs: lines that ran, and branches; a way out of a function bears the function's number."""
    text = (ROOT / file).read_text(encoding="utf-8")
    taken = branches | set(_of_matches(ast.parse(text), lines, branches))
    ways_out: dict[int, int] = {}
    if any(end == 0 for _, end in taken):
        parser = PythonParser(text=text, filename=file)
        parser.parse_source()
        ways_out = {start: end for start, end in parser.arcs() if end < 0}
    return {(LINE_ITSELF, line) for line in lines} | {
        (start, end or ways_out.get(start, LINE_ITSELF)) for start, end in taken
    }


def _of_matches(tree: ast.AST, lines: set[int], branches: Arcs) -> Iterator[tuple[int, int]]:
    """From each `case` to its body or to the next one, as coverage counts; SlipCover's all begin at `match`.

    Both are reached from nowhere else, so their lines tell. Past the last case only SlipCover's own branches tell.
    """
    for match in (node for node in ast.walk(tree) if isinstance(node, ast.Match)):
        starts = [case.pattern.lineno for case in match.cases]
        bodies = [case.body[0].lineno for case in match.cases]
        yield from ((start, body) for start, body in zip(starts, bodies, strict=True) if body in lines)
        yield from ((start, after) for start, after in pairwise(starts) if after in lines)
        yield from ((starts[-1], end) for start, end in branches if start == match.lineno and end not in bodies)


def save(where: Path, arcs: dict[str, Arcs]) -> None:
    """Write a file that `coverage report` reads; modules that no test loaded are in it, as such."""
    data = CoverageData(str(where))
    data.erase()
    data.add_arcs(arcs)
    data.touch_files([_named(path) for path in PACKAGE.rglob("*.py") if "tests" not in path.parts])
    data.write()
