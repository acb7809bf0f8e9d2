"""The worker's part in notices."""

from __future__ import annotations

import structlog
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from yiyang.access.scope import platform
from yiyang.audit.record import record, work
from yiyang.base.errors import YiyangError
from yiyang.notices import batches, outbox

log = structlog.get_logger("yiyang.notices")
AGAIN = RetryStrategy(max_attempts=5, wait=5, retry_exceptions={OperationalError, InterfaceError})


@app.task(queue="notices", retry=AGAIN, pass_context=False)
def make_batch(batch: int, user: int | None, request: str) -> None:
    """Make a batch that somebody ordered."""
    try:
        batches.make(batch, user, request)
    except PermissionDenied:
        batches.fail(batch, "权限已变更，批次没有生成。", request)
    except YiyangError as error:
        log.warning("batch failed", batch=batch, kind=type(error).__name__)
        batches.fail(batch, error.zh, request)


@app.periodic(cron="40 3 * * *")
@app.task(queue="notices", queueing_lock="forget_codes", pass_context=False)
def forget_codes(timestamp: int) -> None:
    """Every night: login codes of more than a month are removed."""
    with work(platform("即时短信清理")):
        if removed := outbox.forget():
            record("system", what="notices:outbox", detail={"removed": removed})
