"""Every kind of slip in a file of policy/ is named with file, line and what is allowed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from yiyang.base.errors import PolicyError, UsageError
from yiyang.catalog.lists import departments, documents, list_areas, load_list
from yiyang.catalog.loader import read
from yiyang.catalog.tests.small import HEAD, PAPER, SOURCE, Policy, changed, complaint

SLIPS = {
    "an unknown key": (
        {"respnsible": "[civil_affairs]", "responsible": ""},
        ("allowance.yaml:14", "respnsible", "responsible"),
    ),
    "a missing key": ({"every": ""}, ("allowance.yaml:1", "缺少 every", "every is missing")),
    "an unknown enum value": ({"every": "monthly"}, ("allowance.yaml:8", "monthly", "是否想写 month", "quarter")),
    "a bad date": ({"starts": "2020-02-31"}, ("allowance.yaml:13", "2020-02-31", "2026-01-31")),
    "a number for a text": ({"name": "{zh: 5, en: five}"}, ("allowance.yaml:2", "name.zh", "引号")),
    "a text for a list": ({"responsible": "civil_affairs"}, ("allowance.yaml:6", "[a, b]")),
    "a misspelt id": ({"id": "Allowance"}, ("Allowance.yaml:1", "a-z")),
    "no department": ({"responsible": "[]"}, ("allowance.yaml:6", "不能为空")),
    "an unknown department": ({"responsible": "[civil_affair]"}, ("allowance.yaml:6", "是否想写 civil_affairs")),
    "an unknown document": (
        {"source": "{document: papr, article: 一, checked: transcribed}"},
        ("allowance.yaml:14", "papr", "是否想写 paper"),
    ),
    "an unknown value": ({"amount": "{value: summ}"}, ("allowance.yaml:9", "summ", "是否想写 sum")),
    "a misspelt fact": ({"who": "hardshp == destitute"}, ("allowance.yaml:7", "hardshp", "是否想写 hardship")),
    "a misspelt fact value": ({"who": "hardship == destitut"}, ("allowance.yaml:7", "是否想写 destitute")),
    "a condition that breaks off": ({"who": "age >= 80 and"}, ("allowance.yaml:7", "没有写完")),
    "an impossible age": ({"who": "age >= 800"}, ("allowance.yaml:7", "800", "120")),
    "a value used as condition that is missing": ({"who": "age >= @form_age"}, ("allowance.yaml:7", "form_age")),
    "an amount and a reason for none": ({"no_amount": "by_formula"}, ("allowance.yaml:15", "not_stated")),
    "neither value nor tiers": ({"amount": "{}"}, ("allowance.yaml:9", "value", "tiers")),
    "an end before the start": ({"ends": "2019-01-01"}, ("allowance.yaml:15", "2019-01-01")),
    "years for money": (
        {"values": f"{{sum: {{zh: 标准, en: s, unit: years, from: {{2020-01-01: 5}}, source: {SOURCE}}}}}"},
        ("allowance.yaml:9", "years", "fen"),
    ),
    "money below nothing": (
        {"values": f"{{sum: {{zh: 标准, en: s, unit: fen, from: {{2020-01-01: -5}}, source: {SOURCE}}}}}"},
        ("allowance.yaml:11", "负数"),
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_names_file_line_and_remedy_of(slip: str, policy: Policy) -> None:
    changes, words = SLIPS[slip]
    policy.item(**changes)
    with pytest.raises(PolicyError) as error:
        load_list("511724")
    said = complaint(error)
    assert all(word in said for word in ("policy/lists/511724/", *words)), said


def test_refuses_an_id_that_is_not_the_file_s(policy: Policy) -> None:
    path = policy.item()
    path.rename(path.with_name("other.yaml"))
    with pytest.raises(PolicyError, match=r"other\.yaml:1"):
        load_list("511724")


def test_says_all_problems_of_all_files_at_once(policy: Policy) -> None:
    policy.item(id="one", every="monthly", kind="gold")
    policy.item(id="two", delivery="post")
    with pytest.raises(PolicyError) as error:
        load_list("511724")
    assert len(error.value.problems) == 3
    assert "3 处问题" in error.value.zh


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id: a\n  b: c\n", (":2", "YAML")),
        ("id: a\nid: b\n", (":2", "两次", "id")),
        ("id: [a\n", ("YAML",)),
    ],
)
def test_names_the_line_of_broken_yaml(text: str, words: tuple[str, ...], policy: Policy) -> None:
    policy.head("511724")
    policy.write("lists/511724/broken.yaml", text)
    with pytest.raises(PolicyError) as error:
        load_list("511724")
    assert all(word in complaint(error) for word in ("broken.yaml", *words)), complaint(error)


def test_reads_plain_words_as_words(policy: Policy) -> None:
    path = policy.write("x.yaml", "on: yes\noff: no\nday: 2020-01-31\nnumber: 12\nold: 012\nnothing: ~\ntruth: true\n")
    words = {"on": "yes", "off": "no", "old": "012"}
    assert read(path) == {**words, "day": date(2020, 1, 31), "number": 12, "nothing": None, "truth": True}


def test_notices_a_changed_file(policy: Policy) -> None:
    policy.item(fen=6000)
    assert load_list("511724").items["allowance"].item.values["sum"].from_[date(2020, 1, 1)] == 6000
    policy.item(fen=700000)
    assert load_list("511724").items["allowance"].item.values["sum"].from_[date(2020, 1, 1)] == 700000


def test_names_the_areas_that_have_a_list(policy: Policy) -> None:
    policy.item()
    policy.item(area="000000")
    policy.item(area="511700")
    assert list_areas() == ("000000", "511700", "511724")
    with pytest.raises(UsageError, match="511724"):
        load_list("511725")


def test_refuses_a_list_in_the_wrong_folder(policy: Policy) -> None:
    policy.write("lists/511724/list.yaml", HEAD.format(area="511725"))
    with pytest.raises(PolicyError, match="511725"):
        load_list("511724")


def test_refuses_a_folder_without_a_head(policy: Policy) -> None:
    policy.item()
    (policy.root / "lists/511724/list.yaml").unlink()
    with pytest.raises(PolicyError, match=r"list\.yaml"):
        load_list("511724")


def test_refuses_an_unknown_document_in_the_head(policy: Policy) -> None:
    policy.head("511724", HEAD.replace("[paper]", "[papers]"))
    with pytest.raises(PolicyError) as error:
        load_list("511724")
    assert "list.yaml:4" in complaint(error)


def test_refuses_a_document_whose_id_is_not_its_file(policy: Policy) -> None:
    policy.write("sources/other.yaml", PAPER)
    with pytest.raises(PolicyError, match=r"other\.yaml:1"):
        documents()


def test_refuses_departments_that_are_no_mapping(policy: Policy) -> None:
    path: Path = policy.write("departments.yaml", "- a\n")
    assert path.exists()
    with pytest.raises(PolicyError, match="departments"):
        departments()


CASE = "cases:\n  - {name: 甲, person: {age: 83}, answer: entitled, amount_fen: 6000}\n"
CASE_SLIPS = {
    "a misspelt fact": (CASE.replace("age:", "aged:"), (":2", "aged", "是否想写 age")),
    "a misspelt fact value": (CASE.replace("age: 83", "hardship: destitut"), (":2", "destitute")),
    "an impossible age": (CASE.replace("83", "831"), (":2", "831")),
    "a wrong answer word": (CASE.replace("entitled,", "yes,"), (":2", "answer", "not_entitled")),
    "a misspelt value": (CASE.replace("answer:", "values: {summ: 5}, answer:"), (":2", "summ", "是否想写 sum")),
    "a name that stands twice": (CASE + CASE.split("\n", 1)[1], (":3", "甲", "两次")),
    "a truth for a number": (CASE.replace("83", "true"), (":2", "age")),
    "a bad birth date": (CASE.replace("age: 83", "birth_date: 1943-02-31"), (":2", "1943-02-31")),
    "a bad area": (CASE.replace("age: 83", "resident_area: 5117"), (":2", "5117")),
    "a word for a truth": (CASE.replace("age: 83", "alive: 3"), (":2", "alive", "true")),
}


@pytest.mark.parametrize("slip", CASE_SLIPS)
def test_names_file_and_line_in_cases_of(slip: str, policy: Policy) -> None:
    text, words = CASE_SLIPS[slip]
    policy.item()
    policy.cases(text)
    with pytest.raises(PolicyError) as error:
        load_list("511724")
    assert all(word in complaint(error) for word in ("allowance.cases.yaml", *words)), complaint(error)


def test_refuses_cases_that_belong_to_no_item(policy: Policy) -> None:
    policy.item()
    policy.cases(CASE, id="alowance")
    with pytest.raises(PolicyError, match="allowance"):
        load_list("511724")


def test_changes_yaml_by_top_level_keys() -> None:
    assert changed("a: 1\nb:\n  c: 2\nd: 3\n", b="4", d="", e="5") == "a: 1\nb: 4\ne: 5\n"
