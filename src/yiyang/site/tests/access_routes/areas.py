"""How the addresses of `areas` are asked for.

Changes are known everywhere, as gazettes are; who changes one needs the right there.
"""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import AREA, LIST, Example, done, one

AREA_FORM = {"document": "文件", "effective": "2030-01-01", "name": "新名"}

EXAMPLES: dict[str, Example] = {
    "areas:areas": LIST,
    "areas:area": one("area", **AREA),
    "areas:change": Example(
        of=lambda there: [there.area, "rename"], post=lambda there: AREA_FORM, methods=("get", "post"), **AREA
    ),
    "areas:classify": done("area", {"urban_rural": "rural"}),
    "areas:join": done("jurisdiction", {"member": "竹阳街道", "starts": "2030-01-01"}, refusals=(302,)),
    "areas:changes": LIST,
    "areas:one_change": one("change", is_scoped=False),
    "areas:undo": done("change", refusals=(302,), **AREA),
    "areas:cancel": done("change", refusals=(302,)),
    "areas:leave": done("membership", {"ends": "2030-01-01"}, refusals=(302,)),
    "api:areas": LIST,
    "api:area": one("area", **AREA),
    "api:children": one("area", **AREA),
    "api:tree": one("area", **AREA),
    "api:history": one("area", **AREA),
}
