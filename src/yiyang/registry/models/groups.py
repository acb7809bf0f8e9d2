"""Who is in which hardship group since when, and how many."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.access.scoped import Scoped
from yiyang.registry.models.people import Person


class Membership(models.Model):
    """A person in a hardship group, from the day it was found so until the day it no longer was."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships", verbose_name="人员")
    group = models.SlugField(max_length=40, verbose_name="重点人群")
    entered = models.DateField(verbose_name="进入日期")
    entered_because = models.CharField(max_length=40, blank=True, verbose_name="进入原因")
    left = models.DateField(null=True, verbose_name="退出日期")
    left_because = models.CharField(max_length=40, blank=True, verbose_name="退出原因")

    class Meta:
        verbose_name = verbose_name_plural = "重点人群成员"
        indexes = (
            models.Index(fields=("group", "person"), name="registry_membership_group", condition=Q(left__isnull=True)),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("person", "group"), condition=Q(left__isnull=True), name="registry_membership_once"
            ),
        )


class GroupFigure(Scoped):
    """How many people of a village are in a group in a month: the trend, without anybody's name."""

    LOCK = "work"

    month = models.CharField(max_length=7, verbose_name="月份")
    area_code = models.BigIntegerField(verbose_name="区划")
    group = models.SlugField(max_length=40, verbose_name="重点人群")
    people = models.IntegerField(verbose_name="人数")
    entered = models.IntegerField(default=0, verbose_name="本月进入")
    left = models.IntegerField(default=0, verbose_name="本月退出")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "重点人群数字"
        indexes = (models.Index(fields=("area_code", "group"), name="registry_groupfigure_area"),)
        constraints = (
            models.UniqueConstraint(fields=("month", "area_code", "group"), name="registry_groupfigure_once"),
        )


sorted_fields(Membership, PERSONAL, "*")
sorted_fields(GroupFigure, OPEN, "*")
