"""A delivery with its file and a quarantined row, and what is known of the two people of a place."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings

from yiyang.access.scope import current
from yiyang.accounts.models import User
from yiyang.registry import documents
from yiyang.registry.models import (
    Contact,
    Correction,
    Delivery,
    Export,
    GroupFigure,
    Membership,
    PossibleDouble,
    QuarantineLine,
    Statement,
)
from yiyang.site.tests.access_world.things import Place

COUNTED = ("delivered", "kept", "merged", "quarantined", "new", "unchanged", "closed", "rows")
PAPER = b"\x89PNG\r\n\x1a\n" + bytes(16)


def put(there: Place) -> dict[str, Any]:
    """What `registry` knows of a place."""
    return _delivered(there) | _of_people(there) | _counted(there)


def _delivered(there: Place) -> dict[str, Any]:
    made = Delivery.objects.create(
        register="pensions", month="2026-11", area_code=there.code, known=date(2026, 11, 5), state="checked",
        file_name="养老金.csv", file=f"deliveries/none{there.number}/养老金.csv", size=1, sha256=f"{there.number:064d}",
        delivered_by_name="岗位", counts=dict.fromkeys(COUNTED, 1), preview=_preview(there.who.pk),
    )  # fmt: skip
    file = settings.DATA / made.file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("身份证号码,姓名\n,某人\n", encoding="utf-8")
    line = QuarantineLine.objects.create(
        delivery=made, source_row=2, field="姓名", value="5130********0101", reason="必填项为空", remedy="补填该项"
    )
    statement = Statement.objects.create(
        register="pensions", person=there.who.pk, valid_from=20260101, valid_to=99991231, known_from=20261105,
        source_file="2026-11/养老金.csv", source_row=2, row_hash=there.number, state=0, values={"pension": 1},
        opened=made,
    )  # fmt: skip
    return {"delivery": made.pk, "line": line.pk, "statement": statement.pk}


def _preview(person: int) -> dict[str, Any]:
    return {
        "reasons": {"必填项为空": 1},
        "people": 1,
        "new_people": 0,
        "gone_people": 0,
        "headings_unknown": [],
        "columns_missing": [],
        "encoding": "utf-8",
        "facts": {"living_arrangement": 1},
        "sample": [{"person": person, "fact": "living_arrangement", "before": 0, "after": 1}],
    }


def _of_people(there: Place) -> dict[str, Any]:
    person, code = there.who, there.code
    contact = Contact.objects.create(person=person, kind="family", name=f"{person.name}之子", phone="13900000001")
    document = documents.add(by=current(), person=person, title="证明", blocks=[PAPER])
    correction = Correction.objects.create(
        person=person, fact="living_arrangement", value=0, valid_from=date(2026, 11, 1), reason="走访", made_by=0
    )
    double = PossibleDouble.objects.create(
        person=person, other=there.neighbour, area_code=code, other_area_code=code, probability=0.9
    )
    return {"contact": contact.pk, "document": document.pk, "correction": correction.pk, "double": double.pk}


def _counted(there: Place) -> dict[str, Any]:
    for each in (there.who, there.neighbour):
        Membership.objects.create(person=each, group="living_alone", entered=date(2026, 11, 1))
    GroupFigure.objects.create(month="2026-11", area_code=there.code, group="living_alone", people=2)
    user = User.objects.get(pk=there.account)
    export = Export.objects.create(kind="people", reason="核对", ordered_by=user.pk, ordered_by_name=user.name)
    return {"export": export.pk}
