"""A device of the place's account, and what it brought home."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.utils import timezone

from yiyang.field.models import Device, Entry
from yiyang.site.tests.access_world.things import Place

# The smallest picture that there is: one white point.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
BODY = {"answers": {}, "files": {"picture": [{"media_type": "image/png", "data": PNG}]}}


def put(there: Place) -> dict[str, Any]:
    """What `field` holds for a place."""
    device = Device.objects.create(user_id=there.account, name="手机", key="k")
    now = timezone.now()
    brought = Entry.objects.create(
        id=uuid.uuid4(), device=device, user_id=there.account, kind="visit", about="1", person=there.person,
        area_code=there.code, taken_out_at=now, done_at=now, sent_by_name="某", body=json.dumps(BODY),
        sha256="0" * 64, state="refused",
    )  # fmt: skip
    return {"device": device.pk, "brought": brought.pk}
