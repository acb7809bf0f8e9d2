"""Whether a draft stays at or above the list of the level above, and which shortfalls were there before.

A shortfall that the draft brings is refused whatever anybody says. One that the version in force has already may stay
if the legal officer declares it with a reason and a day (decision 0530).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from yiyang.base.errors import NoEffect, UsageError, YiyangError
from yiyang.catalog.binding import covers
from yiyang.catalog.compare import IN_DOUBT, LACKS, Compared, Shown, Status, compare
from yiyang.catalog.compare_cli import KINDS, WORDS
from yiyang.catalog.labels import area_name
from yiyang.catalog.lists import CASES, list_areas, load_list, short
from yiyang.catalog.loader import values_of
from yiyang.revisions import desk

Json = dict[str, Any]
MOST_DAYS = 12
NEW, LOWERED, DOUBT, KNOWN = SORTS = ("new", "lowered", "doubt", "known")
# Whether the legal officer has to answer for it, and how the page calls it.
SORT_WORDS = {
    NEW: "本次修订造成，不得发布",
    LOWERED: "不低于上级，但低于现行清单",
    DOUBT: "不能证明达到",
    KNOWN: "现行清单已有的差距",
}


def look(area: int, files: Mapping[str, str], on: date) -> Json:
    """Compare the draft with every level above on its first day and on each later day on which one of them changes.

    What it gives less than the version in force is found too, above the floor or not: somebody must answer for it.

    Returns:
        uppers: the names compared with; days; `items`: each shortfall with sort (new, lowered, doubt, known), item,
        name, word, on, upper_name, upper, lower, reasons, people. `error`: why it could not be compared.
    """
    base = desk.policy_on(on)
    return deepcopy(_looked(area, tuple(sorted(files.items())), on, base, desk.state_of(base)))


@lru_cache(maxsize=32)
def _looked(area: int, sent: tuple[tuple[str, str], ...], on: date, base: Path, _state: str) -> Json:
    """Every step looks; where neither draft nor the lists above have changed since the last look, it is that one."""
    files, code = dict(sent), short(f"{area:012d}")
    uppers = uppers_of(code, base)
    said: Json = {"uppers": [area_name(upper) for upper in uppers], "days": [], "items": [], "error": ""}
    with desk.laid_out(area, files, base) as policy:
        try:
            found: dict[str, Json] = {}
            for day in _days(files, uppers, base, on):
                said["days"].append(day.isoformat())
                for one in _short_on(code, uppers, day, policy, base):
                    kept = found.get(one["item"])
                    if kept is None or SORTS.index(one["sort"]) < SORTS.index(kept["sort"]):
                        found[one["item"]] = one
            said["items"] = sorted(found.values(), key=lambda one: SORTS.index(one["sort"]))
        except YiyangError as error:
            zh = "；".join(zh for zh, _ in error.problems) or error.zh
            said["error"] = zh.replace(f"{policy}/lists/{code}/", "")
    return said


def uppers_of(code: str, policy: Path) -> list[str]:
    """The areas above that have a list, the nearest first."""
    return [one for one in list_areas(policy) if one != code and covers(one, code)][::-1]


def _days(files: Mapping[str, str], uppers: list[str], base: Path, on: date) -> list[date]:
    dates = {on}
    for name, text in files.items():
        if name.endswith(".yaml") and not name.endswith(CASES) and "/" not in name:
            dates |= set(_dates(values_of(text)))
    for loaded in (loaded for upper in uppers for loaded in load_list(upper, base).items.values()):
        dates |= {loaded.item.starts, *(day for value in loaded.item.values.values() for day in value.from_)}
    return sorted(day for day in dates if day >= on)[:MOST_DAYS]


def _dates(raw: Any) -> Iterable[date]:
    if isinstance(raw, dict):
        values = raw.get("values")
        figures = values.values() if isinstance(values, dict) else ()
        for figure in figures:
            if isinstance(figure, dict) and isinstance(figure.get("from"), dict):
                yield from (day for day in figure["from"] if isinstance(day, date))
        yield from (raw[key] for key in ("starts",) if isinstance(raw.get(key), date))


def _short_on(code: str, uppers: list[str], day: date, policy: Path, base: Path) -> Iterable[Json]:
    lowered, seen = _lowered(code, day, policy, base), set[str]()
    for upper in uppers:
        for one in compare(code, upper, day, policy=policy).below:
            if one.item not in seen:
                seen.add(one.item)
                sort = _sort(one, _before(code, upper, day, base), lowered)
                yield _said(one, sort, day, f"{area_name(upper)}清单")
    for item, one in lowered.items():
        if item not in seen:
            yield _said(one, LOWERED, day, "现行清单")


def _sort(one: Compared, before: frozenset[str] | None, lowered: Mapping[str, Compared]) -> str:
    """New if the draft brings it; known if it was there and the draft takes nothing more; else a doubt to judge."""
    if one.status in IN_DOUBT:
        return DOUBT
    if one.status is Status.MISSING and before is None:
        return KNOWN  # The area had no list at all: until now the level above answered, and still does.
    return NEW if before is None or one.item not in before or one.item in lowered else KNOWN


@lru_cache(maxsize=64)
def _before(code: str, upper: str, day: date, base: Path) -> frozenset[str] | None:
    """Items of the version in force that are below already; None = the area has no list."""
    if code not in list_areas(base):
        return None
    return frozenset(one.item for one in compare(code, upper, day, policy=base).below)


def _lowered(code: str, day: date, policy: Path, base: Path) -> dict[str, Compared]:
    """Items in which the draft gives somebody less than the version in force."""
    if code not in list_areas(base):
        return {}
    try:
        found = compare(policy / "lists" / code, code, day, policy=base)
    except NoEffect:
        return {}
    return {one.item: one for one in found.items if _is_less(one)}


def _is_less(one: Compared) -> bool:
    if one.status in (Status.WORSE, Status.MISSING):
        return True
    return one.status is Status.MIXED and (not one.people or any(shown.kind in LACKS for shown in one.people))


def _said(one: Compared, sort: str, day: date, upper_name: str) -> Json:
    return {
        "sort": sort,
        "item": one.item,
        "name": one.name,
        "status": one.status.value,
        "word": WORDS[one.status][0],
        "on": day.isoformat(),
        "upper_name": upper_name,
        "upper": one.upper or "",
        "lower": one.lower or "",
        "reasons": list(one.reasons),
        "people": [_person(shown) for shown in one.people],
    }


def _person(shown: Shown) -> Json:
    sides = {"upper": shown.upper, "lower": shown.lower}
    said = {side: {"words": gift.words, "article": gift.article} for side, gift in sides.items()}
    return {"kind": shown.kind, "word": KINDS[shown.kind][0], "person": shown.person, **said}


def holds(found: Json, declared: Mapping[str, Json], on: date) -> bool:
    """Whether the list may go on: nothing new, and everything else declared for a day that is still to come."""
    return not found["error"] and not any(blocks(one, declared, on) for one in found["items"])


def blocks(one: Json, declared: Mapping[str, Json], on: date) -> bool:
    """Whether a shortfall stands in the way."""
    word = declared.get(one["item"])
    return one["sort"] == NEW or word is None or date.fromisoformat(word["until"]) < on


def refusal(found: Json, declared: Mapping[str, Json], on: date, *, only_new: bool = False) -> UsageError | None:
    """Why the list may not go on, with the person who would lose."""
    if found["error"]:
        return UsageError(f"无法与上级清单比较：{found['error']}", f"cannot be compared: {found['error']}")
    bad = [one for one in found["items"] if (one["sort"] == NEW if only_new else blocks(one, declared, on))]
    if not bad:
        return None
    zh = f"本清单有 {len(bad)} 项低于上级清单或现行清单，不能继续办理。"
    en = f"the list is below the level above, or below itself, in {len(bad)} item(s)"
    return UsageError(zh, en, [(in_words(one), one["item"]) for one in bad])


def in_words(one: Json) -> str:
    """82周岁、户籍地在大竹县的老人：达州市清单每月 ¥60.00，本清单每月 ¥50.00."""
    kinds = [person for person in one["people"] if person["kind"] in ("less", "uncovered", "covered", "unsure")]
    if not kinds:
        return f"{one['name']}：{one['word']}。{'；'.join(one['reasons'])}"
    person = kinds[0]
    article = f"（{person['upper']['article']}）" if person["upper"]["article"] else ""
    return (
        f"{one['name']}：{person['person']}，{one['upper_name']}{person['upper']['words']}{article}，"
        f"本清单{person['lower']['words']}。"
    )
