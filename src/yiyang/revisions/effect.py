"""What a draft comes to: differences to the version in force in words, and what it would cost on the month in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from yiyang.base.errors import NoEffect, YiyangError
from yiyang.catalog.binding import Overlay, bind
from yiyang.catalog.diffing import Difference, Side, diff
from yiyang.catalog.lists import list_areas, load_folder, short
from yiyang.catalog.published import Published, publish
from yiyang.entitlement.months import in_force, opened
from yiyang.entitlement.simulate import Simulator
from yiyang.revisions import desk

Json = dict[str, Any]


def differences(area: int, files: Mapping[str, str], on: date) -> Difference:
    """What differs from the version in force on the draft's first day. Errors: PolicyError of a faulty draft."""
    base, code = desk.policy_on(on), short(f"{area:012d}")
    with desk.laid_out(area, files, base) as policy:
        return diff(Side(code, on), Side(policy / "lists" / code, on), base)


def as_published(area: int, files: Mapping[str, str], on: date, *, own: bool = True) -> Published:
    """The draft as it would be published. Errors: PolicyError of a faulty draft."""
    code = short(f"{area:012d}")
    with desk.laid_out(area, files, desk.policy_on(on)) as policy:
        return publish(code, on, policy=policy, own=own)


def effect(area: int, files: Mapping[str, str], on: date) -> Json | None:
    """Budget a year, winners and losers on the month in force; None where no month is.

    The figures are those that hold on the draft's first day; the people are those of the month.

    Errors: PolicyError of a faulty draft, NoEffect where nobody is touched.
    """
    run = in_force(area)
    if run is None:
        return None
    folder, code = opened(run), short(f"{area:012d}")
    base = desk.policy_on(on)
    with desk.laid_out(area, files, base) as policy:
        draft = load_folder(policy / "lists" / code, policy)
        changed = bind(folder.manifest["areas"], on, Overlay(lists=(draft,)), base)
    own = None if code == short(str(folder.manifest["area"])) else code
    return Simulator(folder, own).simulate(changed)


def effect_in_words(area: int, files: Mapping[str, str], on: date) -> tuple[Json | None, str]:
    """The effect, or why there is none to show."""
    try:
        found = effect(area, files, on)
    except NoEffect:
        return None, "这份修订不改变任何人的待遇（或改动的项目没有金额和对象的变化）。"
    except YiyangError as error:
        return None, error.zh
    return found, "" if found else "本地还没有启用的月度运行，暂不能测算。"


def has_list(area: int, on: date) -> bool:
    """Whether the area has a list of its own on a day."""
    return short(f"{area:012d}") in list_areas(desk.policy_on(on))
