"""A post, a visit with a report and what came of it, a plan and an alert."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from yiyang.accounts.models import User
from yiyang.site.tests.access_world.things import SINCE, Place
from yiyang.visits.models import Alert, Finding, Observation, Plan, Post, Report, Visit, Wish


def put(there: Place) -> dict[str, Any]:
    """What `visits` holds for a place."""
    code, today = there.code, timezone.localdate()
    visitor = User.objects.create_user(
        f"w-visitor{there.number}", None, name=f"探访{there.number}", must_change_password=False
    )
    # A village has one visitor; the demo county's have theirs.
    post = Post.objects.filter(area_code=code, ends=None).first()
    post = post or Post.objects.create(area_code=code, visitor=visitor, starts=SINCE)
    alert = Alert.objects.create(
        area_code=code, kind="cold", words="寒潮", first=today, last=today, made_by_name="岗位"
    )
    plan = Plan.objects.create(area_code=code, month=f"{today:%Y-%m}", state="ready", ordered_by_name="岗位")
    visit = Visit.objects.create(
        person=there.who, area_code=code, month=f"{today:%Y-%m}", cause="monthly", groups=["living_alone"],
        first=today, last=today, on=today, visitor=visitor, state="planned", counts=["home", "phone"],
    )  # fmt: skip
    return {"post": post.pk, "alert": alert.pk, "visit_plan": plan.pk, "visit": visit.pk} | _reported(there, visit)


def _reported(there: Place, visit: Visit) -> dict[str, Any]:
    about, now = {"person": there.who, "area_code": there.code}, timezone.now()
    report = Report.objects.create(
        **about, visit=visit, means="home", met=False, version="1", answers="{}", began_at=now, ended_at=now,
        made_by_name="岗位",
    )  # fmt: skip
    today = timezone.localdate()
    seen = Observation.objects.create(**about, report=report, fact="living_arrangement", value=1, seen_on=today)
    wish = Wish.objects.create(**about, report=report, kind="assessment", words="做能力评估")
    finding = Finding.objects.create(
        **about, number=f"YC{there.number}", report=report, kind="other", severity="minor", words="漏雨",
        found_by_name="岗位",
    )  # fmt: skip
    keys = {"report": report.pk, "observation": seen.pk, "wish": wish.pk}
    return keys | {"finding": finding.pk, "finding_number": finding.number}
