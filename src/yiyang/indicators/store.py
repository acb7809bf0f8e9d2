"""Figures into the database, in bulk, and which of them are the newest knowledge. Within the caller's transaction."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from yiyang.areas.logic import span
from yiyang.catalog.indicator_schema import Indicator
from yiyang.indicators.models import Measurement
from yiyang.indicators.policy import formula_hash, load_indicators
from yiyang.registry import store
from yiyang.registry.models import Delivery

TYPES = (
    "indicator text, area bigint, size bigint, numerator double precision, denominator double precision, "
    "value double precision, formula text"
)
INSERT = """
INSERT INTO indicators_figure (area_code, indicator, "on", known, source, numerator, denominator, value, size,
    formula_hash, measurement_id, is_current, is_synthetic)
SELECT area, indicator, %s, %s, 'measured', numerator, denominator, value, size, formula, %s, true, %s
FROM new_figures
ON CONFLICT (indicator, area_code, "on", source, known) DO UPDATE SET numerator = excluded.numerator,
    denominator = excluded.denominator, value = excluded.value, formula_hash = excluded.formula_hash,
    measurement_id = excluded.measurement_id, is_synthetic = excluded.is_synthetic
"""
# The latest knowledge of each figure of the day and place, and no other.
NEWEST = """
UPDATE indicators_figure AS f SET is_current = (f.known = n.known) FROM (
    SELECT indicator, area_code, max(known) AS known FROM indicators_figure
    WHERE "on" = %s AND source = 'measured' AND area_code >= %s AND area_code < %s GROUP BY 1, 2
) AS n
WHERE f.indicator = n.indicator AND f.area_code = n.area_code AND f."on" = %s AND f.source = 'measured'
    AND f.is_current <> (f.known = n.known)
"""


def put(measurement: Measurement, table: pa.Table, scratch: Path) -> int:
    """Keep what was counted; the same day and knowledge measured again replaces what was there. Returns how many."""
    low, high = span(measurement.area_code)
    file = scratch / "figures.csv"
    pyarrow.csv.write_csv(with_values(table).combine_chunks(), file, pyarrow.csv.WriteOptions(include_header=False))
    store.execute(f"CREATE TEMP TABLE new_figures ({TYPES}) ON COMMIT DROP")
    columns = ("indicator", "area", "size", "numerator", "denominator", "value", "formula")
    store.copy_in("new_figures", columns, file)
    words = [measurement.on, measurement.known, measurement.pk, is_synthetic()]
    found = store.execute(INSERT, words)
    store.execute("DROP TABLE new_figures")
    store.execute(NEWEST, [measurement.on, low, high, measurement.on])
    store.execute("SELECT indicators_analyze()")
    return found


def with_values(table: pa.Table) -> pa.Table:
    """indicator, area, size, numerator, denominator, with the value and the formula's fingerprint added."""
    known = load_indicators()
    names = pc.unique(table["indicator"]).to_pylist() if table.num_rows else []
    per = _looked_up(table["indicator"], {name: float(known[name].per) for name in names}, pa.float64())
    counts = _looked_up(table["indicator"], {name: known[name].shape == "count" for name in names}, pa.bool_())
    below = pc.if_else(pc.equal(table["denominator"], 0.0), None, table["denominator"])
    divided = pc.divide(pc.multiply(table["numerator"], per), below)
    value = pc.if_else(counts, table["numerator"], divided)
    formula = _looked_up(table["indicator"], {name: formula_hash(known[name]) for name in names}, pa.string())
    return table.append_column("value", value).append_column("formula", formula)


def _looked_up(names: pa.ChunkedArray, words: dict[str, object], kind: pa.DataType) -> pa.ChunkedArray:
    keys = pa.array(list(words), pa.string())
    values = pa.array([words[key] for key in words], kind)
    return pc.take(values, pc.index_in(names, value_set=keys))


def value_of(indicator: Indicator, numerator: float | None, denominator: float | None) -> float | None:
    """The value of a figure; None where there is nothing to divide by."""
    if numerator is None or indicator.shape == "count":
        return numerator
    return numerator * indicator.per / denominator if denominator else None


def is_synthetic() -> bool:
    """Whether everything delivered so far is made up."""
    accepted = Delivery.objects.filter(state=Delivery.State.ACCEPTED)
    return accepted.exists() and not accepted.filter(is_synthetic=False).exists()
