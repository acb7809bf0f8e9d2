"""Visit plans measured: a county's month, and routes with time windows against the best known.

    python -m benchmarks.visits                             # a month of 大竹县: 20,000 people, 324 visitors
    python -m benchmarks.visits --people 2000 --villages 40
    python -m benchmarks.visits --instances FOLDER          # as published: X.vrp or X.txt, and X.sol beside it
    python -m benchmarks.visits --file C1_10_1.txt --best 42444.8   # one of Gehring & Homberger's, as published
    python -m benchmarks.visits --stops 1000                # a made-up one in their way, against ten times the time

The instances are not shipped. They lie, many with their best known routes, in the public repository PyVRP/Instances
(folders `VRPTW` and `VRPTW/Solomon`), RC208 also in PyVRP's source package on PyPI (`tests/data`). VEHICLES there is
the smallest fleet known; best known lengths may need more, so put in the 250 (25 for Solomon's) of the first
publication. Where a .sol holds routes, they are reckoned through first: a file with a mistake in it is refused.

Lengths are cut after one decimal, as is the rule of the DIMACS challenge, whose best known are quoted. SINTEF's
list puts the number of vehicles before the length and rounds otherwise, so they are not to be compared with these.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import time
from pathlib import Path
from typing import Any

import numpy as np

from yiyang.areas.tables import boundaries
from yiyang.base.paths import policy_dir
from yiyang.visits.planning.checking import check
from yiyang.visits.planning.county import made_up_county
from yiyang.visits.planning.month import plan_month
from yiyang.visits.planning.problem import Change, Problem, Solution
from yiyang.visits.planning.replanning import changed, replan_day
from yiyang.visits.planning.routing import Routing, Vehicle, search

RESULTS = Path(__file__).parent / "results" / "visits.json"
COUNTY = 511724_000_000
# Of each instance: seconds of search, as the bar asks; and the gap that is asked at 100 and at 1,000 stops.
SECONDS, BARS = 30.0, {100: 0.5, 1000: 5.0}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--people", type=int, default=20_000)
    words.add_argument("--villages", type=int, default=324)
    words.add_argument("--month", default="2026-12")
    words.add_argument("--instances", type=Path, default=None)
    words.add_argument("--file", type=Path, default=None, help="one instance: Solomon's text format or VRPLIB")
    words.add_argument("--best", type=float, default=None, help="its best known length, where no .sol lies beside it")
    words.add_argument("--calls", type=int, default=80_000)
    words.add_argument("--stops", type=int, default=None)
    words.add_argument("--seconds", type=float, default=None)
    given = words.parse_args()
    if given.file:
        keep("file", [one_file(given.file, given.seconds or SECONDS, given.best)])
    elif given.instances or given.stops:
        found = routes(given.instances, given.stops, given.seconds or SECONDS)
        keep("routes", found)
    else:
        keep("month", month(given.people, given.calls, given.villages, given.month, given.seconds or 600.0))


def keep(name: str, found: Any) -> None:
    """Puts a part into the results file and onto the screen."""
    before = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(before | {name: found}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, ensure_ascii=False, indent=1))


def dazhu(villages: int) -> tuple[list[tuple[int, bool]], list[Any]]:
    """The first villages of 大竹县 with whether they are urban, and its outline."""
    with (policy_dir() / "areas" / "divisions.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["level"] == "village"]
    codes = [(int(row["code"]), row["kind"] == "neighbourhood") for row in rows]
    shape = boundaries(COUNTY)["features"][0]["geometry"]
    inside = [one for one in codes if one[0] // 10**6 == COUNTY // 10**6]
    return inside[:villages], [np.array(ring)[:, :2] for ring in shape["coordinates"]]


def month(people: int, calls: int, villages: int, which: str, seconds: float) -> dict[str, Any]:
    """A month planned, checked, and changed at ten o'clock of its fullest day."""
    problem = made_up_county(*dazhu(villages), people=people, calls=calls, month=which)
    solution = plan_month(problem, seconds=seconds)
    began = time.perf_counter()
    faults = check(problem, solution)
    figures = dict(solution.figures) | {"faults": len(faults), "check_seconds": round(time.perf_counter() - began, 1)}
    saved = {
        f"{name}_{unit}_saved": round(1 - figures[f"way_{unit}"] / figures[f"{name}_way_{unit}"], 3)
        for name in ("village", "village_full")
        for unit in ("minutes", "metres")
    }
    return figures | saved | {"changes": changes(problem, solution)}


def changes(problem: Problem, solution: Solution) -> dict[str, Any]:
    """What three changes of the fullest round take and move."""
    rounds: dict[tuple[Any, int], list[dict[str, Any]]] = {}
    for row in solution.stops.to_pylist():
        rounds.setdefault((row["day"], row["visitor"]), []).append(row)
    (day, visitor), round_ = max(rounds.items(), key=lambda one: len(one[1]))
    urgent = problem.visits.slice(0, 1).to_pylist()[0]
    urgent |= {"id": 10**9, "person": 10**9, "first": day, "last": day, "gap": 0, "needs_two": False, "away": True}
    added = type(problem.visits).from_pylist([urgent], problem.visits.schema)
    every = {
        "ill_at_ten": Change(day, 600, off=(visitor,)),
        "urgent_visit": Change(day, 600, added=added),
        "cancelled_visit": Change(day, 600, cancelled=(max(round_, key=lambda row: row["at"])["visit"],)),
    }
    return {name: _changed(problem, solution, change) for name, change in every.items()}


def _changed(problem: Problem, solution: Solution, change: Change) -> dict[str, Any]:
    began = time.perf_counter()
    found = replan_day(problem, solution, change)
    seconds = round(time.perf_counter() - began, 2)
    faults = len(check(changed(problem, change), found))
    return {"seconds": seconds, "moved": found.figures["moved"], "unserved": found.unserved.num_rows, "faults": faults}


def routes(folder: Path | None, stops: int | None, seconds: float) -> list[dict[str, Any]]:
    """Each instance searched for `seconds`, beside its best known or, made up, beside ten times the time."""
    found = []
    for path in sorted((*folder.glob("*.vrp"), *folder.glob("*.txt"))) if folder else []:
        found.append(one_file(path, seconds, None))
    if stops:
        routing = made_up(stops)
        long = search(routing, seed=7, rounds=10**9, idle=10**9, seconds=10 * seconds)
        found.append(
            {"instance": f"made up {stops}"} | against(routing, seconds, long.cost / 10) | {"known": "10 × time"}
        )
    return found


def one_file(path: Path, seconds: float, known: float | None) -> dict[str, Any]:
    """One instance beside its best known: given, or as it stands in the .sol beside it."""
    best, routing = path.with_suffix(".sol"), read(path)
    if known is None and best.exists():
        known = published(routing, best)
    return {"instance": path.stem} | against(routing, seconds, known)


def published(routing: Routing, path: Path) -> float:
    """The length that a .sol states. Routes that it holds must keep every rule and have that length to the tenth."""
    text = path.read_text(encoding="utf-8")
    cost = float(text.split("Cost")[1].split()[0])
    routes = [[int(stop) for stop in line.split(":")[1].split()] for line in text.splitlines() if ":" in line]
    if routes:
        every = sorted(stop for route in routes for stop in route) == list(range(1, len(routing.service) + 1))
        length = sum(int(routing.cost[[0, *route], [*route, 0]].sum()) for route in routes)
        enough = len(routes) <= routing.vehicles[0].count
        if not (every and enough and all(_kept(routing, route) for route in routes)) or length != round(10 * cost):
            raise SystemExit(f"{path}: its routes, {length / 10} long, are not the {cost} that it states")
    return cost


def _kept(routing: Routing, route: list[int]) -> bool:
    """Whether a route keeps windows and capacity."""
    vehicle = routing.vehicles[0]
    clock, at = vehicle.early, 0
    for stop in route:
        clock = max(clock + routing.minutes[at, stop], routing.early[stop - 1])
        if clock > routing.late[stop - 1]:
            return False
        clock, at = clock + routing.service[stop - 1], stop
    load = sum(int(routing.demand[stop - 1]) for stop in route) if routing.demand is not None else 0
    return bool(clock + routing.minutes[at, 0] <= vehicle.late and load <= (vehicle.capacity or load))


def against(routing: Routing, seconds: float, known: float | None) -> dict[str, Any]:
    """What was found in the seconds, and how far from the best known, in percent."""
    used = time.process_time()
    got = search(routing, seed=1, rounds=10**9, idle=10**9, seconds=seconds)
    gap = round(100 * (got.cost / 10 / known - 1), 2) if known else None
    count = len(routing.service)
    bar = min((most for size, most in BARS.items() if count <= size), default=None)
    cpu = round(time.process_time() - used, 1)
    return {
        "stops": count, "found": got.cost / 10, "best": known, "gap_percent": gap, "asked": bar,
        "feasible": got.is_feasible, "seconds": round(got.seconds, 1), "cpu_seconds": cpu, "searched": got.searched,
        "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def read(path: Path) -> Routing:
    """An instance in VRPLIB's or in Solomon's own format."""
    text = path.read_text(encoding="utf-8")
    if "NODE_COORD_SECTION" in text:
        return _vrplib(text)
    rows = np.array([line.split() for line in text.splitlines() if re.fullmatch(r"\s*(\S+\s+){6}\S+\s*", line) and
                     line.split()[0].isdigit()], float)  # fmt: skip
    fleet = re.search(r"CAPACITY\s+(\d+)\s+(\d+)", text)
    if fleet is None:
        raise SystemExit(f"{path}: no fleet found")
    return instance(rows[:, 1:3], rows[:, 3], rows[:, 4:6], rows[:, 6], int(fleet[1]), int(fleet[2]))


def _vrplib(text: str) -> Routing:
    def section(name: str) -> Any:
        body = re.split(r"\n[A-Z_]+(?:\n|\s*:|$)", text.split(f"{name}_SECTION\n")[1])[0]
        return np.array([line.split()[1:] for line in body.strip().splitlines()], float)

    def word(name: str) -> float:
        found = re.search(rf"{name}\s*:\s*(\S+)", text)
        return float(found[1]) if found else 0.0

    places, demand, windows = section("NODE_COORD"), section("DEMAND")[:, 0], section("TIME_WINDOW")
    service = (
        section("SERVICE_TIME")[:, 0] if "SERVICE_TIME_SECTION" in text else np.full(len(places), word("SERVICE_TIME"))
    )
    return instance(places, demand, windows, service, int(word("VEHICLES")), int(word("CAPACITY")))


def instance(places: Any, demand: Any, windows: Any, service: Any, vehicles: int, capacity: int) -> Routing:
    """An instance in tenths; the depot first."""
    line = np.linalg.norm(places[:, None, :] - places[None, :, :], axis=2)
    tenths = np.floor(line * 10 + 1e-6).astype(np.int64)
    early, late = (windows * 10).astype(np.int64).T
    return Routing(
        cost=tenths, minutes=tenths, early=early[1:], late=late[1:], service=(service[1:] * 10).astype(np.int64),
        required=np.ones(len(places) - 1, bool), demand=demand[1:].astype(np.int64),
        vehicles=[Vehicle(int(early[0]), int(late[0]), count=vehicles, capacity=capacity)],
    )  # fmt: skip


def made_up(stops: int) -> Routing:
    """In the way of Gehring & Homberger's R2: evenly spread, long days, three in four with a window."""
    chance = np.random.default_rng(2026)
    places = np.vstack([[250.0, 250.0], chance.uniform(0, 500, (stops, 2))])
    end = 7800.0
    centre = chance.uniform(400, end - 500, stops + 1)
    width = np.where(chance.random(stops + 1) < 0.75, chance.uniform(200, 1000, stops + 1), 2 * end)
    windows = np.stack([np.clip(centre - width / 2, 0, end - 400), np.clip(centre + width / 2, 400, end - 400)], axis=1)
    windows[0] = 0, end
    demand = np.r_[0, chance.integers(1, 50, stops)]
    return instance(places, demand, np.floor(windows), np.r_[0, np.full(stops, 10)], stops // 4, 1000)


if __name__ == "__main__":
    main()
