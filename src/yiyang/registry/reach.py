"""Whether a right of somebody reaches a person: by where he lives or by where he is registered."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from yiyang.access.scope import Scope
from yiyang.registry.models import Person


def reaches(scope: Scope, right: str, person: Person) -> bool:
    """Whether the right holds at one of the person's two places."""
    return scope.may(right, person.area_code) or scope.may(right, person.registered_code)


def require(scope: Scope, right: str, person: Person) -> None:
    """Raises PermissionDenied when it does not."""
    if not reaches(scope, right, person):
        raise PermissionDenied(right)
