"""What the worker does with plans: reads documents and checks them against each other."""

from __future__ import annotations

import structlog
from django.db import InterfaceError, OperationalError
from procrastinate.contrib.django import app

from yiyang.access.scope import platform
from yiyang.audit.record import record, work
from yiyang.planning import file_actions
from yiyang.planning.models import PlanFile
from yiyang.registry.tasks_exports import AGAIN

log = structlog.get_logger("yiyang.planning")


@app.task(queue="registry", retry=AGAIN, pass_context=False)
def read_plan(file: int, request: str) -> None:
    """Read a document that was given, then check it with the others."""
    scope = platform(f"读取规划文件 #{file}", request)
    with work(scope):
        found = PlanFile.objects.filter(pk=file).first()
        if found is None:
            return
        PlanFile.objects.filter(pk=file).update(state=PlanFile.State.READING)
    try:
        with work(scope):
            found = file_actions.read_file(by=scope, file=found)
            record("system", what=f"plan_file:{file}", area=found.area_code, detail=dict(found.counts))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        # Whoever gave it must not wait for ever; what broke is in the log and on the system's page.
        with work(scope):
            file_actions.fail(by=scope, file=found)
        raise
    with work(scope):
        left = file_actions.recheck(by=scope, area_code=found.area_code)
    log.info("plan read", file=file, state=found.state, open=left)


@app.task(queue="registry", retry=AGAIN, pass_context=False)
def check_plans(area: int, request: str) -> None:
    """Check the documents of a province again."""
    scope = platform("规划文件一致性检查", request)
    with work(scope):
        file_actions.recheck(by=scope, area_code=area)
