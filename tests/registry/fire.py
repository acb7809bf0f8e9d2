"""What the tests under fire run in processes of their own: `python fire.py WORD …` on the environment's installation.

Not a test: each word is one step, told to the end by printing one line of JSON. YIYANG_FIRE_PAUSE, as
`module:function:before` (or `:after`), stops the first process that comes there until a line is given to it.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from yiyang.site.start import start

start()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from yiyang.access.scope import platform  # noqa: E402
from yiyang.accounts.actions.tokens import digest_of  # noqa: E402
from yiyang.accounts.jobs import scope_of_job  # noqa: E402
from yiyang.accounts.models import ApiToken, Grant, User  # noqa: E402
from yiyang.areas.models import Area  # noqa: E402
from yiyang.audit.record import work  # noqa: E402
from yiyang.audit.verify import verify  # noqa: E402
from yiyang.base.errors import YiyangError  # noqa: E402
from yiyang.entitlement import month_actions  # noqa: E402
from yiyang.entitlement.models import MonthRun  # noqa: E402
from yiyang.registry import actions, exports, judging, tasks  # noqa: E402
from yiyang.registry.models import Delivery, Export, Person, PossibleDouble  # noqa: E402
from yiyang.registry.tests.arrivals import allowance, crowd, people_rows  # noqa: E402
from yiyang.registry.tests.hall import BAOGUO, csv_bytes  # noqa: E402

BY = platform("fire")
DAZHU = 511724000000
FILE = "公安户籍登记.csv"
CROWD = crowd(40)
FIRST = [*people_rows(), *CROWD]
# One moved, one is gone, one is new.
SECOND = [people_rows()[0] | {"现住地区划代码": "511724101201"}, *people_rows()[1:2], *CROWD, *crowd(41)[40:]]


def _pause(place: str) -> None:
    """Wrap the function of a place, so that it says PAUSED with its process and waits."""
    module, name, when = place.split(":")
    real = getattr(importlib.import_module(module), name)

    def paused(*args: Any, **words: Any) -> Any:
        found = real(*args, **words) if when == "after" else None
        try:
            os.close(os.open(os.environ["YIYANG_FIRE_MARK"], os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            # Only the first: whoever comes after a killed one goes on.
            return found if when == "after" else real(*args, **words)
        os.write(1, f"\nPAUSED {os.getpid()}\n".encode())
        sys.stdin.readline()
        return found if when == "after" else real(*args, **words)

    setattr(importlib.import_module(module), name, paused)


if os.environ.get("YIYANG_FIRE_PAUSE"):
    _pause(os.environ["YIYANG_FIRE_PAUSE"])


def deliver(month: str, rows: list[dict[str, str]], register: str = "police_households", name: str = FILE) -> Delivery:
    with work(BY):
        return actions.receive(
            by=BY, register=register, month=month, area=DAZHU, known=date.fromisoformat(f"{month}-05"), file_name=name,
            blocks=[csv_bytes(rows)],
        )  # fmt: skip


def worker() -> str:
    """Everything that waits, then the end."""
    call_command("procrastinate", "worker", wait=False, verbosity=0)
    return "done"


def setup() -> int:
    """The first month, all the way in."""
    delivery = deliver("2026-10", FIRST)
    worker()
    accept(delivery.pk)
    worker()
    return delivery.pk


def month() -> int:
    """The first month, ordered."""
    with work(BY):
        return int(month_actions.order(by=BY, area=DAZHU, month="2026-10").pk)


def start_month(pk: int) -> int:
    """A run to be put in force."""
    with work(BY):
        month_actions.start(by=BY, run=MonthRun.objects.get(pk=pk))
    return pk


def arrive() -> int:
    """The second month, to be checked."""
    return deliver("2026-11", SECOND).pk


def accept(pk: int) -> str:
    with work(BY):
        actions.accept(by=BY, delivery=Delivery.objects.get(pk=pk), reason="test")
    return "ordered"


def take_back(pk: int) -> str:
    with work(BY):
        actions.take_back(by=BY, delivery=Delivery.objects.get(pk=pk), reason="test")
    return "ordered"


def rescue() -> str:
    """As `site.tasks.rescue` does every minute, once the dead worker has been silent for long."""
    from yiyang.site.tasks import rescue as task

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    asyncio.run(task.func(None, 0))
    return worker()


def at_once(*jobs: Callable[[], Any]) -> list[str]:
    """Each in a thread and a connection of its own, begun together; what each answered."""
    barrier, said = threading.Barrier(len(jobs)), ["" for _ in jobs]

    def run(place: int, job: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            said[place] = str(job())
        except YiyangError as error:
            said[place] = f"refused: {error.en}"
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return said


def same_twice() -> list[str]:
    """Two users deliver the same file at once."""
    return at_once(*[lambda: deliver("2026-11", SECOND).pk] * 2)


def two_at_once() -> list[str]:
    """Two different files of one register at once; both are accepted as soon as they are checked."""
    keys = at_once(lambda: arrive(), lambda: deliver("2026-11", [*SECOND, *people_rows()[2:]]).pk)
    worker()
    said = at_once(*[lambda key=key: accept(int(key)) for key in keys])  # type: ignore[misc]
    worker()
    with work(BY):
        again = Delivery.objects.filter(state="checked").values_list("pk", flat=True)
        keys = [str(key) for key in again]
    return [*said, *keys]


def _pair() -> PossibleDouble:
    with work(BY):
        one, other = Person.objects.order_by("pk").values_list("pk", flat=True)[:2]
        pair, _ = PossibleDouble.objects.get_or_create(
            person_id=one, other_id=other, defaults={"probability": 0.9, "area_code": DAZHU, "other_area_code": DAZHU}
        )
    return pair


def judge(pair: PossibleDouble, name: str) -> str:
    with work(replace(BY, user=1, name=name)) as scope:
        judging.same(by=scope, question=PossibleDouble.objects.get(pk=pair.pk))
    return "judged"


def two_clerks() -> list[str]:
    """Two clerks judge one pair at once."""
    pair = _pair()
    return at_once(lambda: judge(pair, "爱华"), lambda: judge(pair, "保国"))


def merge_while_accepting(pk: int) -> list[str]:
    """A merge and a delivery about the same people at once; then the merge is undone."""
    pair = _pair()
    accept(pk)
    said = at_once(
        lambda: judge(pair, "爱华"), lambda: tasks.accept_delivery.func(delivery=pk, user=None, request="fire")
    )
    if said[0] != "judged":
        said.append(judge(pair, "爱华"))
    with work(replace(BY, user=1, name="爱华")) as scope:
        judging.undo(by=scope, question=PossibleDouble.objects.get(pk=pair.pk), reason="test")
    return said


def allowances(month: str) -> int:
    """A register of another department, for the same people."""
    return deliver(month, [allowance(BAOGUO, "保国")], "civil_low_income", "民政最低生活保障.csv").pk


def at_the_door() -> int:
    """The second month, checked, and ordered to go in."""
    pk = arrive()
    worker()
    accept(pk)
    return pk


def rescue_at_once() -> str:
    """As `rescue`; a job that its own worker put off for a few seconds is due as well."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
    return rescue()


def verified() -> list[str]:
    """What is wrong with the audit log."""
    with work(BY):
        return [fault.en for fault in verify().faults]


def pair() -> int:
    """Two files that may be one."""
    return int(_pair().pk)


def judge_pair(pk: int) -> str:
    """They are one."""
    return judge(PossibleDouble(pk=pk), "爱华")


def undo_pair(pk: int) -> str:
    """They are two after all."""
    with work(replace(BY, user=1, name="爱华")) as scope:
        judging.undo(by=scope, question=PossibleDouble.objects.get(pk=pk), reason="test")
    return "undone"


def _officer() -> User:
    with work(BY):
        user = User.objects.create_user("aihua", "correct horse battery", name="爱华", must_change_password=False)
        area = Area.objects.get(code=DAZHU)
        Grant.objects.create(user=user, role="county_officer", area=area, starts=date(2020, 1, 1))
    return user


def order_export() -> int:
    """Everybody in the county."""
    with work(scope_of_job(_officer().pk, "fire")) as scope:
        made = exports.order(by=scope, kind="people", filters={}, columns=[], format="csv", reason="test")
    return int(made.pk)


def fetch_export(pk: int) -> list[str]:
    """The names in it, as whoever ordered it gets them."""
    export = _export(pk)
    with work(scope_of_job(export.ordered_by, "fire")) as scope:
        text = b"".join(exports.content(by=scope, export=export)).decode("utf-8-sig")
    return text.splitlines()


def _export(pk: int) -> Export:
    with work(BY):
        return Export.objects.get(pk=pk)


def token() -> list[str]:
    """A department's key to the API, and the file that it wants to deliver."""
    user = _officer()
    given = {"rights": ["delivery.read", "delivery.upload"], "area": Area.objects.get(code=DAZHU)}
    with work(BY):
        expires = timezone.now() + timedelta(days=1)
        ApiToken.objects.create(user=user, prefix="fire", digest=digest_of("fire"), expires=expires, **given)
    return ["yt_fire_fire", csv_bytes(SECOND).decode("utf-8")]


def application(environ: Any, answer: Any) -> Any:
    """The web application, for gunicorn."""
    from yiyang.site.wsgi import application as real

    return real(environ, answer)


if __name__ == "__main__":
    words, *arguments = sys.argv[1:]
    # "arrive+worker": one after the other; the arguments are the first one's, and so is the answer.
    word, *more = words.split("+")
    found = globals()[word](*(int(each) if each.isdigit() else each for each in arguments))
    for each in more:
        globals()[each]()
    sys.stdout.write(f"\n{json.dumps(found)}\n")
