"""What is typed becomes a range that an index serves, under row-level security too: proved on fifty thousand people."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection

from yiyang.access import secrets
from yiyang.access.scope import acting, platform
from yiyang.accounts.scopes import scope_of
from yiyang.audit.record import work
from yiyang.registry import search, store
from yiyang.registry.models import Person

ZHUYANG, DAZHU = 511724001000, 511724000000
MANY = 50_000
# Numbers that nobody could open, each another: an index serves them, and the planner knows that it does.
FILL = f"""
INSERT INTO registry_person (id, id_number, name, pinyin, initials, sex, birth_date, alive, area_code,
    registered_code, facts, groups, contested, month, is_current, changed_at)
SELECT n, '\\x{secrets.INDEXED.hex()}'::bytea || sha256(n::text::bytea) || sha256('x'), chr(19968 + n %% 400) || '某',
    chr(97 + n %% 26) || 'x' || n, chr(97 + n %% 26) || 'q', n %% 2, 19300101 + n %% 40 * 10000, 1, a.code,
    a.code, '{{}}', '[]', '[]', '2026-11', true, now()
FROM generate_series(1, {MANY}) AS n
JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS size FROM areas_area
    WHERE level = 'village' AND code BETWEEN 511702000000 AND 511724999999) AS a ON a.place = n %% a.size
"""


@pytest.fixture
def crowd(db: None) -> None:
    with work(platform("test")):
        store.execute(FILL, [])
        # Only the owner may measure: a plain ANALYZE warns and does nothing, and the plan would be a guess.
        store.execute("SELECT registry_analyze()")
        assert Person.objects.filter(id_hash__isnull=False).count() == MANY


def plan(rows: Any) -> tuple[str, list[str]]:
    """The plan as text, and the indexes it uses."""
    query, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {query}", parameters)
        told = cursor.fetchone()[0]
    text = told if isinstance(told, str) else json.dumps(told)
    return text, [part.split('"')[2] for part in text.split('"Index Name')[1:]]


@pytest.mark.parametrize(
    ("text", "order", "index"),
    [
        ("一某", "name", "registry_person_name"),
        ("bx1", "initials", "registry_person_initials"),
        ("ix10", "pinyin", "registry_person_pinyin"),
    ],
)
def test_a_prefix_is_an_index_condition_below_the_policy(
    text: str, order: str, index: str, crowd: None, grant: Any
) -> None:
    from django.utils import timezone

    user = grant("爱华", "city_officer", 511700000000)
    with work(platform("test")):
        scope = scope_of(user, timezone.localdate())
    with acting(scope):
        rows = Person.objects.filter(search.text_q(text).q).order_by(order, "pk")[:51]
        told, used = plan(rows)
    assert index in used, told[:2000]
    # In the index's condition, not in a filter above it: only leakproof operators may stand there.
    assert re.search(rf'"Index Cond": "\(+{order}\)', told), told[:2000]


def test_an_id_number_is_found_by_its_hash_and_index(crowd: None, grant: Any, person: Any) -> None:
    from django.utils import timezone

    somebody = person("春兰", ZHUYANG + 1)
    # Where he may see everybody, no index of areas can seem the shorter way to a guess of the planner.
    user = grant("保国", "city_officer", 511700000000)
    with work(platform("test")):
        scope = scope_of(user, timezone.localdate())
    with acting(scope):
        rows = Person.objects.filter(search.text_q("".join(somebody.id_number)).q)
        assert [row.pk for row in rows] == [somebody.pk]
        assert "registry_person_id_number" in plan(rows)[1]


def test_the_index_of_disputes_serves_their_list(crowd: None, grant: Any) -> None:
    from django.utils import timezone

    user = grant("爱华", "county_officer", DAZHU)
    with work(platform("test")):
        scope = scope_of(user, timezone.localdate())
    with acting(scope):
        rows = Person.objects.filter(merged_into=None).exclude(contested=[]).order_by("area_code", "pk")[:51]
        assert "registry_person_contested" in plan(rows)[1]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("5117 0219 4001 0100 13", "number"),
        ("王", "name"),
        ("欧阳·娜", "name"),
        ("w", "initials"),
        ("wcl", "initials"),
        ("wang", "pinyin"),
        ("li", "pinyin"),
        ("ma", "letters"),
        ("'; DROP", "pinyin"),
        ("😀", "name"),
        ("%", "name"),
    ],
)
def test_tells_what_kind_of_text_was_typed(text: str, kind: str) -> None:
    assert search.text_q(text).kind == kind


def test_the_end_of_a_prefix_is_no_surrogate() -> None:
    assert search.prefix("name", "\ud7ff").children[1] == ("name__lt", "\ue000")
