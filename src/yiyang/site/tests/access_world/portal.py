"""What a citizen finds on his own pages: a request, and somebody who asks to act for him."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from yiyang.portal.models import Citizen, CorrectionRequest, Mandate
from yiyang.site.tests.access_world.things import Place


def put(there: Place) -> dict[str, Any]:
    """What `portal` holds for a place."""
    person, other = there.who, there.neighbour
    proof = {"person": other.pk, "verified_by": Citizen.Proof.LOCAL, "verified_at": timezone.now()}
    family = Citizen.objects.create(id_number="".join(other.id_number), name="家人", phone="13911110000", **proof)
    ends = timezone.localdate() + timedelta(days=30)
    mandate = Mandate.objects.create(person=person.pk, citizen=family, relation="女儿", way="code", ends=ends)
    request = CorrectionRequest.objects.create(
        person=person.pk, area_code=there.code, subject="address", held="不详", says="搬家了", citizen=family
    )
    return {"mandate": mandate.pk, "request": request.pk}
