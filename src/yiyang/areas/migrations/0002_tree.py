"""The published tree, and the row that stands for no area."""

from datetime import date
from typing import Any

from django.db import migrations

from yiyang.areas import logic
from yiyang.areas.jurisdictions import jurisdictions

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
    for jurisdiction in jurisdictions():
        Area.objects.using(using).get_or_create(
            code=jurisdiction.code,
            **({} if jurisdiction.code else {"name": jurisdiction.name}),
            defaults={
                "name": jurisdiction.name,
                "level": "county",
                "kind": "jurisdiction",
                "parent_id": ids[jurisdiction.parent],
                "valid_from": PUBLISHED,
            },
        )
    Area.objects.using(using).create(code=-1, name="无区划", level="none", kind="none", valid_from=PUBLISHED)


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
