"""The worker's part in exports."""

from __future__ import annotations

import structlog
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from yiyang.access.scope import platform
from yiyang.audit.record import record, work
from yiyang.base.errors import YiyangError
from yiyang.registry import exports

log = structlog.get_logger("yiyang.registry")
# The database went away under a job: it is tried again. A worker that dies is noticed by `site.tasks.rescue`.
AGAIN = RetryStrategy(max_attempts=5, wait=5, retry_exceptions={OperationalError, InterfaceError})


@app.task(queue="registry", retry=AGAIN, pass_context=False)
def make_export(export: int, user: int, request: str) -> None:
    """Make a list that somebody ordered."""
    try:
        exports.make(export, user, request)
    except PermissionDenied:
        exports.fail(export, "权限已变更，名单没有生成。", request)
    except YiyangError as error:
        log.warning("export failed", export=export, kind=type(error).__name__)
        exports.fail(export, error.zh, request)


@app.periodic(cron="20 3 * * *")
@app.task(queue="registry", queueing_lock="expire_exports", pass_context=False)
def expire_exports(timestamp: int) -> None:
    """Every night: lists of more than a week are removed."""
    with work(platform("导出到期清理")):
        if removed := exports.expire():
            record("system", what="exports", detail={"expired": removed})
