"""How the production web server runs; `yiyang web` names this file to gunicorn.

YIYANG_BIND      address and port, or unix:/run/yiyang/web.sock (default 127.0.0.1:8000)
YIYANG_WORKERS   processes (default: one a core, 2 to 8); each has YIYANG_THREADS threads (default 8)
"""

import os
from typing import Any

bind = os.environ.get("YIYANG_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("YIYANG_WORKERS") or min(max(os.cpu_count() or 2, 2), 8))
threads = int(os.environ.get("YIYANG_THREADS") or 8)
# A file of a million rows takes a while to come in over a slow line; threads keep the process alive meanwhile.
timeout = 120
graceful_timeout = 30
keepalive = 5
# A slow leak in any library ends with its process; the jitter keeps them from ending together.
max_requests, max_requests_jitter = 20_000, 2_000
# Heartbeat files on a disk that stalls would get healthy processes killed.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
# Only the proxy on this machine is believed about who asks.
forwarded_allow_ips = os.environ.get("YIYANG_PROXY", "127.0.0.1,::1")
errorlog = "-"
# Nobody manages it at run time, and its default place is the home folder.
control_socket_disable = True


def child_exit(server: Any, worker: Any) -> None:
    """Take the numbers of a process that ended out of the live metrics."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
