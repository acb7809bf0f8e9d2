"""What whoever keeps the system does to it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from yiyang.audit.record import record
from yiyang.base.errors import UsageError


@transaction.atomic
def retry_job(*, job: int, by: str) -> None:
    """Put a failed job into the queue again. `by`: who asks, for the message; the scope in force is what is logged.

    Errors: UsageError where there is no such job, or it did not fail.
    """
    found = ProcrastinateJob.objects.select_for_update().filter(pk=job, status="failed").first()
    if found is None:
        raise UsageError("这项任务没有失败，或已经重试过。", f"Job {job} has not failed, or was retried ({by}).")
    app.job_manager.retry_job_by_id(job, retry_at=timezone.now())
    record("system", what=f"job:{job}", detail={"act": "retry", "task": found.task_name, "attempts": found.attempts})
