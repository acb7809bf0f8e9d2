"""What is written about the house agrees with the house."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from yiyang.base import errors
from yiyang.base.errors import YiyangError
from yiyang.catalog import schema

ROOT = Path(__file__).resolve().parents[2]
ROOMS = sorted(path.parent.name for path in (ROOT / "src/yiyang").glob("*/__init__.py"))
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, YiyangError)]
GLOSSARY = ROOT / "GLOSSARY.md"


def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _yaml(path: str) -> Any:
    return yaml.safe_load(_read(path))


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_stands_on_the_map(room: str) -> None:
    assert f"| `{room}/` |" in _read("docs/map.md")


def test_the_map_shows_no_room_that_is_not_there() -> None:
    built = _read("docs/map.md").split("## Rooms to come")[0]
    assert sorted(re.findall(r"^\| `(\w+)/` \|", built, re.MULTILINE)) == ROOMS


def test_each_kind_of_failure_has_an_exit_code_of_its_own() -> None:
    own = [kind.exit_code for kind in KINDS if "exit_code" in vars(kind)]
    assert len(own) == len(set(own))
    assert 0 not in own


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_exit_code_is_documented(kind: type[YiyangError]) -> None:
    assert re.search(rf"^\| {kind.exit_code} \|.*`{kind.__name__}`", _read("docs/exit-codes.md"), re.MULTILINE)


def _terms() -> list[tuple[str, str]]:
    """(Chinese, identifier) of every fact, value, term and department of policy/."""
    facts = _yaml("policy/facts.yaml")
    named = [*facts["facts"].items(), *facts["terms"].items(), *_yaml("policy/departments.yaml").items()]
    values = [value for fact in facts["facts"].values() for value in fact.get("values", {}).items()]
    return [(entry["zh"], name) for name, entry in named + values]


def test_the_glossary_has_every_fact_value_term_and_department() -> None:
    text = GLOSSARY.read_text(encoding="utf-8")
    # In the form of the rows to add, so that whoever adds a fact can paste them.
    missing = [row for zh, name in dict.fromkeys(_terms()) if (row := f"| {zh} | `{name}` |") not in text]
    assert missing == [], "add to GLOSSARY.md:\n" + "\n".join(missing)


@pytest.mark.parametrize("kind", [schema.Form, schema.Kind, schema.Per, schema.Every, schema.Exactness, schema.Checked])
def test_the_glossary_has_every_word_of_the_schema(kind: Any) -> None:
    text = GLOSSARY.read_text(encoding="utf-8")
    assert [word.value for word in kind if f"| `{word.value}` |" not in text] == []


# 00xx are about the whole house and short. Each hundred above belongs to one room, at the length its matter takes.
DECISIONS = sorted((ROOT / "docs/decisions").glob("00*.md"))


def test_no_two_decisions_share_a_number() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs/decisions").glob("*.md")]
    assert all(number.isdigit() for number in numbers)
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 20


PAGES = [path for folder in (ROOT, ROOT / "docs", ROOT / "docs/decisions") for path in sorted(folder.glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"(?<!!)\[[^]]*\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
