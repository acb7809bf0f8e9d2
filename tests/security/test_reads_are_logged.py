"""No page and no operation shows or changes data of people without a line in the audit log."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.urls import reverse

from yiyang.access.scope import acting, platform
from yiyang.accounts.roles import load_roles
from yiyang.audit.models import AuditLine
from yiyang.site.tests.access_routes import EXAMPLES, Route, routes
from yiyang.site.tests.access_world import World

# Whoever adds a page of people says in EXAMPLES how it is asked for; `test_every_route` fails until he does.
RIGHTS = load_roles().rights
OF_PEOPLE = {
    route.name: route
    for route in routes()
    if route.name in EXAMPLES and any(right in RIGHTS and RIGHTS[right].people for right in route.rights)
}


@pytest.mark.parametrize("name", sorted(OF_PEOPLE))
def test_what_is_answered_is_logged(world: World, name: str) -> None:
    example = EXAMPLES[name]
    if not example.logs or "nobody" in example.within:
        return
    for method in example.methods:
        with transaction.atomic():
            before = _last()
            status = _ask(world, OF_PEOPLE[name], method)
            if status in (200, 201, 202):
                assert _lines_since(before, world), f"{name} ({method}) showed data of people and wrote no line"
            transaction.set_rollback(True)


def _ask(world: World, route: Route, method: str) -> int:
    example, there = EXAMPLES[route.name], world.places["own"]
    path = reverse(route.name, args=example.of(there) if example.of else [])
    data = example.post(there) if example.post and method != "get" else None
    answer = world.actors["county_officer"].call(method, path, data, as_json=route.is_api)
    return int(answer.status_code)


def _lines_since(seq: int, world: World) -> bool:
    with acting(platform("test")):
        mine = AuditLine.objects.filter(seq__gt=seq, actor=world.actors["county_officer"].user.pk)
        return mine.exclude(kind__in=("seal", "deny")).exists()


def _last() -> int:
    with acting(platform("test")):
        newest = AuditLine.objects.order_by("-seq").first()
        return newest.seq if newest else 0
