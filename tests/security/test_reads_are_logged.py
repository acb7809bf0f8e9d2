"""No page shows or changes data of people without a line in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from yiyang.access.scope import acting, platform
from yiyang.accounts.roles import load_roles
from yiyang.accounts.scopes import scope_of
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work


@dataclass(frozen=True)
class Example:
    """How a route is asked for.

    Attributes:
        args: the arguments of its address, from the person that the test made.
        method: get or post. data: what is sent.
        logs_one: False for a route whose answer concerns nobody in particular (an empty form, a page of help).
    """

    args: Callable[[Any], list[Any]] = lambda person: []
    method: str = "get"
    data: dict[str, Any] = field(default_factory=dict)
    logs_one: bool = True


# A page of people that is not named here fails the test: whoever adds one says how it is asked for.
EXAMPLES: dict[str, Example] = {
    # A name is handed on to the list of people, which logs the search; a number is looked up here.
    "workbench:search": Example(method="post", data={"q": "51302919400101001X"}),
    "audit:row": Example(lambda person: ["registry_person", str(person.pk)]),
}


@dataclass(frozen=True)
class Route:
    """A named address and what its view demands."""

    name: str
    right: str
    also: tuple[str, ...]

    @property
    def is_of_people(self) -> bool:
        """Whether one of the rights that open it shows or changes data of people."""
        rights = load_roles().rights
        return any(each in rights and rights[each].people for each in (self.right, *self.also))


def routes(resolver: Any = None, space: str = "") -> Iterator[Route]:
    """All routes whose views say which right opens them."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from routes(each, f"{space}{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern) and (right := getattr(each.callback, "right", None)):
            yield Route(f"{space}{each.name}", right, getattr(each.callback, "also", ()))


OF_PEOPLE = [route for route in routes() if route.is_of_people]
DAZHU, ZHUYANG = 511724000000, 511724001000
pytestmark = pytest.mark.django_db


def test_every_route_of_people_says_how_it_is_asked_for() -> None:
    assert sorted(route.name for route in OF_PEOPLE if route.name not in EXAMPLES) == []


def test_no_example_is_of_a_route_that_is_gone() -> None:
    assert sorted(set(EXAMPLES) - {route.name for route in OF_PEOPLE}) == []


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_what_is_answered_is_logged(
    name: str, grant: Callable[..., Any], person: Callable[..., Any], logged_in: Callable[..., Any], settings: Any
) -> None:
    settings.SECOND_FACTOR = False
    example, officer, somebody = EXAMPLES[name], grant("李科长", "county_officer", DAZHU), person("春兰", ZHUYANG)
    with work(scope_of(officer, timezone.localdate())):
        # So that there is a history to be read.
        type(somebody).objects.filter(pk=somebody.pk).update(birth_date=19400201)
    browser, before = logged_in(officer), _last()
    answer = getattr(browser, example.method)(reverse(name, args=example.args(somebody)), example.data)
    assert answer.status_code in (200, 302), f"{name} answered {answer.status_code}: mend its example"
    with acting(platform("test")):
        lines = AuditLine.objects.filter(seq__gt=before, actor=officer.pk).exclude(kind__in=("seal", "deny"))
        assert lines.exists() or not example.logs_one, f"{name} showed data of people and wrote no line"


def _last() -> int:
    with acting(platform("test")):
        newest = AuditLine.objects.order_by("-seq").first()
        return newest.seq if newest else 0
