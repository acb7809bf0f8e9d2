"""The check of the workers: heartbeats are fresh, no job hangs on one that is gone, each queue has somebody."""

from __future__ import annotations

from yiyang.site.doctor.finding import Finding, Place, Sentence, ok, warning, wrong

HEARTBEAT_SECONDS = 120
# A worker tells nobody which queues it takes. So: work that is due for so long while nothing of its queue is done.
WAITED_MINUTES = 15
# What takes minutes has a worker of its own (deploy/systemd, `yiyang worker --only long`).
LONG, UNIT, LONG_UNIT = "long", "yiyang-worker", "yiyang-worker-long"

_ALIVE = f"SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '{HEARTBEAT_SECONDS} s'"
_STALLED = f"""SELECT count(*) FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - interval '{HEARTBEAT_SECONDS} s')"""
_WAITING = """SELECT count(*) FROM procrastinate_jobs
WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at < now())"""
_LEFT = f"""SELECT j.queue_name, count(*) FROM procrastinate_jobs j
WHERE j.status = 'todo' AND now() - interval '{WAITED_MINUTES} minutes' > coalesce(j.scheduled_at,
    (SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'deferred'))
AND NOT EXISTS (SELECT FROM procrastinate_jobs d WHERE d.queue_name = j.queue_name AND d.status = 'doing')
GROUP BY 1 ORDER BY 1"""


def worker(place: Place) -> Finding:
    """Somebody works: heartbeats are fresh, no job hangs on a worker that is gone, no queue is left lying."""
    if place.ask("SELECT to_regclass('procrastinate_workers')") == [(None,)]:
        return warning(
            ("后台任务表还没有建立", "The tables of the worker are not there yet"), ("yiyang migrate", "yiyang migrate")
        )
    alive, stalled, waiting = (place.ask(query)[0][0] for query in (_ALIVE, _STALLED, _WAITING))
    says = (
        f"{alive} 个后台进程，{waiting} 项等待，{stalled} 项中断",
        f"{alive} workers, {waiting} jobs waiting, {stalled} stalled",
    )
    if not alive:
        return (wrong if waiting or stalled else warning)(says, start(UNIT, LONG_UNIT))
    if left := [(queue, count) for queue, count in place.ask(_LEFT)]:
        return warning(_of_queues(left), start(*units_of([queue for queue, _ in left])))
    return warning(says, start(UNIT, LONG_UNIT)) if stalled else ok(*says)


def units_of(queues: list[str]) -> list[str]:
    """The units whose workers take these queues."""
    return [*[UNIT] * any(queue != LONG for queue in queues), *[LONG_UNIT] * (LONG in queues)]


def start(*units: str) -> Sentence:
    """How to bring workers back, as (zh, en)."""
    names = " ".join(units)
    return (
        f"启动后台进程（systemctl start {names}）；它会接手中断的任务",
        f"Start the worker (systemctl start {names}); it takes stalled jobs up",
    )


def _of_queues(left: list[tuple[str, int]]) -> Sentence:
    zh = "、".join(f"{queue}（{count} 项）" for queue, count in left)
    en = ", ".join(f"{queue} ({count})" for queue, count in left)
    return (
        f"等了 {WAITED_MINUTES} 分钟以上、没有进程承担的队列：{zh}",
        f"Queues that nobody takes, with jobs waiting over {WAITED_MINUTES} minutes: {en}",
    )
