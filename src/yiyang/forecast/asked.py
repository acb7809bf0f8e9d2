"""What a request asks to be projected: which area, how far, under which scenario, disability counted how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from yiyang.access.scope import Scope
from yiyang.areas import names
from yiyang.areas.logic import NATION, is_code, level, normalise, parent
from yiyang.base.errors import UsageError
from yiyang.forecast import demand, projections, units
from yiyang.forecast.policy import disability, parameters
from yiyang.forecast.projections import KINDS, Projection, Scenario
from yiyang.forecast.registry_people import RIGHT
from yiyang.forecast.tables import census2020


@dataclass(frozen=True)
class Asked:
    """A projection as asked for; `below`: the area asked for has none of its own and its county's is shown."""

    area: int
    to: int
    scenario: Scenario
    series: str
    below: int | None = None

    @property
    def projection(self) -> Projection:
        """The projection itself."""
        return projections.project(self.area, self.to, self.scenario)

    @property
    def query(self) -> str:
        """As an address carries it."""
        return urlencode({"area": self.area, "to": self.to, "series": self.series, **vars(self.scenario)})


def of(given: QueryDict, scope: Scope) -> Asked:
    """What is asked. Raises UsageError, in words, for what is none."""
    area, below = _area(given.get("area", ""), scope)
    to = given.get("to") or str(parameters().horizon)
    if not is_code(to, (4,)):
        raise UsageError("年份应为四位数字。", "The year is a number of four digits.")
    series = given.get("series") or ""
    demand.series_of(series)
    scenario = projections.scenario_of(**{kind: given.get(kind) for kind in KINDS})
    return Asked(area, int(to), scenario, series or disability().default, below)


def _area(given: str, scope: Scope) -> tuple[int, int | None]:
    wanted = normalise(given) if given and given != "0" else NATION if given == "0" else _own(scope)
    if projections.is_known(wanted):
        return wanted, None
    above: int | None = wanted
    while above and level(above) != "county":
        above = parent(above)
    if above and projections.is_known(above):
        return above, wanted
    # The usual refusal says why there is none.
    projections.project(wanted)
    return wanted, None


def _own(scope: Scope) -> int:
    """Where the reader works: the widest of his areas."""
    wide = sorted(scope.where(RIGHT).spans, key=lambda span: span[0] - span[1])
    return max(wide[0][0], NATION) if wide else NATION


def choices() -> list[tuple[int, str]]:
    """All areas that can be projected, those within others set in."""
    codes = sorted({*census2020()} - {0}) if census2020() else []
    rows = [(NATION, "全国")]
    for code in codes:
        deep = {"province": 0, "city": 1}.get(level(code), 2)
        rows.append((code, "　" * deep + names.name(code)))
    return rows


def switches(asked: Asked) -> list[dict[str, Any]]:
    """The scenario switches of the page: name, label, options with the chosen one."""
    rule = parameters().scenarios
    titles = {"migration": "迁移", "fertility": "生育", "mortality": "死亡"}
    return [
        {
            "name": kind,
            "title": titles[kind],
            "options": [
                (word, each.zh, word == getattr(asked.scenario, kind)) for word, each in getattr(rule, kind).items()
            ],
        }
        for kind in KINDS
    ]


def said_area(asked: Asked) -> str:
    """Words where the area asked for has no projection of its own."""
    if asked.below is None:
        return ""
    own, county = names.name(asked.below), names.name(asked.area)
    return f"{own}没有分年龄的普查数，不单独预测；下面是所在的{county}。"


def unit_names(projection: Projection) -> list[str]:
    """Names of the units of a projection."""
    return [units.name_of(code) for code in projection.codes]
