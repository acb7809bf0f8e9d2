"""Scales and filled forms as FHIR R4B `Questionnaire` and `QuestionnaireResponse`, out and in.

Names are our own URIs: GB/T 42195 has no LOINC codes, and those of the Barthel index mean something else. Each option
carries its points in the extension `ordinalValue`. No score is taken over: the platform scores the answers itself.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yiyang.assessment.instrument import Instrument, Item, Option
from yiyang.assessment.logic import Problem, tidy
from yiyang.base.errors import MissingPart, UsageError

Resource = dict[str, Any]
# No registered name and no address of an installation: the same scale has the same name everywhere.
SCALES = "urn:yiyang:instrument"
REQUESTS = "urn:yiyang:assessment-request"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
CIRCUMSTANCES = "circumstances"


@dataclass(frozen=True)
class Response:
    """A filled form that came in: the scale and version it names, whom it is about, when, and the tidy answers."""

    instrument: str
    version: str
    request: str
    authored: datetime | None
    answers: dict[str, str]


def url_of(instrument: Instrument) -> str:
    """The canonical name of a scale, without its version."""
    return f"{SCALES}:{instrument.id}"


def system_of(instrument: Instrument, item: Item) -> str:
    """The code system of one item's options."""
    return f"{url_of(instrument)}:{item.code}"


def questionnaire(instrument: Instrument) -> Resource:
    """The scale as a Questionnaire. Raises UsageError for one without items."""
    if not instrument.items:
        raise UsageError(f"“{instrument.name}”只登记结果，没有条目。", f"{instrument.id} has no items.")
    period = {"start": instrument.starts.isoformat()} | (
        {"end": instrument.ends.isoformat()} if instrument.ends else {}
    )
    return {
        "resourceType": "Questionnaire",
        "url": url_of(instrument),
        "version": instrument.version,
        "name": "".join(word.capitalize() for word in instrument.id.split("_")),
        "title": instrument.name,
        "status": "active",
        "subjectType": ["Patient"],
        "effectivePeriod": period,
        "description": instrument.note or instrument.name,
        "item": list(_groups(instrument)),
    }


def response(instrument: Instrument, answers: Mapping[str, Any], *, request: str, authored: datetime) -> Resource:
    """A filled form as a QuestionnaireResponse, named by the request alone: no name and no id number leave with it.

    Args:
        request: the request's number.
        authored: when it was filled in; must know its time zone.

    Raises:
        UsageError: as `tidy`.
    """
    given = tidy(instrument, answers)
    groups = [_group(part.code, part.name, _answered(instrument, part.items, given)) for part in instrument.parts]
    if instrument.circumstances:
        groups.append(_group(CIRCUMSTANCES, "影响等级的情况", _answered(instrument, instrument.circumstances, given)))
    return {
        "resourceType": "QuestionnaireResponse",
        "identifier": {"system": REQUESTS, "value": request},
        "questionnaire": f"{url_of(instrument)}|{instrument.version}",
        "status": "completed",
        "authored": authored.isoformat(),
        "item": groups,
    }


def read_response(resource: Resource, instruments: Mapping[str, Instrument]) -> Response:
    """A QuestionnaireResponse that came in.

    Args:
        instruments: the scales that are taken, by "id|version".

    Raises:
        MissingPart: the FHIR library is not installed.
        UsageError: it is no valid R4B resource, does not say of which request it is, names no such scale or version, is
            not completed, or its answers do not fit; every fault with its place and what to do.
    """
    validated(resource)
    problems = [*_head_problems(resource, instruments)]
    if problems:
        raise UsageError(
            "这份 FHIR 答卷不能用，请改正后重新提交：",
            "This FHIR response cannot be used; mend it and send it again:",
            problems,
        )
    scale = instruments[_named(resource)]
    return Response(
        instrument=scale.id,
        version=scale.version,
        request=_request_of(resource),
        authored=_authored(resource),
        answers=tidy(scale, dict(_given(scale, resource))),
    )


def read_questionnaire(resource: Resource) -> dict[str, dict[str, int | None]]:
    """A Questionnaire's items, each with its options and their points, to be laid beside a scale of ours.

    Raises:
        MissingPart: the FHIR library is not installed.
        UsageError: it is no valid R4B Questionnaire.
    """
    validated(resource)
    if resource.get("resourceType") != "Questionnaire":
        raise UsageError("这不是 Questionnaire。", "This is no Questionnaire.")
    return {item["linkId"]: _points_in(item) for item in _leaves(resource) if item.get("answerOption")}


def agrees(instrument: Instrument, resource: Resource) -> list[Problem]:
    """How a Questionnaire that came in differs from the scale: items, options, points. As `read_questionnaire`."""
    theirs = read_questionnaire(resource)
    ours = {code: {o.value: o.points for o in item.options} for code, item in instrument.items.items()}
    return [
        (
            f"{code}：本平台 {ours.get(code)}，来件 {theirs.get(code)}",
            f"{code}: {ours.get(code)} here, {theirs.get(code)} there",
        )
        for code in dict.fromkeys([*ours, *theirs])
        if ours.get(code) != theirs.get(code)
    ]


def validated(resource: Resource) -> Resource:
    """The resource, if the FHIR library takes it for valid R4B. Raises MissingPart, UsageError."""
    kind = str(resource.get("resourceType", ""))
    if kind not in ("Questionnaire", "QuestionnaireResponse"):
        raise UsageError(f"不接收 FHIR 资源“{kind}”。", f"FHIR resources of type {kind!r} are not taken.")
    model = _model(kind)
    # Pydantic's error is a ValueError; items can be nested without end.
    try:
        model.model_validate(resource)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"不是合格的 FHIR R4B {kind}：{error}", f"No valid FHIR R4B {kind}: {error}") from error
    return resource


def _model(kind: str) -> Any:
    try:
        return getattr(importlib.import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
    except ModuleNotFoundError as error:
        raise MissingPart(
            "没有安装 FHIR 组件。请运行 pip install 'yiyang[fhir]'。",
            "The FHIR library is not installed. Run pip install 'yiyang[fhir]'.",
        ) from error


def _groups(instrument: Instrument) -> Iterator[Resource]:
    for part in instrument.parts:
        yield _group(part.code, part.name, [_question(instrument, item) for item in part.items])
    if instrument.circumstances:
        questions = [_question(instrument, item) for item in instrument.circumstances]
        yield _group(CIRCUMSTANCES, "影响等级的情况", questions)


def _group(link: str, text: str, items: list[Resource]) -> Resource:
    # A response's group has no type; a questionnaire's must have one.
    is_question = bool(items and "type" in items[0])
    return {"linkId": link, "text": text, **({"type": "group"} if is_question else {}), "item": items}


def _question(instrument: Instrument, item: Item) -> Resource:
    options = [{"valueCoding": _coding(instrument, item, option)} for option in item.options]
    return {
        "linkId": item.code,
        "prefix": item.code,
        "text": item.asks,
        "type": "choice",
        "required": True,
        "answerOption": options,
    }


def _coding(instrument: Instrument, item: Item, option: Option) -> Resource:
    points = [] if option.points is None else [{"url": ORDINAL, "valueDecimal": option.points}]
    coding = {"system": system_of(instrument, item), "code": option.value, "display": option.text}
    return {**({"extension": points} if points else {}), **coding}


def _answered(instrument: Instrument, items: tuple[Item, ...], given: Mapping[str, str]) -> list[Resource]:
    return [
        {
            "linkId": item.code,
            "text": item.asks,
            "answer": [{"valueCoding": _coding(instrument, item, item.by_value[given[item.code]])}],
        }
        for item in items
    ]


def _named(resource: Resource) -> str:
    return str(resource.get("questionnaire", "")).removeprefix(f"{SCALES}:")


def _authored(resource: Resource) -> datetime | None:
    """When it was filled in; None where nothing, or only a day, a month or a year is said."""
    authored = str(resource.get("authored", ""))
    return datetime.fromisoformat(authored) if "T" in authored else None


def _head_problems(resource: Resource, instruments: Mapping[str, Instrument]) -> Iterator[Problem]:
    if resource["resourceType"] != "QuestionnaireResponse":
        yield "应为 QuestionnaireResponse", "it should be a QuestionnaireResponse"
        return
    yield from _about_problems(resource)
    if _named(resource) not in instruments:
        yield _other_questionnaire(_named(resource), str(resource.get("questionnaire")), instruments)
        return
    if resource.get("status") not in ("completed", "amended"):
        given = resource.get("status")
        yield f"status 是 {given}，只收填完的（completed）", f"status is {given}; only completed ones are taken"
    yield from _answer_problems(instruments[_named(resource)], resource)


def _request_of(resource: Resource) -> str:
    return str((resource.get("identifier") or {}).get("value") or "").strip()


def _about_problems(resource: Resource) -> Iterator[Problem]:
    """Nobody's name stands in a response: the request's number alone says whose it is."""
    named = resource.get("identifier") or {}
    if not _request_of(resource):
        yield (
            f"identifier：没有写是谁的评估，请填评估申请编号（system 为 {REQUESTS}）",
            f"identifier: it does not say whose it is; give the request's number under {REQUESTS}",
        )
    elif named.get("system", REQUESTS) != REQUESTS:
        given = named["system"]
        yield f"identifier.system：是 {given}，应为 {REQUESTS}", f"identifier.system: is {given}, should be {REQUESTS}"


def _other_questionnaire(named: str, given: str, instruments: Mapping[str, Instrument]) -> Problem:
    """That it answers another version of a scale, or no scale that is taken, and what to do."""
    slug, _, version = named.partition("|")
    there = [name.partition("|")[2] for name in instruments if name.startswith(f"{slug}|")]
    if there:
        anew, used, wrong = f"{SCALES}:{slug}|{there[-1]}", "、".join(there), version or "?"
        zh = f"questionnaire：按版本 {wrong} 填写，本平台用的是 {used}；条目和分值可能不同，请按 {anew} 重新填写"
        return zh, f"questionnaire: answers version {wrong}, used here are {used}; fill in {anew} anew"
    known = "、".join(f"{SCALES}:{name}" for name in instruments)
    return f"questionnaire：是 {given}；可用：{known}", f"questionnaire is {given}; taken are {known}"


def _answer_problems(scale: Instrument, resource: Resource) -> Iterator[Problem]:
    """One coded answer an item, in the item's own code system."""
    seen: set[str] = set()
    for item in _leaves(resource):
        link = item["linkId"]
        codings = [answer.get("valueCoding") for answer in item.get("answer", [])]
        if link in seen:
            yield f"{link}：出现不止一次", f"{link}: stands more than once"
        seen.add(link)
        if len(codings) > 1:
            yield f"{link}：写了 {len(codings)} 个答案，只能选一个", f"{link}: {len(codings)} answers; choose one"
        elif not codings or not codings[0]:
            yield f"{link}：应有一个 valueCoding", f"{link}: there should be one valueCoding"
        elif link in scale.items and codings[0].get("system") != system_of(scale, scale.items[link]):
            asked = system_of(scale, scale.items[link])
            yield f"{link}：编码体系应为 {asked}", f"{link}: the code system should be {asked}"


def _given(scale: Instrument, resource: Resource) -> Iterator[tuple[str, str]]:
    for item in _leaves(resource):
        yield item["linkId"], item["answer"][0]["valueCoding"].get("code", "")


def _leaves(resource: Resource) -> Iterator[Resource]:
    """Items without items, whatever groups they stand in."""
    waiting = [*reversed(resource.get("item", []))]
    while waiting:
        item = waiting.pop()
        if item.get("item"):
            waiting += reversed(item["item"])
        else:
            yield item


def _points_in(item: Resource) -> dict[str, int | None]:
    codings = [option.get("valueCoding", {}) for option in item["answerOption"]]
    return {coding.get("code", ""): _ordinal(coding) for coding in codings}


def _ordinal(coding: Resource) -> int | None:
    found = [extension["valueDecimal"] for extension in coding.get("extension", []) if extension["url"] == ORDINAL]
    return int(found[0]) if found else None
