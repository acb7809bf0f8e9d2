"""The published tree, and the row that stands for no area."""

from datetime import date
from typing import Any

from django.db import migrations

from yiyang.areas import logic
from yiyang.areas.jurisdictions import Jurisdiction, jurisdictions

# The table was published with this reference day; earlier dates of single areas are not known to us.
PUBLISHED = date(2023, 6, 30)
BATCH = 5000


def load(apps: Any, schema_editor: Any) -> None:
    """Level by level, so that each area's parent is there."""
    Area = apps.get_model("areas", "Area")
    using = schema_editor.connection.alias
    ids: dict[int, int] = {}
    for level in logic.LEVELS:
        rows = [_row(Area, area, ids) for area in logic.tree().values() if area.level == level]
        ids |= {area.code: area.pk for area in Area.objects.using(using).bulk_create(rows, BATCH)}
    for each in jurisdictions():
        _add_jurisdiction(Area.objects.using(using), each, ids)
    Area.objects.using(using).create(code=-1, name="无区划", level="none", kind="none", valid_from=PUBLISHED)


def _add_jurisdiction(areas: Any, each: Jurisdiction, ids: dict[int, int]) -> None:
    """One that the census counted under a code has a row already and gets the name by which the city calls it."""
    if each.code is not None and areas.filter(code=each.code).update(name=each.name):
        return
    parent = ids[each.parent]
    areas.create(
        code=each.code, name=each.name, level="county", kind="jurisdiction", parent_id=parent, valid_from=PUBLISHED
    )


def _row(Area: Any, area: logic.Area, ids: dict[int, int]) -> Any:
    above = logic.parent(area.code)
    return Area(
        code=area.code,
        name=area.name,
        level=area.level,
        kind=area.kind,
        urban_rural=_kind(area),
        parent_id=None if above is None else ids[above],
        valid_from=PUBLISHED,
    )


def _kind(area: logic.Area) -> str:
    if area.level != "village":
        return ""
    return "urban" if area.is_urban else "rural"


class Migration(migrations.Migration):
    dependencies = (("areas", "0001_initial"), ("audit", "0002_chain"))
    operations = (migrations.RunPython(load, migrations.RunPython.noop),)
