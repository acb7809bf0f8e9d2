"""The portal's questions give everybody what a full run gives him: the same items, the same amounts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from yiyang.base.output import atomic_folder
from yiyang.catalog.binding import effective_program
from yiyang.catalog.facts import load_facts
from yiyang.catalog.lists import list_areas
from yiyang.engine.facts import as_int
from yiyang.entitlement import actions
from yiyang.entitlement.store import RunFolder
from yiyang.portal import programs
from yiyang.portal.deciding import Weights
from yiyang.portal.questions import load_questions, stored
from yiyang.portal.steps import FIXED, Given
from yiyang.portal.wizard import Wizard

DAY = date(2026, 11, 15)
DAZHU = (511724000000, 511725000000)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """500 made-up elders of 大竹县, in a full run."""
    from yiyang.registry.build import build
    from yiyang.synthetic.make import make_city, plan_of

    root = tmp_path_factory.mktemp("portal")
    with atomic_folder(root / "city") as folder:
        make_city(plan_of("511724", "2026-11", 500, 3), folder, lambda *_: None)
    build(root / "city" / "2026-11", known=date(2026, 11, 30), out=root / "snapshot")
    actions.run(snapshot=root / "snapshot", month="2026-11", out=root / "run", pages=False)
    return RunFolder(root / "run")


@pytest.fixture(params=["as common as in the run", "evenly"])
def weights(request: pytest.FixtureRequest, run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a run in force and without one; the order of the questions hangs on it, the answers do not."""
    found: Weights = programs.weights_of(run) if request.param != "evenly" else {}
    monkeypatch.setattr(programs, "_commonness", lambda county, turn: (request.param, found))


@pytest.mark.usefixtures("weights")
def test_answers_are_those_of_a_full_run(run: RunFolder) -> None:
    compared, places = 0, np.arange(len(run.people.person))[::3]
    stored_facts = {name: column.tolist() for name, column in run.facts_of(places).items()}
    for row, place in enumerate(places):
        facts = {fact.name: stored_facts[fact.column][row] for fact in run.bound.program.facts}
        if facts["alive"] != 1 or not all(_in_dazhu(facts[name]) for name in ("registered_area", "resident_area")):
            continue
        wizard = _walked(facts)
        answers = wizard.ready.asker.outcome(wizard.values, wizard.declined).answers
        cell = run.people.cell[place]
        assert wizard.ready.asker.bound.program == run.bound.program
        assert answers.answer[:, 0].tolist() == run.answers.answer[:, cell].tolist(), (wizard.given, facts)
        sure = answers.answer[:, 0] == 1
        assert answers.low[sure, 0].tolist() == run.answers.low[sure, cell].tolist(), wizard.given
        compared += 1
    assert compared > 100


def _in_dazhu(code: int) -> bool:
    return DAZHU[0] <= code < DAZHU[1]


def _walked(facts: dict[str, int]) -> Wizard:
    """Somebody who answers what he knows, and 不清楚 to the rest, until nothing is left to ask."""
    home, lives, birth = facts["registered_area"], facts["resident_area"], facts["age"]
    place = f"county.511724~town.{_town(home)}~live.511724~live_town.{_town(lives)}"
    wizard = Wizard(Given.read(f"who.self~{place}~birth.{birth if birth > 0 else 'unknown'}"), DAY)
    assert wizard.given.resident == lives // 1000 * 1000
    while step := wizard.next_step:
        assert step not in FIXED
        answer = _answer(wizard, step, facts[step])
        assert wizard.step(step).says(answer), f"{step} offers no {answer}"
        wizard = Wizard(wizard.given.with_(step, answer), DAY)
    return wizard


def _town(code: int) -> str:
    """Of somebody of whom only the county is known, none."""
    return "unknown" if code % 1_000_000 == 0 else str(code // 1000)


def _answer(wizard: Wizard, fact: str, value: int) -> str:
    question, book = wizard.ready.questions[fact], wizard.ready.asker.bound.book
    reference = wizard.ready.asker.reference
    return next((c.key for c in question.choices if stored(book[fact], c, reference) == value), "unknown")


def test_every_fact_that_a_list_asks_about_has_a_question() -> None:
    asked = {fact.name for area in list_areas() for fact in effective_program(area, DAY).program.facts}
    questions = load_questions()
    assert asked - set(questions) == set()
    # A list issued tomorrow may ask about any other.
    assert set(load_facts().facts) - set(questions) == set()


def test_every_value_of_a_fact_can_be_answered() -> None:
    book, missing = load_facts(), []
    for name, question in load_questions().items():
        if question.way == "choices" and book[name].is_listed:
            offered = {stored(book[name], choice, as_int(DAY)) for choice in question.choices}
            missing += [f"{name}: {value}" for value in range(book[name].size) if value not in offered]
    assert missing == []


def test_a_question_about_a_value_that_is_not_there_says_file_and_line(tmp_path: Path) -> None:
    from yiyang.base.errors import PolicyError
    from yiyang.base.paths import policy_dir

    (tmp_path / "questions").mkdir()
    (tmp_path / "facts.yaml").write_bytes((policy_dir() / "facts.yaml").read_bytes())
    text = "fact: lonely\nway: choices\nasks: 吗？\nchoices:\n  - {valu: true, says: 是}\nshort: 孤寡\n"
    (tmp_path / "questions" / "lonely.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"lonely\.yaml:5"):
        load_questions(tmp_path)


def _given(text: str, monkeypatch: Any) -> Wizard:
    monkeypatch.setattr(programs, "_commonness", lambda county, turn: ("", {}))
    return Wizard(Given.read(text), DAY)


FATHER = "who.other~county.511724~town.511724001~live.here~birth.194403"


def test_what_decides_most_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _given(FATHER, monkeypatch).next_step == "hardship"
    # Of one who is destitute it matters how he is cared for.
    assert "destitute_support" in _asked_of(_given(f"{FATHER}~hardship.destitute", monkeypatch))
    # Of one who is not, it goes without saying.
    assert "destitute_support" not in _asked_of(_given(f"{FATHER}~hardship.none", monkeypatch))


def _asked_of(wizard: Wizard) -> set[str]:
    asked = set()
    while step := wizard.next_step:
        asked.add(step)
        wizard = Wizard(wizard.given.with_(step, "unknown"), DAY)
    return asked


def test_nothing_is_asked_that_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wizard = _given(f"{FATHER.replace('194403', '199003')}~hardship.none", monkeypatch)
    # At 36 no list gives anything by the ability of the person asked for.
    assert not {"ability", "dementia"} & _asked_of(wizard)


def test_answers_that_no_page_offers_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("hardship.rich", "nonsense.none", "county.999999", "birth.18000101", "alive.false", "<b>.x"):
        wizard = _given(f"who.self~{wrong}~lonely.true", monkeypatch)
        assert str(wizard.given) == "who.self", wrong


def test_what_the_next_birthdays_bring_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    wizard = _given("who.self~county.511724~town.511724001~live.here~birth.19470320", monkeypatch)
    later = {(each.when, each.name, each.money) for each in wizard.answerer.later(wizard.values)}
    assert ("2027年4月", "高龄津贴", "每月 60 元") in later
