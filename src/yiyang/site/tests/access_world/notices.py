"""A message to the person of a place, and a batch of messages."""

from __future__ import annotations

from typing import Any

from yiyang.access.scope import current
from yiyang.notices.actions import tell
from yiyang.notices.models import Batch, Notice
from yiyang.site.tests.access_world.things import Place


def put(there: Place) -> dict[str, Any]:
    """What `notices` holds for a place."""
    person, data = there.who.pk, {"item": "old_age_allowance", "fen": 10000, "every": "month"}
    tell(by=current(), person=person, area=there.code, template="found_application", about="w:1", data=data)
    notice = Notice.objects.get(person=person, channel=Notice.Channel.IN_APP)
    batch = Batch.objects.create(area_code=there.code, channel="sms", ordered_by=0, ordered_by_name="岗位")
    return {"notice": notice.pk, "batch": batch.pk}
