"""The first lock: every list, count, detail and drop-down sees the rows of the scope in force and no others."""

from __future__ import annotations

from typing import Any

from django.db import models

from yiyang.access.ranges import ALL
from yiyang.access.scope import Scope, current


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows of the scope in force."""

    def in_scope(self) -> ScopedQuerySet:
        """Narrow to the scope in force."""
        return self.filter(self.model.scope_q(current()))


class ScopedManager(models.Manager[Any]):
    """The default manager of models that know an area: lists, counts, details, drop-downs see the scope only."""

    def get_queryset(self) -> ScopedQuerySet:
        return ScopedQuerySet(self.model, using=self._db).in_scope()


class Scoped(models.Model):
    """A model whose rows lie in areas.

    Attributes:
        SCOPE: the columns of area codes; one of them in scope is enough.
        LOCK: `people` (seen where people may be seen) or `work` (seen where any right holds).
        PERSON: the column with the key of the person a row speaks of, whom a citizen may be; '' = of nobody.
    """

    SCOPE: tuple[str, ...] = ("area_code",)
    LOCK = "people"
    PERSON = ""

    objects = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    @classmethod
    def scope_q(cls, scope: Scope) -> models.Q:
        """The first lock as a condition."""
        ranges = scope.people if cls.LOCK == "people" else scope.work
        if ranges == ALL:
            return models.Q()
        within = ranges.q(*cls.SCOPE)
        return within | models.Q(**{f"{cls.PERSON}__in": scope.persons}) if cls.PERSON and scope.persons else within
