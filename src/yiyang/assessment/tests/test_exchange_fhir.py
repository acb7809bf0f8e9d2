"""FHIR R4B out and in: valid by the FHIR library, equal after the round, and nothing is taken on trust."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiyang.assessment.asking import form_of
from yiyang.assessment.exchange_fhir import (
    Resource,
    agrees,
    questionnaire,
    read_questionnaire,
    read_response,
    response,
    validated,
)
from yiyang.assessment.tests.answering import DESTITUTE, FORMER, GB, SCORED, SELF_CHECK, answers_to, best, scale
from yiyang.base.errors import MissingPart, UsageError

pytest.importorskip("fhir.resources")
AT = datetime(2026, 11, 20, 1, 40, tzinfo=UTC)
TAKEN = {f"{one.id}|{one.version}": one for one in map(scale, (*SCORED, SELF_CHECK))}


def _over_the_wire(resource: Resource) -> Resource:
    return dict(json.loads(json.dumps(resource, ensure_ascii=False)))


def _sent(slug: str = DESTITUTE, **changes: Any) -> Resource:
    return _over_the_wire(response(scale(slug), best(scale(slug)), request="P1", authored=AT)) | changes


@pytest.mark.parametrize("slug", [*SCORED, SELF_CHECK])
def test_a_scale_is_a_valid_questionnaire_with_points_and_comes_back_equal(slug: str) -> None:
    resource = _over_the_wire(questionnaire(scale(slug)))
    validated(resource)
    assert agrees(scale(slug), resource) == []
    assert read_questionnaire(resource) == {
        code: {option.value: option.points for option in item.options} for code, item in scale(slug).items.items()
    }


@given(st.data())
@settings(max_examples=25)
def test_answers_come_back_as_they_went(data: st.DataObject) -> None:
    one = data.draw(st.sampled_from([*TAKEN.values()]))
    answers = data.draw(answers_to(one))
    found = read_response(_over_the_wire(response(one, answers, request="P1", authored=AT)), TAKEN)
    assert found.answers == answers
    assert (found.instrument, found.version, found.request, found.authored) == (one.id, one.version, "P1", AT)


def test_no_name_of_the_person_and_no_score_go_out() -> None:
    sent = _sent(GB)
    assert set(sent) == {"resourceType", "identifier", "questionnaire", "status", "authored", "item"}


def test_a_questionnaire_that_differs_is_told_item_by_item() -> None:
    resource = _over_the_wire(questionnaire(scale(DESTITUTE)))
    resource["item"][0]["item"][0]["answerOption"][0]["valueCoding"]["extension"][0]["valueDecimal"] = 2
    del resource["item"][0]["item"][5]
    said = [en for _, en in agrees(scale(DESTITUTE), resource)]
    assert [line.split(":")[0] for line in said] == ["S1", "S6"]


def test_a_scale_without_items_is_no_questionnaire() -> None:
    with pytest.raises(UsageError, match="no items"):
        questionnaire(scale(FORMER))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"status": "in-progress"}, "only completed ones"),
        ({"authored": "yesterday"}, "No valid FHIR"),
        ({"questionnaire": "http://loinc.org/q/96761-2"}, "taken are urn:yiyang:instrument:gbt_42195_2022"),
        (
            {"questionnaire": "urn:yiyang:instrument:destitute_self_care|2020.1"},
            "questionnaire: answers version 2020.1, used here are",
        ),
        ({"questionnaire": "urn:yiyang:instrument:destitute_self_care"}, "answers version ?"),
        ({"identifier": None}, "identifier: it does not say whose it is"),
        (
            {"identifier": {"system": "urn:hospital:patient", "value": "7"}},
            "identifier.system: is urn:hospital:patient",
        ),
        ({"item": []}, "S1 eating: missing"),
        ({"score": 6}, "No valid FHIR"),
        ({"resourceType": "Patient"}, "not taken"),
    ],
)
def test_a_response_that_does_not_fit_is_refused_with_the_reason(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_response(_sent() | changes, TAKEN)
    assert says in str(caught.value)


def _first(resource: Resource) -> dict[str, Any]:
    return dict.__getitem__(resource["item"][0], "item")[0]


def test_an_answer_of_another_code_system_is_refused() -> None:
    sent = _sent()
    _first(sent)["answer"][0]["valueCoding"]["system"] = "http://loinc.org"
    with pytest.raises(UsageError, match="S1: the code system should be urn:yiyang:instrument:destitute_self_care:S1"):
        read_response(sent, TAKEN)


def test_an_answer_of_another_kind_or_twice_is_refused() -> None:
    sent = _sent()
    _first(sent)["answer"] = [{"valueBoolean": True}]
    sent["item"].append(_sent()["item"][0]["item"][1])
    with pytest.raises(UsageError) as caught:
        read_response(sent, TAKEN)
    assert "S1: there should be one valueCoding" in str(caught.value)
    assert "S2: stands more than once" in str(caught.value)


def test_two_answers_and_what_is_no_option_and_no_item_are_each_named() -> None:
    sent = _sent()
    _first(sent)["answer"] *= 2
    with pytest.raises(UsageError, match="S1: 2 answers; choose one"):
        read_response(sent, TAKEN)
    sent = _sent()
    _first(sent)["answer"][0]["valueCoding"]["code"] = "9"
    sent["item"][0]["item"].append({"linkId": "S9", "answer": [{"valueCoding": {"code": "1"}}]})
    with pytest.raises(UsageError) as caught:
        read_response(sent, TAKEN)
    said = str(caught.value)
    assert "there is no item S9" in said
    assert "S1 eating: no option '9'" in said


def test_points_that_are_sent_along_are_not_believed() -> None:
    sent = _sent()
    coding = _first(sent)["answer"][0]["valueCoding"]
    coding["code"], coding["extension"][0]["valueDecimal"] = "0", 1
    assert read_response(sent, TAKEN).answers["S1"] == "0"


def test_items_nested_without_end_are_refused() -> None:
    item: dict[str, Any] = {"linkId": "S1"}
    for _ in range(3000):
        item = {"linkId": "group", "item": [item]}
    with pytest.raises(UsageError, match="No valid FHIR"):
        read_response(_sent() | {"item": [item]}, TAKEN)


def test_groups_may_be_nested_or_missing() -> None:
    sent = _sent(GB)
    flat = [item for group in sent["item"] for item in group["item"]]
    assert read_response(sent | {"item": flat}, TAKEN).answers == best(scale(GB))
    deep = [{"linkId": "all", "item": [{"linkId": "B", "item": flat[:5]}, *flat[5:]]}]
    assert read_response(sent | {"item": deep}, TAKEN).answers == best(scale(GB))


def test_a_response_of_a_day_has_no_time() -> None:
    assert read_response(_sent(authored="2026-11"), TAKEN).authored is None


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fhir.resources.R4B.questionnaireresponse", None)
    with pytest.raises(MissingPart, match="yiyang\\[fhir\\]"):
        read_response(_sent(), TAKEN)


def test_the_form_on_the_phone_asks_every_item_and_shows_no_points() -> None:
    form = form_of(scale(GB))
    questions = [question for section in form["sections"] for question in section["questions"]]
    assert [question["id"] for question in questions] == list(scale(GB).items)
    assert {tuple(option) for question in questions for option in question["options"]} == {("value", "text")}
