"""A case that was found, with a decision and an appeal, and a webhook of the place's machine."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from yiyang.accounts.models import ApiToken
from yiyang.cases.models import Appeal, Case, Decision, Webhook
from yiyang.cases.numbers import new_number
from yiyang.cases.steps import taking
from yiyang.site.tests.access_world.things import Place


def put(there: Place) -> dict[str, Any]:
    """What `cases` holds for a place."""
    ends = timezone.localdate() + timedelta(days=30)
    case = _case(there)
    decision = Decision.objects.create(
        case=case, number=f"JD{case.pk}", kind="grant", fen=10000, every="month", holds_from=date(2026, 11, 1),
        decided_by_name="岗位", decided_at=timezone.now(), appeal_until=ends,
    )  # fmt: skip
    appeal = Appeal.objects.create(
        case=case, decision=decision, channel="counter", reason="不同意", raised_by_name="本人", due=ends
    )
    hook = Webhook.objects.create(
        token=ApiToken.objects.get(pk=there.token), area_code=there.code, url="http://x.invalid/", secret="s",
        sent_at=timezone.now(), is_active=False,
    )  # fmt: skip
    keys = {"case": case.pk, "decision": decision.pk, "case_number": case.number}
    return keys | {"appeal": appeal.pk, "webhook": hook.pk}


def _case(there: Place) -> Case:
    with taking("found"):
        return Case.objects.create(
            number=new_number(there.code, timezone.localdate()), person=there.who, item="old_age_allowance",
            list_area="511724", area_code=there.code, process="application", channel="run",
            state_since=timezone.now(), every="month", fen=10000,
        )  # fmt: skip
