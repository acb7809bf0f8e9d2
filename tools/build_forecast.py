"""Build the tables of policy/forecast from their sources, in this project's own layout.

    python tools/build_forecast.py CENSUS2010 MX INDICATORS ASFR UN_ESTIMATES UN_MEDIUM

CENSUS2010: code_2010, name_2010, sex, age_from, age_to, population. MX: sex, age_from, period, mx. INDICATORS: by year.
ASFR: age_group, year, pct_of_tfr. UN_*: the United Nations' workbooks POP/02-1 as CSV, both sexes, thousands.
policy/forecast/README.md names where they come from.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent.parent / "policy" / "forecast"
CHINA, FIRST, LAST = "156", 2010, 2060
GROUPS = (0, 1, *range(5, 90, 5))
AT_WORK = ("year", "tfr", "sex_ratio_at_birth", "e0_male", "e0_female", "net_migration_thousand")
TOTALS = ("births_thousand", "deaths_thousand", "population_thousand")


def rows_of(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with (OUT / name).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(heads)
        out.writerows(rows)
    print(OUT / name)


def census2010(path: str) -> None:
    found: dict[tuple[str, str, str], dict[int, int]] = defaultdict(dict)
    for row in rows_of(path):
        found[row["code_2010"], row["name_2010"], row["sex"]][int(row["age_from"])] = int(row["population"])
    write(
        "census2010.csv",
        ("code", "name", "sex", *(f"a{age}" for age in GROUPS)),
        ((*key, *(ages[age] for age in GROUPS)) for key, ages in sorted(found.items())),
    )


def mortality(path: str) -> None:
    found: dict[tuple[int, str], dict[int, float]] = defaultdict(dict)
    for row in rows_of(path):
        found[int(row["period"][:4]), row["sex"]][int(row["age_from"])] = float(row["mx"])
    ages = (*GROUPS, 90, 95, 100)
    rows = ((*key, *(rates[age] for age in ages)) for key, rates in sorted(found.items()))
    write("mortality.csv", ("from_year", "sex", *(f"m{age}" for age in ages)), rows)


def national(indicators: str, asfr: str) -> None:
    shares: dict[int, dict[int, float]] = defaultdict(dict)
    for row in rows_of(asfr):
        shares[int(row["year"])][int(row["age_group"].split("-")[0])] = float(row["pct_of_tfr"])
    ages = range(10, 55, 5)
    rows = [
        [*(row[name] for name in AT_WORK + TOTALS), *(shares[int(row["year"])].get(age, 0.0) for age in ages)]
        for row in rows_of(indicators)
        if FIRST <= int(row["year"]) <= LAST
    ]
    write("national.csv", (*AT_WORK, *TOTALS, *(f"f{age}" for age in ages)), rows)


def united_nations(*paths: str) -> None:
    rows = []
    for path in paths:
        with Path(path).open(encoding="latin-1", newline="") as file:
            for row in csv.reader(file):
                if len(row) > 31 and row[4] == CHINA and row[10].isdigit() and FIRST <= int(row[10]) <= LAST:
                    rows.append([int(row[10]), *(int(cell.replace(" ", "")) for cell in row[11:32])])
    write("un_population.csv", ("year", *(f"p{age}" for age in range(0, 105, 5))), sorted(rows))


if __name__ == "__main__":
    counted, rates, by_year, by_age, estimates, medium = sys.argv[1:]
    census2010(counted)
    mortality(rates)
    national(by_year, by_age)
    united_nations(estimates, medium)
