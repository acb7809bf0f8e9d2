"""The comparisons and blocking rules as Splink (Fellegi and Sunter's model) takes them; training, and keeping what came
of it.

Name and its sound are one comparison, address and area another, because the model takes comparisons to be independent.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from yiyang.base.errors import MissingPart, PolicyError, SnapshotError
from yiyang.base.screen import say
from yiyang.registry import sql
from yiyang.registry.linkage.settings import Comparison, LinkageSettings, Training
from yiyang.registry.sql import Connection

Model = dict[str, Any]  # Splink's settings with the estimated parameters, as it writes them to JSON

ONE_HIDDEN = "list_has_any(masks_l, masks_r)"
ONE_LESS = "(list_contains(shorter_l, name_r) OR list_contains(shorter_r, name_l))"
APART = "abs(birth_days_l - birth_days_r)"
NEW_YEAR = "(right(birth_l, 4) = '0101' OR right(birth_r, 4) = '0101')"


def _either(level: str) -> str:
    """Where one lives or is registered is where the other lives or is registered."""
    pairs = ((a, b) for a in (f"{level}_l", f"{level}2_l") for b in (f"{level}_r", f"{level}2_r"))
    return " OR ".join(f"COALESCE({a} = {b}, FALSE)" for a, b in pairs)


# SQL of each level but the last, in the order of policy/linkage.yaml; and when there is nothing to compare.
CONDITIONS: dict[str, dict[str, str]] = {
    "name": {
        "same": "name_l = name_r",
        "homophone": "pinyin_l = pinyin_r",
        "near_homophone": "sound_l = sound_r",
        "one_of_three": f"length(name_l) >= 3 AND length(name_r) >= 3 AND ({ONE_HIDDEN} OR {ONE_LESS})",
        "one_of_two": f"left(name_l, 1) = left(name_r, 1) AND ({ONE_HIDDEN} OR {ONE_LESS})",
    },
    "birth": {
        "same": "birth_l = birth_r",
        "swapped": "birth_l = birth_swapped_r",
        "one_digit": "hamming(birth_l, birth_r) = 1",
        "lunar": f"{APART} BETWEEN 17 AND 55",
        "year_only": f"birth_year_l = birth_year_r AND {NEW_YEAR}",
        "near_year": "right(birth_l, 4) = right(birth_r, 4) AND abs(birth_year_l - birth_year_r) <= 2",
        "same_year": "birth_year_l = birth_year_r",
    },
    "sex": {"same": "sex_l = sex_r"},
    "place": {
        "address": "address_l = address_r",
        "village": _either("village"),
        "town": _either("town"),
        "county": _either("county"),
    },
    "phone": {
        "same": "phone_l = phone_r",
        "one_digit": "strlen(phone_l) = strlen(phone_r) AND levenshtein(phone_l, phone_r) = 1",
    },
    "id": {
        "one_off": "levenshtein(id_text_l, id_text_r) <= 1",
        "start": "left(id_text_l, 14) = left(id_text_r, 14)",
        "near": "levenshtein(id_text_l, id_text_r) = 2",
    },
}
# Levels that count neither for nor against: what an id number's start says, birth date and area have said already.
SILENT = ("start",)
EMPTY = {
    "name": "name_l IS NULL OR name_r IS NULL",
    "birth": "birth_l IS NULL OR birth_r IS NULL",
    "sex": "sex_l IS NULL OR sex_r IS NULL",
    "place": "(address_l IS NULL OR address_r IS NULL) AND "
    "(COALESCE(county_l, county2_l) IS NULL OR COALESCE(county_r, county2_r) IS NULL)",
    "phone": "phone_l IS NULL OR phone_r IS NULL",
    "id": "id_text_l IS NULL OR id_text_r IS NULL",
}
# Pairs that are looked at: at least one of these must agree. Each keeps some pairs that slips hide from the others.
ROWS = (
    ("name", "birth"),
    ("name", "village"),
    ("pinyin", "town", "birth_year"),
    ("pinyin", "birth_year", "substr(birth, 7)"),
    ("pinyin", "birth_year", "substr(birth, 5, 2)"),
    ("sound", "birth"),
    ("birth", "town"),
    ("phone",),
    ("address", "left(name, 1)"),
    ("name", "county", "birth_year"),
    ("pinyin", "village"),
    ("left(id_text, 14)",),
    ("name", "right(id_text, 6)"),
    ("name", "left(id_text, 6)", "substr(id_text, 9, 6)"),
)
DOUBLES = (
    ("name", "birth"),
    ("pinyin", "birth", "county"),
    ("pinyin", "phone"),
    ("pinyin", "address"),
    ("name", "village", "birth_year"),
    ("birth", "village", "left(name, 1)"),
)
# Pairs for training: among those that agree in these, true pairs are neither rare nor all.
TRAINING = (("name", "village"), ("phone",), ("name", "birth"))
ENOUGH = 200  # pairs that a round of training needs
FEW = 200_000  # pairs that are compared in one go
# Threads add up fractions in an order of their own, so the last digits differ from run to run: they are cut off.
DIGITS = 6


@dataclass(frozen=True)
class Plan:
    """What is compared with what.

    Attributes:
        kind: link_only or dedupe_only.
        training: columns of the blocks of pairs that the shares m are learnt from; none: the stated ones hold.
        silent: comparisons that count neither for nor against.
    """

    kind: str
    rules: Sequence[tuple[str, ...]]
    prior: float
    training: Sequence[tuple[str, ...]] = TRAINING
    silent: Sequence[str] = ()


def _rules(splink: Any, rules: Sequence[tuple[str, ...]]) -> list[Any]:
    return [splink.block_on(*columns) for columns in rules]


def check(settings: LinkageSettings) -> None:
    """Raise PolicyError where the file's comparisons and levels are not those that can be computed."""
    known = {name: [*levels, "differs"] for name, levels in CONDITIONS.items()}
    stated = {name: [*comparison.levels] for name, comparison in settings.comparisons.items()}
    wrong = [name for name in {**known, **stated} if known.get(name) != stated.get(name)]
    if wrong:
        raise PolicyError(
            "policy/linkage.yaml 的比对项或等级与程序不符：",
            "Comparisons or levels of policy/linkage.yaml are not those that can be computed:",
            [(f"{n}：应为 {known.get(n)}", f"{n}: must be {known.get(n)}") for n in wrong],
        )


def untrained(settings: LinkageSettings, plan: Plan) -> Model:
    """Splink's settings with the stated shares. Raises PolicyError if the levels are others than known."""
    check(settings)
    return {
        "link_type": plan.kind,
        "probability_two_random_records_match": plan.prior,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "additional_columns_to_retain": ["is_valid"],
        "comparisons": [_comparison(name, given) for name, given in settings.comparisons.items()],
        "linker_uid": "yiyang",
    }


def _comparison(name: str, given: Comparison) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": EMPTY[name], "label_for_charts": "unknown", "is_null_level": True}
    ]
    for level, stated in given.levels.items():
        condition = CONDITIONS[name].get(level, "ELSE")
        entry = {"sql_condition": condition, "label_for_charts": level, "m_probability": stated.m}
        if condition == "name_l = name_r":
            # Many share a common name: it says less than a rare one.
            entry |= {"tf_adjustment_column": "name", "tf_adjustment_weight": 1.0}
        levels.append(entry | {"u_probability": stated.u})
    return {"output_column_name": name, "comparison_levels": levels}


def linker(con: Connection, tables: Sequence[str], model: Model, plan: Plan) -> Any:
    """A Splink linker over tables of `con`, quiet."""
    splink = _splink()
    logging.getLogger("splink").setLevel(logging.ERROR)
    api = splink.DuckDBAPI(connection=con)
    inputs = [api.register(table, dataset_display_name=f"{place}_{table}") for place, table in enumerate(tables)]
    settings = model | {"blocking_rules_to_generate_predictions": _rules(splink, plan.rules)}
    # `check` has looked at the settings; Splink's own look parses every condition anew, a tenth of a second each time.
    words: dict[str, Any] = {"log_level": None, "validate_settings": False}
    return splink.Linker(inputs if len(inputs) > 1 else inputs[0], settings, **words)


def _splink() -> Any:
    try:
        import splink
    except ImportError as error:
        raise MissingPart(
            "人员关联需要 splink。请安装：pip install 'yiyang[linkage]'",
            "Linkage needs Splink. Install it: pip install 'yiyang[linkage]'",
        ) from error
    return splink


def train(con: Connection, tables: Sequence[str], model: Model, plan: Plan, training: Training, *, rows: int) -> Model:
    """The model with its parameters estimated; with few rows only u, how often strangers agree."""
    made = linker(con, tables, model, plan)
    # Splink looks at some of the pairs, and at more while it has seen too little; where there are few, at all at once.
    pairs = prod(sql.number(con, f"SELECT count(*) FROM {table}") for table in (tables[0], tables[-1]))
    chunks = 1 if pairs <= FEW else 10
    made.training.estimate_u_using_random_sampling(max_pairs=training.pairs, seed=training.seed, num_chunks=chunks)
    if rows >= training.least_rows:
        _expect_and_maximise(con, made, tables, plan, training)
    found = made.misc.save_model_to_json()
    made._db_api.delete_tables_created_by_splink_from_db()
    return _filled(found, model, plan)


def _expect_and_maximise(con: Connection, made: Any, tables: Sequence[str], plan: Plan, training: Training) -> None:
    """One round for each block of pairs that holds enough of them.

    Splink raises ValueError where a share sinks below what a float holds. Such a block tells too little: what the other
    blocks, or the file, say of the shares stands.
    """
    for columns in (columns for columns in plan.training if _pairs(con, tables, columns) >= ENOUGH):
        try:
            made.training.estimate_parameters_using_expectation_maximisation(
                _rules(_splink(), [columns])[0], estimate_without_term_frequencies=True, max_pairs=training.em_pairs
            )
        except ValueError as error:
            block = "、".join(columns)
            say(f"参数估计略过 {block}：{error}", f"Nothing is learnt from pairs that agree in {block}: {error}")


def _pairs(con: Connection, tables: Sequence[str], columns: tuple[str, ...]) -> int:
    """How many pairs agree in these columns."""
    left, right = tables[0], tables[-1]
    counted = [f"SELECT {', '.join(columns)}, count(*) AS n FROM {table} GROUP BY ALL" for table in (left, right)]
    both = f"({counted[0]}) AS l JOIN ({counted[1]}) AS r USING ({', '.join(columns)})"
    size = "l.n * (l.n - 1) // 2" if left == right else "l.n * r.n"
    return sql.number(con, f"SELECT COALESCE(sum({size}), 0) FROM {both}")


def _filled(found: Model, stated: Model, plan: Plan) -> Model:
    """The estimates, with the stated share where a level was not seen, and never less than the stated u.

    Among pairs drawn at random are some true ones; what they add to u is taken off.
    """
    prior = stated["probability_two_random_records_match"]
    for comparison, given in zip(found["comparisons"], stated["comparisons"], strict=True):
        pairs = zip(comparison["comparison_levels"], given["comparison_levels"], strict=True)
        for level, start in (pair for pair in pairs if not pair[0].get("is_null_level")):
            m, u = level.get("m_probability"), level.get("u_probability")
            # A level that training hardly saw is rare, not impossible.
            level["m_probability"] = max(m if isinstance(m, float) else 0.0, start["m_probability"] / 10)
            strangers = (u if isinstance(u, float) else 0.0) - prior * level["m_probability"]
            level["u_probability"] = max(strangers, start["u_probability"])
            if start["label_for_charts"] in SILENT or given["output_column_name"] in plan.silent:
                level["u_probability"] = level["m_probability"]
            level |= {share: float(f"{level[share]:.{DIGITS}g}") for share in ("m_probability", "u_probability")}
    return found | {"probability_two_random_records_match": prior}


def level_sql(comparison: str) -> str:
    """SQL: the slug of a pair's level, over columns ending in _l and _r; NULL where there is nothing to compare."""
    cases = " ".join(f"WHEN {condition} THEN '{level}'" for level, condition in CONDITIONS[comparison].items())
    return f"CASE WHEN {EMPTY[comparison]} THEN NULL {cases} ELSE 'differs' END"


def predict(con: Connection, tables: Sequence[str], model: Model, plan: Plan, at_least: float) -> None:
    """Make the table `scored` of pairs: unique_id_l and _r, is_valid_l and _r, match_weight, mw_<comparison> (bits)."""
    made = linker(con, tables, model, plan)
    found = made.inference.predict(threshold_match_probability=at_least, warning_mode="never")
    sql.table(con, "scored", f"FROM {found.physical_name}")
    made._db_api.delete_tables_created_by_splink_from_db()


def save(model: Model, path: Path) -> None:
    """Write the trained parameters, so that the same run can be repeated."""
    plain = {name: value for name, value in model.items() if name != "blocking_rules_to_generate_predictions"}
    path.write_text(json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n", "utf-8")


def load(path: Path) -> Model:
    """Parameters written by `save`."""
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise SnapshotError(
            f"{path} 不是人员关联的参数文件。请重新训练。", f"{path} holds no linkage parameters. Train again."
        ) from error
