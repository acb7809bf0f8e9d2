"""A draft of a list; only the platform may put one where lists are not made."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from yiyang.catalog.issued import content_hash, shipped_files
from yiyang.revisions.models import Revision
from yiyang.site.tests.access_world.things import Place


def put(there: Place) -> dict[str, Any]:
    """What `revisions` holds for a place."""
    if there.code < 0:
        return {}
    files = {name: text for name, text in shipped_files("511724").items() if name.startswith(("list.", "old_age"))}
    made = Revision.objects.create(
        area_code=there.code, version="试", title="清单", reason="试", starts=timezone.localdate(), files=files,
        base=files, hash=content_hash(files), made_by=0, made_by_name="岗位",
    )  # fmt: skip
    return {"revision": made.pk}
