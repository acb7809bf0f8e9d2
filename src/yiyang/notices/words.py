"""What a kept notice said, to pages and letters: its own version of the template, the items' names of today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from yiyang.catalog import issued
from yiyang.catalog.lists import list_areas, load_list
from yiyang.notices.logic import Said, say
from yiyang.notices.models import Notice, Wording
from yiyang.notices.templates import Template


def item_name(item: str, list_area: str = "") -> str:
    """The name of an item as a list calls it; of any list where that one does not have it; else its id."""
    names = _names(issued.current(settings.DATA))
    return names.get((list_area, item)) or names.get(("", item)) or item


def item_names() -> dict[str, str]:
    """Every item of every list by name."""
    return {item: name for (area, item), name in _names(issued.current(settings.DATA)).items() if not area}


@lru_cache(maxsize=4)
def _names(policy: Path | None) -> dict[tuple[str, str], str]:
    """Area and item → name; without an area: as the lowest list that has it calls it."""
    found: dict[tuple[str, str], str] = {}
    for area in list_areas(policy):
        for item, loaded in load_list(area, policy).items.items():
            found[area, item] = found["", item] = loaded.item.name.zh
    return found


def always() -> dict[str, str]:
    """What every template may name."""
    return {"telephone": settings.CITIZEN_TELEPHONE, "unit": settings.UNIT_NAME or "民政部门"}


def said(template: Template, data: Mapping[str, Any]) -> Said:
    """A message in words."""
    return say(template, data, item_name, always())


class Reader:
    """Reads many notices, each in the words in which it was sent."""

    def __init__(self, notices: Iterable[Notice]) -> None:
        wanted = {(each.template, each.template_version) for each in notices}
        rows = Wording.objects.filter(
            template__in={slug for slug, _ in wanted}, version__in={version for _, version in wanted}
        )
        self.templates = {(row.template, row.version): Template.model_validate(row.body) for row in rows}

    def said(self, notice: Notice) -> Said:
        """What a notice said."""
        return said(self.templates[notice.template, notice.template_version], notice.data)
