"""What the worker does for accounts."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yiyang.accounts import throttle


@app.periodic(cron="40 * * * *")
@app.task(queue="platform", queueing_lock="accounts.forget_callers", pass_context=False)
def forget_callers(timestamp: int) -> None:
    """Every hour: who called the API and stopped is no longer remembered; an address is personal data."""
    throttle.forget()
