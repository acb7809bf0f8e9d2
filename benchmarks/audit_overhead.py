"""What the history of writes costs: rows of people updated with and without it, and one seal over all of them.

    python benchmarks/audit_overhead.py --rows 200000

Needs a throw-away installation: YIYANG_DATA names an empty folder. Times are seconds, the best of four.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from yiyang.site import start

FILL = """
INSERT INTO registry_person (id, household, name, pinyin, initials, sex, birth_date, alive, area_code, registered_code,
    is_current, facts, groups, contested, month, changed_at)
SELECT n, n / 2, '爱华', 'aihua', 'ah', 1, 19400101, 1, 511724001000, 511724001000, true,
    jsonb_build_object('ability', n %% 5, 'hardship', n %% 4, 'disability', n %% 5, 'lives_alone', n %% 2,
        'resident_area', 511724001000, 'registered_area', 511724001000, 'birth_date', 19400101, 'sex', 1, 'alive', 1),
    '[]', '[]', '2026-11', now() FROM generate_series(1, %s) AS n
"""
UPDATES = {
    "one column": "UPDATE registry_person SET month = CASE month WHEN '2026-11' THEN '2026-12' ELSE '2026-11' END",
    "facts": "UPDATE registry_person SET facts = facts || jsonb_build_object('ability', id + length(month))",
}


def main() -> None:
    """Measure and print JSON."""
    words = argparse.ArgumentParser()
    words.add_argument("--rows", type=int, default=200_000)
    rows = words.parse_args().rows
    with start.start():
        start.migrate()
        from django.db import connections, transaction

        owner = connections["owner"]
        found: dict[str, Any] = {"rows": rows}
        with transaction.atomic(using="owner"), owner.cursor() as cursor:
            # Inserts are counted by the statement, deletes keep the whole row.
            found["insert"] = _both(
                cursor, lambda: cursor.execute(FILL, [rows]), before="TRUNCATE registry_person CASCADE"
            )
            for name, update in UPDATES.items():
                found[f"update {name}"] = _both(cursor, lambda update=update: cursor.execute(update))  # type: ignore[misc]
            cursor.execute("SELECT set_config('yiyang.sealed', '', true)")
            began = time.perf_counter()
            cursor.execute("SELECT audit_seal_writes()")
            found["seal"] = {"writes": _writes(cursor), "seconds": round(time.perf_counter() - began, 2)}
            transaction.set_rollback(True, using="owner")
    print(json.dumps(found, indent=2))


def _both(cursor: Any, work: Any, before: str = "SELECT 1") -> dict[str, float]:
    seconds = {}
    for name in ("DISABLE", "ENABLE"):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE registry_person {name} TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        runs = []
        for _ in range(4):
            cursor.execute(before)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            began = time.perf_counter()
            work()
            runs.append(time.perf_counter() - began)
        seconds[name] = min(runs)
    plain, noted = seconds["DISABLE"], seconds["ENABLE"]
    return {"without": round(plain, 2), "with": round(noted, 2), "ratio": round(noted / plain, 2)}


def _writes(cursor: Any) -> int:
    cursor.execute("SELECT detail ->> 'writes' FROM audit_line WHERE kind = 'seal' ORDER BY seq DESC LIMIT 1")
    return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
