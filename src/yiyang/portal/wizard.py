"""The steps of "我能享受什么" as pages: which question comes, what may be answered, what the answers mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from yiyang.areas import logic as areas
from yiyang.engine.facts import as_int
from yiyang.portal import steps
from yiyang.portal.answer import Answerer
from yiyang.portal.deciding import Values
from yiyang.portal.programs import Ready, questions_on, ready, served
from yiyang.portal.questions import Question, stored
from yiyang.portal.steps import FIXED, HERE, OTHER, UNKNOWN, Given, Option, Step

# Until the place and the age are known: about how many facts will be asked for.
ABOUT_FACTS = 6
Groups = tuple[tuple[str, tuple[Option, ...]], ...]
BIRTH = re.compile(r"\d{6}(\d\d)?")
WHO = Step("who", "您替谁问？", groups=(("", (Option("self", "我自己"), Option("other", "父母或其他老人"))),))


@dataclass(frozen=True)
class Progress:
    """The number of this question, and about how many there will be."""

    step: int
    about: int


class Wizard:
    """Asks and answers for somebody who has given these answers so far.

    Args:
        given: the answers; what no page offered is left out, with all after it.
        day: today.
    """

    def __init__(self, given: Given, day: date) -> None:
        self.day, self.given, self._questions = day, Given(), questions_on(day)
        for step, answer in given.pairs:
            if not self._fits(step, answer):
                break
            self.given = self.given.with_(step, answer)
        self.ready, self.answerer = _ready(self.given.counties, day)

    @property
    def today(self) -> int:
        """The day as yyyymmdd."""
        return as_int(self.day)

    @property
    def who(self) -> str:
        """How the person is called on the page."""
        return "您" if self.given.is_for_self else "老人"

    @property
    def values(self) -> Values:
        """What the answers say, as stored integers by fact."""
        book, given = self.ready.asker.bound.book, self.given
        found = {name: int(bool(each.value)) for name, each in self._questions.items() if each.way == "assumed"}
        places = {"registered_area": given.registered, "resident_area": given.resident, "age": given.birth}
        found |= {name: value for name, value in places.items() if value is not None}
        for name, answer in given.pairs:
            if name not in FIXED and answer != UNKNOWN:
                choice = next(each for each in self._questions[name].choices if each.key == answer)
                found[name] = stored(book[name], choice, self.ready.asker.reference)
        return self.ready.asker.settled(found)

    @property
    def declined(self) -> frozenset[str]:
        """Facts that he does not know."""
        return frozenset(step for step, answer in self.given.pairs if answer == UNKNOWN and step not in FIXED)

    @property
    def next_step(self) -> str:
        """What is asked next: the fixed steps, then the fact that decides most; "" when nothing is left to ask."""
        fixed = steps.next_fixed(self.given)
        return fixed or self.ready.asker.outcome(self.values, self.declined).next_fact

    def step(self, key: str) -> Step:
        """The page of a step."""
        if key in FIXED:
            return self._fixed(key)
        question, possible = self._questions[key], self.ready.asker.possible(self.values, key)
        fact, reference = self.ready.asker.bound.book[key], self.ready.asker.reference
        options = tuple(
            Option(choice.key, choice.says, choice.help)
            for choice in question.choices
            if stored(fact, choice, reference) in possible
        )
        return self._asked(key, question, (("", options),))

    def may_ask(self, key: str) -> bool:
        """Whether there is such a step."""
        return key in FIXED or (key in self._questions and self._questions[key].way == "choices")

    def progress(self, key: str) -> Progress:
        """Where a step stands on the way."""
        number = len(self.given.pairs) + 1
        if steps.next_fixed(self.given):
            # The pages of the two places may be one or two each.
            left = len([each for each in FIXED if each not in self.given.of and each != "live_town"])
            return Progress(number, number - 1 + max(1, left) + ABOUT_FACTS)
        left = self.ready.asker.questions_left(self.values, self.declined | {key})
        return Progress(number, number + left)

    def said(self) -> list[tuple[str, str, str]]:
        """(step, what was asked in short, the answer in words) of every answer."""
        short = {"who": "替谁问", "birth": "出生", "town": "户口乡镇", "live_town": "居住乡镇"}
        names = {"county": "户口", "live": "住在"}
        return [
            (step, short.get(step) or names.get(step) or self._questions[step].short, self._in_words(step, answer))
            for step, answer in self.given.pairs
        ]

    def describes(self) -> str:
        """The person in a few words: 82岁，户口在大竹县."""
        birth, place = self.given.birth, self.given.registered
        age = f"{(self.ready.asker.reference - birth) // 10000}岁" if birth else "年龄不明"
        home = f"，户口在{areas.full_name(place)}" if place and place != steps.ELSEWHERE else ""
        return age + home

    def _fits(self, step: str, answer: str) -> bool:
        """Whether some page offers this answer; of a fact, whether the question has it at all."""
        if step == "birth":
            parts = (answer[:4], answer[4:6], answer[6:])
            return answer == UNKNOWN or bool(BIRTH.fullmatch(answer) and not steps.read_birth(*parts, self.today)[1])
        if step in FIXED:
            return bool(self._fixed(step).says(answer))
        question = self._questions.get(step)
        known = {UNKNOWN, *(choice.key for choice in question.choices)} if question else set()
        return bool(question) and answer in known

    def _fixed(self, key: str) -> Step:
        if key == "who":
            return WHO
        questions = self._questions
        if key == "birth":
            step = self._asked(key, questions["age"], ())
            return Step(step.key, step.asks, step.help, "birth", step.groups)
        if key == "county":
            return self._asked(key, questions["registered_area"], (*_counties(), ("", (_other(),))), is_many=True)
        if key == "live":
            groups = (*self._here(), *_counties("住在"), ("", (_other(),)))
            return self._asked(key, questions["resident_area"], groups, is_many=True)
        return self._town(key)

    def _town(self, key: str) -> Step:
        county = self.given.of.get("county" if key == "town" else "live", "")
        county = county if county.isdigit() else "000000"
        what = "的户口在" if key == "town" else "住在"
        asks = f"{self.who}{what}{areas.name(areas.normalise(county))}的哪个乡镇（街道）？"
        helps = "这样才能告诉您该去哪个窗口。" if key == "town" else "上门服务由这里的乡镇（街道）安排。"
        return Step(key, asks, helps, groups=(("", _towns(county)),), is_many=True).with_unknown("不清楚")

    def _here(self) -> Groups:
        place = self.given.registered
        if place is None or place == steps.ELSEWHERE:
            return ()
        return (("", (Option(HERE, f"就住在户口所在的{areas.name(place)}"),)),)

    def _asked(self, key: str, question: Question, groups: Groups, *, is_many: bool = False) -> Step:
        asks, help_text = question.says(question.asks, self.who), question.says(question.help, self.who)
        step = Step(key, asks, help_text, groups=groups, is_many=is_many, self_check=question.self_check)
        return step.with_unknown(question.unknown.says) if question.unknown else step

    def _in_words(self, step: str, answer: str) -> str:
        if step == "birth" and answer != UNKNOWN:
            day = f"{int(answer[6:])}日" if len(answer) == 8 else ""
            return f"{answer[:4]}年{int(answer[4:6])}月{day}"
        page = self._fixed(step) if step in FIXED else self.step(step)
        return page.says(answer) or next((c.says for c in self._questions[step].choices if c.key == answer), "")


@lru_cache(maxsize=64)
def _answerer(found: Ready) -> Answerer:
    return Answerer(found)


def _ready(counties: tuple[str, ...], day: date) -> tuple[Ready, Answerer]:
    found = ready(counties, day)
    return found, _answerer(found)


@lru_cache(maxsize=8)
def _counties(before: str = "") -> Groups:
    groups = steps.county_options(served())
    return tuple((before + city, options) for city, options in groups)


@lru_cache(maxsize=256)
def _towns(county: str) -> tuple[Option, ...]:
    return steps.town_options(county)


def _other() -> Option:
    return Option(OTHER, "其他地方")
