"""Jobs of the platform itself."""

from __future__ import annotations

import procrastinate
from django.utils import timezone
from procrastinate.contrib.django import app

# Seconds without a heartbeat after which a worker counts as dead.
STALE = 30


@app.periodic(cron="* * * * *")
@app.task(queue="platform", queueing_lock="rescue", pass_context=True)
async def rescue(context: procrastinate.JobContext, timestamp: int) -> None:
    """Jobs whose worker has died are run again; each job is one transaction, so nothing is doubled."""
    manager = app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALE):
        await manager.retry_job(job, retry_at=timezone.now())
