"""Every address, asked by everybody about everything: generated from the address table and policy/roles.yaml.

Who lacks the right is refused; who holds it elsewhere does not find the thing; nothing is written for either; and no
answer whatever names somebody whom the caller may not see.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.urls import reverse

from yiyang.access.scope import acting, platform
from yiyang.access.scoped import ScopedQuerySet
from yiyang.portal.web import CITIZEN
from yiyang.registry.models import Person
from yiyang.site.tests.access_routes import EXAMPLES, Example, Route, routes
from yiyang.site.tests.access_world import Actor, Things, World

ROUTES = {route.name: route for route in routes()}
GUARDED = {name: route for name, route in ROUTES.items() if not route.is_public}


def test_every_address_says_who_may_open_it() -> None:
    assert [name for name, route in ROUTES.items() if not route.rights] == [], "mark the views with accounts.web.page"


def test_every_address_has_an_example() -> None:
    missing = sorted(set(GUARDED) - set(EXAMPLES))
    assert missing == [], "say in yiyang/site/tests/access_routes/<room>.py: EXAMPLES how each of these is asked for"


def test_no_example_is_of_an_address_that_is_gone() -> None:
    assert sorted(set(EXAMPLES) - set(GUARDED)) == []


def _ticks() -> int:
    """Where the numbers of the rows that triggers write stand; goes on even if what was written is taken back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM audit_write_id_seq")
        return int(cursor.fetchone()[0])


def _writes() -> int:
    """How many rows the triggers have seen written, whoever wrote them."""
    with acting(platform("test")), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_write")
        return int(cursor.fetchone()[0])


def test_whatever_is_written_is_noticed(world: World) -> None:
    ticks, before = _ticks(), _writes()
    with transaction.atomic(), acting(platform("test")):
        Person.objects.filter(pk=world.places["own"].person).update(address="别处")
        assert _ticks() > ticks
        assert _writes() > before
        transaction.set_rollback(True)


def _ask(actor: Actor, route: Route, example: Example, there: Things, method: str) -> Any:
    path = reverse(route.name, args=example.of(there) if example.of else [])
    if query := example.in_query(there):
        path += "?" + urlencode(query)
    if method == "put":
        return actor.call("put", path, b"a,b\n1,2\n")
    data = example.post(there) if example.post and method != "get" else None
    return actor.call(method, path, data, as_json=route.is_api)


def _is_no(route: Route, example: Example, answer: Any) -> bool:
    """Whether the answer shows and does nothing."""
    if answer.status_code == 302 and not route.is_api:
        to_log_in = "/accounts/login/" in answer["Location"] or "/portal/login/" in answer["Location"]
        return to_log_in or 302 in example.refusals
    return answer.status_code in (401, 403, 404) or answer.status_code in example.refusals


def _opens(actor: Actor, route: Route) -> bool:
    """Whether the address is anything of his, somewhere."""
    if CITIZEN in route.rights:
        return bool(actor.own)
    return not route.needs or any(actor.has(right) for right in route.needs)


def _may(actor: Actor, route: Route, example: Example, there: Things) -> bool:
    if CITIZEN in route.rights:
        return bool(actor.own) and (example.of is None or there.person == actor.own)
    if not actor.user:
        return False
    if actor.token and not route.is_api:
        return False
    if not (example.of or example.in_query(there)) or not example.is_scoped:
        return not route.needs or any(actor.has(right) for right in route.needs)
    opened = not route.needs or any(actor.has(right) for right in route.needs)
    return opened and any(actor.holds(right, there.code) for right in example.within or route.needs)


def _places(actor: Actor, route: Route, example: Example, world: World) -> list[str]:
    """For whoever the address opens to, every place where it is not his and two where it is; for others one's own."""
    opens = _opens(actor, route)
    is_of_a_place = bool(example.of or example.in_query(world.places["own"]))
    there = [place for place in world.places if place not in example.except_at]
    if example.is_slow:
        there = [place for place in there if not _may(actor, route, example, world.places[place])]
        return ["own"] if actor.name == "county_officer" else there
    if not (opens and is_of_a_place):
        return ["own"]
    his = [place for place in there if _may(actor, route, example, world.places[place])]
    return [place for place in there if place not in his[1:-1]]


def _methods(actor: Actor, route: Route, example: Example) -> tuple[str, ...]:
    """Each, for whoever the address opens to. A page's door is one for all methods (`access.web.page`)."""
    return example.methods if route.is_api or _opens(actor, route) else example.methods[-1:]


# They try every door, also those that are shut to them; the others try every third of these.
AT_EVERY_DOOR = {"no_grant", "ended", "not_yet", "anonymous", "citizen", "township_clerk", "county_officer"}


def _who(world: World, route: Route) -> list[Actor]:
    """Everybody to whom the address opens somewhere, and of those to whom it is shut a third.

    The door is one function of a right (`access.web.page`), whoever stands before it. They are dealt out by address and
    name, so that each shut door is tried by some and each role tries shut doors of every room.
    """
    turn = sorted(ROUTES).index(route.name)
    dealt = {actor.name for at, actor in enumerate(world.actors.values()) if at % 3 == turn % 3}
    return [actor for actor in world.actors.values() if actor.name in AT_EVERY_DOOR | dealt or _opens(actor, route)]


@pytest.mark.parametrize("name", sorted(set(GUARDED) & set(EXAMPLES)))
def test_nobody_gets_in_where_he_does_not_belong(world: World, name: str) -> None:
    route, example, before = GUARDED[name], EXAMPLES[name], _writes()
    faults = [
        fault
        for actor in _who(world, route)
        for place in _places(actor, route, example, world)
        for method in _methods(actor, route, example)
        for fault in _faults(world, actor, route, example, place, method, before)
    ]
    assert not faults, "\n".join(faults)


def _faults(
    world: World, actor: Actor, route: Route, example: Example, place: str, method: str, before: int
) -> Iterator[str]:
    """What is wrong with one answer. `before`: the rows that triggers have written; each question is taken back."""
    there, told = world.places[place], f"{actor.name} {method} {place}"
    with transaction.atomic():
        ticks = _ticks()
        answer = _ask(actor, route, example, there, method)
        body = _body(answer)
        if _may(actor, route, example, there):
            if answer.status_code >= 500 or answer.status_code in {401, 403, 404} - set(example.refusals):
                yield f"{told}: {answer.status_code} although he may"
        else:
            if not _is_no(route, example, answer):
                yield f"{told}: {answer.status_code} although he may not"
            if _ticks() != ticks and _writes() != before:
                yield f"{told}: something was written although he may not"
        shown = [mark for mark in world.hidden_from(actor) if mark in body]
        if shown:
            yield f"{told}: shows {shown}"
        transaction.set_rollback(True)


def _body(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8", "replace")


@pytest.mark.parametrize("name", sorted(set(GUARDED) & set(EXAMPLES)))
def test_the_second_lock_alone_suffices(world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # As if somebody had forgotten the first one everywhere: the database still shows nobody of elsewhere.
    monkeypatch.setattr(ScopedQuerySet, "in_scope", lambda rows: rows)
    route, example = GUARDED[name], EXAMPLES[name]
    for who in ("township_clerk", "auditor", "no_grant", "citizen"):
        actor = world.actors[who]
        for place in _places(actor, route, example, world):
            with transaction.atomic():
                body = _body(_ask(actor, route, example, world.places[place], example.methods[0]))
                transaction.set_rollback(True)
            assert [mark for mark in world.hidden_from(actor) if mark in body] == [], f"{who} {place}"
