"""Somebody with a role in the place, and a machine with a token."""

from __future__ import annotations

from typing import Any

from yiyang.accounts.models import ApiToken, Grant, User
from yiyang.site.tests.access_world.actors import token_of
from yiyang.site.tests.access_world.things import SINCE, Place


def put(there: Place) -> dict[str, Any]:
    """The accounts of a place."""
    area, place = there.home, there.place
    user = User.objects.create_user(f"w-{place}-home", None, name=f"账户{place}", must_change_password=False, area=area)
    machine = User.objects.create_user(f"w-{place}-api", None, name=f"接口{place}", kind="service", area=area)
    grant = Grant.objects.create(user=user, role="inspector", area=area, starts=SINCE)
    Grant.objects.create(user=machine, role="supplier", area=area, registers=["pensions"], starts=SINCE)
    token_of(machine, ["delivery.upload"], area=area)
    token = ApiToken.objects.get(user=machine)
    return {"account": user.pk, "grant": grant.pk, "machine": machine.pk, "token": token.pk}
