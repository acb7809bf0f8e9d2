"""What the worker does for the log."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from procrastinate.contrib.django import app

from yiyang.access.scope import acting, platform
from yiyang.audit import anchors


@app.periodic(cron="0 * * * *")
@app.task(queue="system", queueing_lock="audit.anchor", pass_context=False)
def anchor(timestamp: int) -> None:
    """Note the head of the chain every hour."""
    with acting(platform("审计存证")):
        anchors.note(Path(settings.DATA), now=datetime.now(UTC))
