"""How the addresses of `workbench` are asked for."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import LIST, Example

EXAMPLES: dict[str, Example] = {
    "workbench:home": LIST,
    "workbench:search": Example(post=lambda there: {"q": f"py{there.code}"}, methods=("post",)),
    "workbench:area": Example(post=lambda there: {"area": str(there.area)}, methods=("post",)),
    "workbench:styleguide": LIST,
    "workbench:styleguide_progress": LIST,
}
