"""How areas are called now: the published table, and what changes since have made of it."""

from __future__ import annotations

from typing import Any

from yiyang.areas import logic
from yiyang.audit import record

KEY = "areas.names"


def name(code: int) -> str:
    """The name of a code; outside of a request, job or command that of the published table."""
    return _changed().get(code) or logic.name(code)


def full_name(code: int) -> str:
    """The name from the province down, without placeholders: 四川省达州市大竹县竹阳街道."""
    chain = [above for above in logic.ancestors(code)[::-1] if above != logic.NATION and not _is_placeholder(above)]
    return "".join(map(name, [*chain, code])) if _changed() else logic.full_name(code)


def forget() -> None:
    """Areas have changed within this unit of work."""
    unit = record.unit()
    if unit is not None:
        unit.kept.pop(KEY, None)


def _is_placeholder(code: int) -> bool:
    area = logic.find(code)
    return area is not None and area.kind == "placeholder"


def _changed() -> dict[int, str]:
    """Code → name where they are not those of the table; read once a unit of work."""
    unit = record.unit()
    if unit is None:
        return {}
    if KEY not in unit.kept:
        unit.kept[KEY] = _read()
    found: dict[int, str] = unit.kept[KEY]
    return found


def _read() -> dict[int, str]:
    from django.db.models import Exists, OuterRef, Q

    from yiyang.areas.models import Area, FormerArea

    was_changed = Exists(FormerArea.objects.filter(area=OuterRef("pk")))
    made_since = Q(kind__in=("jurisdiction", "development_zone"))
    created = Q(valid_from__gt=Area.objects.filter(code=logic.NATION).values("valid_from")[:1])
    former: Any = FormerArea.objects.filter(code__isnull=False).order_by("pk").values_list("code", "name")
    rows: Any = Area.objects.filter(was_changed | made_since | created, code__isnull=False).values_list("code", "name")
    return {**dict(former), **dict(rows)}
