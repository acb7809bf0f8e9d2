"""The care circle and siting over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from yiyang.access.scope import current
from yiyang.areas.logic import span
from yiyang.audit.record import record
from yiyang.kit.api import AreaCode, Key, Listed, Paging, Word, answers, may, paged
from yiyang.reach import asking, lists
from yiyang.reach.asking import SECONDS, YEARS, Asked
from yiyang.reach.files import USE
from yiyang.reach.lists import READ
from yiyang.reach.models import Reckoning

router = Router(tags=["reach"])
Json = dict[str, Any]
Yuan = Annotated[int, Field(ge=0, le=10**11)]
Minutes = Annotated[int, Field(ge=1, le=240)]


class ReachReckoningOut(Schema):
    """A question and how far it is; `made_up` names what was not given and therefore invented."""

    id: int
    area: int = Field(alias="area_code")
    what: str
    kind: str
    title: str
    state: str
    done: int
    steps: int
    made_from: str
    made_up: list[str]
    ordered_at: datetime
    finished_at: datetime | None
    problems: list[Json]


class ReachSpotOut(Schema):
    """A population point; `minutes` is null where no road leads to a facility; `is_made_up`: its degrees."""

    code: int
    name: str
    longitude: float
    latitude: float
    is_urban: bool
    is_made_up: bool
    elders: int
    very_old: int
    disabled: int
    hardship: int
    minutes: float | None
    allowed: float
    mode: str
    is_covered: bool
    nearest: str
    score: float


class ReachSiteOut(Schema):
    """A suggested site; money in yuan. `fate`: kept, dropped, new, of a plan in question. `project` once it is one."""

    number: int
    code: int | None
    name: str
    longitude: float
    latitude: float
    is_made_up: bool
    is_planned: bool
    fate: str
    adds: int
    within_reach: int
    places: int
    yuan: int
    year: int | None
    project: int | None = Field(alias="project_id")


class ReachAnswerOut(ReachReckoningOut):
    """An answer with its proof: nothing better than `bound` exists."""

    question: Json
    objective: float | None
    bound: float | None
    gap: float | None
    status: str
    years: list[int]
    demand: list[int]
    served: list[int]
    doubted: Json | None
    left_out: list[Json]
    sites: list[ReachSiteOut]

    @staticmethod
    def resolve_objective(found: Reckoning) -> float | None:
        """People covered more, or places served."""
        return found.result.get("objective")

    @staticmethod
    def resolve_bound(found: Reckoning) -> float | None:
        """What no answer exceeds."""
        return found.result.get("bound")

    @staticmethod
    def resolve_gap(found: Reckoning) -> float | None:
        """How far the answer may be from the best, as a share."""
        return found.result.get("gap")

    @staticmethod
    def resolve_status(found: Reckoning) -> str:
        """optimal, within, open, stopped; empty while there is no answer."""
        return str(found.result.get("status", ""))

    @staticmethod
    def resolve_years(found: Reckoning) -> list[int]:
        """Years of a question over years."""
        return list(found.result.get("years", []))

    @staticmethod
    def resolve_demand(found: Reckoning) -> list[int]:
        """Places needed in each year."""
        return list(found.result.get("demand", []))

    @staticmethod
    def resolve_served(found: Reckoning) -> list[int]:
        """Places served in each year."""
        return list(found.result.get("served", []))

    @staticmethod
    def resolve_doubted(found: Reckoning) -> Json | None:
        """What the same money would serve more without the plan's projects; null where they are not questioned."""
        doubted = found.result.get("question")
        return {key: value for key, value in doubted.items() if key not in ("plan_drawn",)} if doubted else None

    @staticmethod
    def resolve_left_out(found: Reckoning) -> list[Json]:
        """Projects that could not be counted, by reason."""
        return list(found.result.get("left_out", []))

    @staticmethod
    def resolve_sites(found: Reckoning) -> list[Any]:
        """Its sites in order."""
        return list(found.sites.all())


class ReachCircleIn(Schema):
    """Whose circle, and of which kind of facility; none: of all."""

    area: AreaCode
    kind: Word = ""


class ReachSitingIn(Schema):
    """Where to build: `count`, `budget` (yuan), `by_year` (yuan of each year), or `years`, for the plan's own money.

    `keeps`: what becomes of the plan's projects: `keep` all, `under_way` (the rest is questioned), `question`, `leave`.
    """

    area: AreaCode
    kind: Word
    count: Annotated[int, Field(ge=1, le=2000)] | None = None
    budget: Yuan | None = None
    by_year: list[Yuan] = Field(default=[], max_length=YEARS)
    first_year: int = Field(0, ge=0, le=2050)
    years: int = Field(0, ge=0, le=YEARS)
    grows: bool = True
    group: Word = "elders"
    size: int = Field(0, ge=0, le=9)
    urban: Minutes | None = None
    rural: Minutes | None = None
    keeps: Word = "leave"
    seconds: int = Field(60, ge=SECONDS[0], le=SECONDS[1])


def _within(area: int | None) -> Q:
    if area is None:
        return Q()
    low, high = span(area) if area >= 0 else (area, area + 1)
    return Q(area_code__gte=low, area_code__lt=high)


@router.get("/reach/circles", response=answers(Listed[ReachReckoningOut]), by_alias=False, **may(READ))
def list_reach_circles(request: HttpRequest, paging: Query[Paging], area: AreaCode | None = None) -> Any:
    """Circles that were reckoned, and those under way."""
    record("search", what="api:reach_circles")
    return paged(lists.circles().filter(_within(area)), ("id",), paging)


@router.get("/reach/circles/{int:pk}/points", response=answers(Listed[ReachSpotOut]), **may(READ))
def list_reach_points(request: HttpRequest, pk: Key, paging: Query[Paging], only_gaps: bool = False) -> Any:
    """Population points of a circle as far as they lie in one's areas; `only_gaps`: those who are not covered."""
    found: Reckoning = get_object_or_404(lists.circles(), pk=pk)
    record("read", what=f"reckoning:{pk}", area=found.area_code)
    rows = lists.spots(found)
    return paged(rows.filter(is_covered=False) if only_gaps else rows, ("id",), paging)


CIRCLE: Json = {"area": 511724000000, "kind": ""}
SITING: Json = {"area": 511724000000, "kind": "day_care", "count": 10, "group": "elders", "keeps": "keep"}


@router.post(
    "/reach/circles", response=answers(ReachReckoningOut, status=202), by_alias=False, **may(USE, example=CIRCLE)
)
def order_reach_circle(request: HttpRequest, wanted: ReachCircleIn) -> Any:
    """Order a circle; the same question about the same data answers with what is there."""
    made, _ = asking.order_circle(by=current(), area_code=wanted.area, kind=wanted.kind)
    return Status(202, made)


@router.get("/reach/sitings", response=answers(Listed[ReachReckoningOut]), by_alias=False, **may(USE))
def list_reach_sitings(request: HttpRequest, paging: Query[Paging], area: AreaCode | None = None) -> Any:
    """Questions of siting."""
    record("search", what="api:reach_sitings")
    return paged(lists.sitings().filter(_within(area)), ("id",), paging)


@router.get("/reach/sitings/{int:pk}", response=answers(ReachAnswerOut), by_alias=False, **may(USE))
def one_reach_siting(request: HttpRequest, pk: Key) -> Any:
    """One question with its sites and how far they may be from the best."""
    found: Reckoning = get_object_or_404(lists.sitings(), pk=pk)
    record("read", what=f"reckoning:{pk}", area=found.area_code)
    return found


@router.post(
    "/reach/sitings", response=answers(ReachReckoningOut, status=202), by_alias=False, **may(USE, example=SITING)
)
def order_reach_siting(request: HttpRequest, wanted: ReachSitingIn) -> Any:
    """Ask where to build; follow `/reach/sitings/{id}` until its state is ready."""
    given = wanted.dict()
    area = given.pop("area")
    made, _ = asking.order_siting(
        by=current(), area_code=area, asked=Asked(**given | {"by_year": tuple(wanted.by_year)})
    )
    return Status(202, made)
