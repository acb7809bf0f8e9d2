"""The database allows the steps of policy and refuses every other, whoever writes."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any, get_args

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from conftest import ZHUYANG
from yiyang.access.scope import acting
from yiyang.cases import steps
from yiyang.cases.models import Case, Decision, State, Step, Transition
from yiyang.cases.processes import load_processes, put
from yiyang.cases.tests.town import ITEM, LIST, citizen
from yiyang.catalog.process_schema import CaseState, DecisionKind

pytestmark = pytest.mark.django_db
PROCESSES = ("automatic", "application")


def opened(person: Any, process: str, state: str) -> Case:
    case: Case = Case.objects.create(
        number=f"{person.pk % 10**9}{process[:2]}{state}"[:24], person=person, item=ITEM, list_area=LIST,
        process=process, channel="run", area_code=ZHUYANG, state=state, state_since=timezone.now(), every="month",
    )  # fmt: skip
    return case


def test_the_schema_of_processes_knows_every_state_and_decision() -> None:
    assert get_args(CaseState) == tuple(State.values)
    assert get_args(DecisionKind) == tuple(Decision.Kind.values)


def routes(process: str) -> dict[str, list[str]]:
    """State → the steps of the shortest way there, by the table."""
    found: dict[str, list[str]] = {"": []}
    waiting = [""]
    while waiting:
        state = waiting.pop(0)
        for rule in Transition.objects.filter(process=process, from_state=state).order_by("pk"):
            if rule.to_state not in found:
                found[rule.to_state] = [*found[state], rule.to_state]
                waiting.append(rule.to_state)
    return found


def brought_to(person: Any, process: str, state: str) -> Case:
    way = routes(process)[state]
    case = opened(person, process, way[0])
    for each in way[1:]:
        Case.objects.filter(pk=case.pk).update(state=each)
    case.refresh_from_db()
    return case


def test_the_table_is_what_policy_says(as_platform: None) -> None:
    rows = {(process, slug, state, rule.to) for process, slug, state, rule in load_processes().rows()}
    assert set(Transition.objects.values_list("process", "slug", "from_state", "to_state")) == rows


def test_laying_the_table_again_writes_nothing(as_platform: None) -> None:
    before = list(Transition.objects.order_by("pk").values_list("pk", flat=True))
    put("default")
    assert list(Transition.objects.order_by("pk").values_list("pk", flat=True)) == before


@pytest.mark.parametrize("process", PROCESSES)
def test_allows_the_steps_of_the_table_and_refuses_every_other(process: str, person: Any, as_platform: None) -> None:
    elder = person("春兰", ZHUYANG)
    allowed = set(Transition.objects.filter(process=process).values_list("from_state", "to_state"))
    reached = routes(process)
    for before, after in product(State.values, State.values):
        if before not in reached or before == after:
            continue
        point = transaction.savepoint()
        case = brought_to(elder, process, before)
        try:
            with transaction.atomic():
                Case.objects.filter(pk=case.pk).update(state=after)
            done = True
        except Error:
            done = False
        assert done == ((before, after) in allowed), (before, after)
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_case_begins_in_an_opening_state_only(process: str, person: Any, as_platform: None) -> None:
    elder = person("春兰", ZHUYANG)
    openings = set(Transition.objects.filter(process=process, from_state="").values_list("to_state", flat=True))
    for state in State.values:
        point = transaction.savepoint()
        try:
            with transaction.atomic():
                opened(elder, process, state)
            done = True
        except Error:
            done = False
        assert done == (state in openings), state
        transaction.savepoint_rollback(point)


def test_raw_sql_leaves_its_step_too(person: Any, as_platform: None) -> None:
    case = opened(person("春兰", ZHUYANG), "application", "found")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET state = 'told' WHERE id = %s", [case.pk])
    step = Step.objects.order_by("-pk")[0]
    assert (step.slug, step.from_state, step.to_state, step.by_name) == ("tell", "found", "told", "test")
    case.refresh_from_db()
    assert case.due == timezone.localdate() + timedelta(days=30)


@pytest.mark.parametrize(
    "statement",
    [
        (
            'INSERT INTO cases_step (case_id, slug, from_state, to_state, at, by_name, "right", reason, detail) '
            "VALUES (%s, 'grant', 'checked', 'granted', now(), '', '', '', '{}')"
        ),
        "UPDATE cases_step SET by_name = 'x' WHERE case_id = %s",
        "DELETE FROM cases_step WHERE case_id = %s",
        "DELETE FROM cases_case WHERE id = %s",
        "UPDATE cases_decision SET fen = 1 WHERE case_id = %s",
        "UPDATE cases_transition SET to_state = 'granted' WHERE id = %s",
        "UPDATE cases_case SET number = '1' WHERE id = %s",
        "UPDATE cases_case SET process = 'automatic' WHERE id = %s",
    ],
)
def test_what_was_done_is_not_rewritten(statement: str, person: Any, as_platform: None) -> None:
    case = opened(person("春兰", ZHUYANG), "application", "found")
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [case.pk])


def test_an_amount_in_effect_changes_by_a_step_only(person: Any, as_platform: None) -> None:
    case = opened(person("春兰", ZHUYANG), "application", "in_effect")
    with pytest.raises(Error), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(fen=99999)
    with steps.taking("change"):
        Case.objects.filter(pk=case.pk).update(fen=99999)
    assert Step.objects.order_by("-pk")[0].detail["fen"] == 99999


@pytest.mark.parametrize("change", [{"state": "granted"}, {"state": "told"}, {"fen": 99999}, {"area_code": -1}])
def test_a_citizen_can_write_nothing_but_his_own_steps(change: dict[str, Any], person: Any, as_platform: None) -> None:
    elder = person("春兰", ZHUYANG)
    case = opened(elder, "application", "found")
    with acting(citizen(elder)):
        with pytest.raises(Error), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**change)
        with pytest.raises(Error), transaction.atomic():
            opened(elder, "application", "in_effect")
        assert Case.objects.filter(pk=case.pk).update(state="agreed") == 1


def test_one_open_case_a_person_and_item(person: Any, as_platform: None) -> None:
    elder = person("春兰", ZHUYANG)
    opened(elder, "application", "found")
    with pytest.raises(Error), transaction.atomic():
        opened(elder, "application", "applied")
