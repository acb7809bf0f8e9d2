"""Roads: read from an extract, made up, cut, and stood on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from yiyang.base.errors import UsageError
from yiyang.reach.network.graph import AHEAD, BACK, CLASSES, cut, minutes_graph, usable_nodes
from yiyang.reach.network.made_places import made_up_facilities, made_up_points
from yiyang.reach.network.made_up import made_up_network
from yiyang.reach.network.osm import permission, read_roads
from yiyang.reach.network.outline import inside
from yiyang.reach.network.reading import read_points
from yiyang.reach.network.snapping import snap
from yiyang.reach.policy import load_reach
from yiyang.reach.tests.small import points, street

TOWN = """<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6">
 <node id="1" lat="30.000" lon="107.000" version="1"/><node id="2" lat="30.001" lon="107.000" version="1"/>
 <node id="3" lat="30.001" lon="107.001" version="1"/><node id="4" lat="30.010" lon="107.001" version="1"/>
 <way id="10" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
 <way id="11" version="1"><nd ref="3"/><nd ref="4"/><tag k="highway" v="primary"/><tag k="oneway" v="yes"/></way>
 <way id="12" version="1"><nd ref="1"/><nd ref="4"/><tag k="highway" v="motorway"/><tag k="foot" v="no"/></way>
 <way id="13" version="1"><nd ref="1"/><nd ref="99"/><tag k="highway" v="path"/></way>
 <way id="14" version="1"><nd ref="1"/><nd ref="3"/><tag k="building" v="yes"/></way>
</osm>
"""


@pytest.fixture
def town(tmp_path: Path) -> Path:
    path = tmp_path / "town.osm"
    path.write_text(TOWN, encoding="utf-8")
    return path


def test_reads_roads_and_cuts_long_ones(town: Path) -> None:
    found = read_roads(town)
    assert not found.made_up
    assert found.metres.max() <= 60
    lengths = {name: found.metres[found.road == CLASSES.index(name)].sum() for name in ("residential", "primary")}
    assert lengths["residential"] == pytest.approx(111.2 + 96.3, abs=1)
    assert lengths["primary"] == pytest.approx(1000.8, abs=1)


def test_reads_the_same_from_a_pbf(town: Path, tmp_path: Path) -> None:
    osmium = pytest.importorskip("osmium")
    path = tmp_path / "town.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for each in osmium.FileProcessor(str(town)):
            writer.add(each)
    one, other = read_roads(town), read_roads(path)
    assert one.nodes == other.nodes
    assert one.metres.sum() == pytest.approx(other.metres.sum(), rel=1e-6)


def test_a_one_way_street_is_walked_both_ways_and_driven_one_way() -> None:
    bits = permission({"highway": "primary", "oneway": "yes"})
    foot = AHEAD["walk"] | BACK["walk"]
    assert bits & foot == foot
    assert bits & (AHEAD["drive"] | BACK["drive"]) == AHEAD["drive"]
    assert not permission({"highway": "path", "access": "private"})
    assert permission({"access": "no", "foot": "yes"}) == AHEAD["walk"] | BACK["walk"]
    assert not permission({"oneway": "-1"}) & AHEAD["ride"]


@pytest.mark.parametrize(("name", "content"), [("a.txt", "x"), ("b.osm.pbf", "not a pbf"), ("c.osm", "<osm/>")])
def test_a_file_that_holds_no_roads_is_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=name.replace(".", r"\.")):
        read_roads(tmp_path / name)
    with pytest.raises(UsageError, match="There is no road file"):
        read_roads(tmp_path / "none.osm.pbf")


def test_cutting_keeps_length_and_ways() -> None:
    whole = street(5)
    pieces = cut(whole, 30)
    assert pieces.metres.sum() == pytest.approx(whole.metres.sum())
    assert connected_components(minutes_graph(pieces, "walk", load_reach().modes["walk"]))[0] == 1
    assert cut(whole, 1000) is whole


def test_of_two_roads_between_the_same_nodes_the_quicker_counts() -> None:
    one = street(2)
    twice = type(one)(
        one.lon, one.lat, np.repeat(one.start, 2), np.repeat(one.end, 2), np.array([100.0, 50.0]),
        np.repeat(one.road, 2), np.repeat(one.allowed, 2), one.made_up,
    )  # fmt: skip
    graph = minutes_graph(twice, "walk", load_reach().modes["walk"])
    assert graph[0, 1] == pytest.approx(50 * 0.06 / 4.0)


def test_who_is_far_from_every_road_is_told() -> None:
    network = street(30)
    usable = usable_nodes(minutes_graph(network, "walk", load_reach().modes["walk"]), 20)
    near, far = points([3.2]), points([3.0], east=0.02)
    found = snap(network, usable, np.r_[near.lon, far.lon], np.r_[near.lat, far.lat], 800)
    assert found.node.tolist() == [3, -1]
    assert found.metres[1] == pytest.approx(1926, abs=5)
    assert found.failed.tolist() == [False, True]


def test_a_leftover_of_drawing_holds_nobody() -> None:
    network = street(30)
    cut_off = type(network)(
        network.lon, network.lat, network.start[:-3], network.end[:-3], network.metres[:-3], network.road[:-3],
        network.allowed[:-3], made_up=False,
    )  # fmt: skip
    usable = usable_nodes(minutes_graph(cut_off, "walk", load_reach().modes["walk"]), 20)
    assert usable.max() == 26


def test_a_made_up_county_is_the_same_each_time_and_hangs_together() -> None:
    one, other = made_up_points(511724_000_000), made_up_points(511724_000_000)
    assert np.array_equal(one.lon, other.lon)
    assert one.made_up.all()
    assert one.people["elders"].sum() == 191_020
    first, second = made_up_network(one), made_up_network(other)
    assert first.made_up
    assert np.array_equal(first.metres, second.metres)
    graph = minutes_graph(first, "walk", load_reach().modes["walk"])
    nodes = set(usable_nodes(graph, 1000).tolist())
    assert set(range(len(one))) <= nodes


def test_made_up_villages_lie_inside_their_county() -> None:
    from yiyang.areas.tables import boundaries

    found = made_up_points(511722_000_000)
    rings = [np.array(ring)[:, :2] for ring in boundaries(511722_000_000)["features"][0]["geometry"]["coordinates"]]
    assert inside(np.stack([found.lon, found.lat], axis=1), rings).mean() > 0.99


def test_what_somebody_stated_is_not_made_up() -> None:
    code = int(made_up_points(511724_000_000).code[0])
    found = made_up_points(511724_000_000, known={code: (107.2, 30.7)})
    row = found.code.tolist().index(code)
    assert (found.lon[row], found.lat[row], found.made_up[row]) == (107.2, 30.7, False)
    assert made_up_facilities(found).made_up.all()


def test_a_county_without_boundary_asks_for_points() -> None:
    with pytest.raises(UsageError, match="--points"):
        made_up_points(110101_000_000)


def test_a_quotation_mark_that_is_never_closed_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    rows = "511724001001,东柳,107.2,30.7,9\n" * 9000
    path.write_text(f'区划代码,名称,经度,纬度,60岁以上\n511724001001,"东柳,107.2,30.7,9\n{rows}', encoding="utf-8")
    with pytest.raises(UsageError) as found:
        read_points(path)
    assert "引号" in found.value.zh


def test_what_is_wrong_with_a_table_is_told_by_the_words_of_its_head(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("区划代码,经度,纬度,60岁以上\n511724001001,x,30.7,9\n", encoding="utf-8")
    with pytest.raises(UsageError) as found:
        read_points(path)
    assert found.value.problems[0][0] == "第 2 行：经度应为数字，现在是“x”"
    path.write_text("区划代码,纬度,60岁以上\n511724001001,30.7,9\n", encoding="utf-8")
    with pytest.raises(UsageError) as found:
        read_points(path)
    assert found.value.problems[0][0] == "缺少列“经度”"
