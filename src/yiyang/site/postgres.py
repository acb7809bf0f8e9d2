"""The database of an installation: a server named by DATABASE_URL, or the embedded one in the data folder.

>>> with database(Path("data")) as found:            # doctest: +SKIP
...     settings = django_settings(found.prepare_roles())
"""

from __future__ import annotations

import atexit
import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from yiyang.base.errors import DatabaseError

if TYPE_CHECKING:
    from yiyang.site.embedded import Cluster

# The same name as in access/rls.py, which needs Django; a test keeps them equal.
APP_ROLE = "yiyang_app"
OWNER_ROLE = "yiyang_owner"
NAME = "yiyang"
OLDEST_MAJOR = 15
URL_VARIABLE, APP_URL_VARIABLE = "DATABASE_URL", "YIYANG_APP_DATABASE_URL"
# Any fixed number: two processes that prepare the same server at once take turns.
_LOCK = 5117_24_2026


class Database:
    """A database that is reachable now.

    Attributes:
        owner_url: enters as the owner of all tables, who migrates, backs up and restores.
        app_url: enters as `yiyang_app`, bound by row-level security; valid once `prepare_roles` ran once.
        cluster: the embedded server, None for one named by DATABASE_URL.
    """

    def __init__(self, owner_url: str, data: Path, cluster: Cluster | None = None) -> None:
        self.owner_url, self.data, self.cluster = owner_url, Path(data), cluster

    @property
    def app_url(self) -> str:
        """YIYANG_APP_DATABASE_URL, or the owner's server entered as `yiyang_app` with the password kept in the data."""
        if given := os.environ.get(APP_URL_VARIABLE):
            return given
        return with_user(self.owner_url, APP_ROLE, _password(self.data))

    def ensure_running(self) -> None:
        """Start the embedded server again if it was killed. Errors: DatabaseError."""
        if self.cluster:
            self.cluster.start()

    def prepare_roles(self) -> str:
        """Make or mend the application's role; returns `app_url`. May be called at every start.

        Errors: DatabaseError, with the statements for the server's administrator, when the owner may not.
        """
        prepare_app_role(self.owner_url, None if os.environ.get(APP_URL_VARIABLE) else _password(self.data))
        return self.app_url

    def close(self) -> bool:
        """Leave. The last process out stops the embedded server. Returns whether it was stopped."""
        return bool(self.cluster and self.cluster.stop())

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def database(data: Path) -> Database:
    """The server of DATABASE_URL, or else the embedded one in `data/postgres`, started if need be.

    Call it as often as you like: it joins what runs. The process leaves by itself when it ends.

    Errors: DatabaseError when it cannot be reached or started, or is older than PostgreSQL 15.
    """
    if url := os.environ.get(URL_VARIABLE):
        check_server(url)
        return Database(as_url(url), data)
    from yiyang.site.embedded import Cluster

    cluster = Cluster(make_data_folder(data) / "postgres")
    cluster.start()
    atexit.register(cluster.stop)
    _prepare_embedded(cluster)
    owner = as_url(cluster.conninfo(NAME), user=OWNER_ROLE)
    return Database(owner, data, cluster)


def make_data_folder(data: Path) -> Path:
    """The data folder, entered by its owner only. One that others may read is left as it is; the doctor tells of it."""
    if not data.exists():
        data.mkdir(parents=True)
        data.chmod(0o700)
    return data.resolve()


def check_server(url: str) -> int:
    """The server's version as a number (150004). Errors: DatabaseError: unreachable, too old, not UTF-8."""
    with _connect(url) as connection:
        version = connection.info.server_version
        encoding = connection.execute("SHOW server_encoding").fetchone()
    if version // 10000 < OLDEST_MAJOR:
        raise DatabaseError(
            f"PostgreSQL {version // 10000} 太旧，需要 {OLDEST_MAJOR} 或更新。请升级服务器。",
            f"PostgreSQL {version // 10000} is too old; {OLDEST_MAJOR} or newer is needed. Upgrade the server.",
        )
    if encoding != ("UTF8",):
        raise DatabaseError(
            f"数据库编码是 {encoding and encoding[0]}，需要 UTF8："
            f"CREATE DATABASE {NAME} ENCODING 'UTF8' TEMPLATE template0。",
            f"The database's encoding is {encoding and encoding[0]}; UTF8 is needed: "
            f"CREATE DATABASE {NAME} ENCODING 'UTF8' TEMPLATE template0.",
        )
    return version


def as_url(conninfo: str, **changes: str) -> str:
    """A connection's words (URL or key=value) as a URL, some of them changed."""
    words = {name: str(value) for name, value in {**conninfo_to_dict(conninfo), **changes}.items() if value is not None}
    user, password, name = (words.pop(key, "") for key in ("user", "password", "dbname"))
    who = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    return f"postgresql://{who}{'@' if who else ''}/{quote(name, safe='')}?{urlencode(words, quote_via=quote)}"


def with_user(url: str, user: str, password: str) -> str:
    """The same server and database, entered by another role."""
    return as_url(url, user=user, password=password)


def django_settings(url: str, engine: str = "django.db.backends.postgresql") -> dict[str, Any]:
    """An entry of Django's DATABASES for a URL; what Django has no key for goes to OPTIONS."""
    words = dict(conninfo_to_dict(url))
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    known = {key: str(words.pop(word, None) or "") for word, key in names.items()}
    return {"ENGINE": engine, **known, "OPTIONS": {key: value for key, value in words.items() if value is not None}}


@contextlib.contextmanager
def _connect(url: str) -> Iterator[psycopg.Connection[Any]]:
    try:
        connection = psycopg.connect(url, connect_timeout=10)
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        place = _without_password(url)
        raise DatabaseError(
            f"连不上数据库 {place}：{error}。请检查 {URL_VARIABLE}、服务器是否在运行、网络与密码。",
            f"Cannot reach the database {place}: {error}. "
            f"Check {URL_VARIABLE}, whether the server runs, the network and the password.",
        ) from error
    with connection:
        yield connection


def _without_password(url: str) -> str:
    try:
        words = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return URL_VARIABLE
    return " ".join(f"{key}={words[key]}" for key in ("host", "port", "dbname", "user") if words.get(key))


def _password(data: Path) -> str:
    """The password of `yiyang_app`, made once and kept beside the keys."""
    file = make_data_folder(data) / "secrets" / "app_password"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    if not file.exists():
        work = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        work.touch(mode=0o600)
        work.write_text(secrets.token_urlsafe(32))
        # link, not rename: of two processes that make it at once, the first one's stays.
        with contextlib.suppress(FileExistsError):
            os.link(work, file)
        work.unlink()
    return file.read_text().strip()


def _prepare_embedded(cluster: Cluster) -> None:
    """The role that owns everything, which is no superuser, and the database."""
    with psycopg.connect(cluster.conninfo("postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        if not _exists(connection, "pg_roles", "rolname", OWNER_ROLE):
            rights = "LOGIN NOSUPERUSER CREATEDB CREATEROLE BYPASSRLS"
            connection.execute(f"CREATE ROLE {OWNER_ROLE} {rights}")
        if not _exists(connection, "pg_database", "datname", NAME):
            connection.execute(f"CREATE DATABASE {NAME} OWNER {OWNER_ROLE}")


def _exists(connection: psycopg.Connection[Any], table: str, column: str, value: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(sql.Identifier(table), sql.Identifier(column))
    return connection.execute(query, [value]).fetchone() is not None


_RIGHTS = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
# Tables and sequences that later migrations make. A migration that wants less (the audit log) revokes it.
_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT TEMPORARY, CONNECT ON DATABASE {database} TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
)


def prepare_app_role(owner_url: str, password: str | None = None) -> None:
    """Make or mend `yiyang_app` on a server, and what it may do with the tables that will be made in this database.

    Args:
        password: set if the role does not get in with it already; None leaves the role's password alone.

    Errors: DatabaseError, with the statements for the server's administrator, when the owner may not.
    """
    with _connect(owner_url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _make_or_mend(connection, password)


def _make_or_mend(connection: psycopg.Connection[Any], password: str | None) -> None:
    found = connection.execute(
        "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication OR NOT rolcanlogin "
        "FROM pg_roles WHERE rolname = %s",
        [APP_ROLE],
    ).fetchone()
    role = sql.Identifier(APP_ROLE)
    try:
        if found is None:
            connection.execute(sql.SQL(f"CREATE ROLE {{}} {_RIGHTS}").format(role))
        elif found[0]:
            connection.execute(sql.SQL(f"ALTER ROLE {{}} {_RIGHTS}").format(role))
        if password and not _enters(connection, password):
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(password)))
        grant_app_role(connection)
    except psycopg.errors.InsufficientPrivilege as error:
        raise _ask_the_administrator(connection.info.user, error) from error


def grant_app_role(connection: psycopg.Connection[Any]) -> None:
    """Let `yiyang_app` use the tables that the connection's role will make in this database."""
    names = {"role": sql.Identifier(APP_ROLE), "database": sql.Identifier(connection.info.dbname)}
    for grant in _GRANTS:
        connection.execute(sql.SQL(grant).format(**names))


def withdraw_future_rights(connection: psycopg.Connection[Any]) -> None:
    """Take back what `grant_app_role` says about tables to come.

    A dump states rights as PostgreSQL gives them by itself; ours on top would open what a migration has closed.
    """
    for kind in ("TABLES", "SEQUENCES"):
        withdraw = f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON {kind} FROM {{}}"
        connection.execute(sql.SQL(withdraw).format(sql.Identifier(APP_ROLE)))


def _enters(connection: psycopg.Connection[Any], password: str) -> bool:
    """Whether the password lets the role in, so that a start changes nothing without need."""
    words: dict[str, Any] = {"user": APP_ROLE, "password": password, "connect_timeout": 10}
    try:
        psycopg.connect(connection.info.dsn, **words).close()
        return True
    except psycopg.OperationalError:
        return False


def _ask_the_administrator(owner: str, error: Exception) -> DatabaseError:
    statement = f"CREATE ROLE {APP_ROLE} {_RIGHTS} PASSWORD '…';"
    return DatabaseError(
        f"角色 {owner} 无权建立或修改 {APP_ROLE}（{error}）。请由数据库管理员执行：{statement} "
        f"然后在 {APP_URL_VARIABLE} 中写明以它登录的地址。",
        f"The role {owner} may not make or change {APP_ROLE} ({error}). "
        f"Let the server's administrator run: {statement} "
        f"and name the address that enters as it in {APP_URL_VARIABLE}.",
    )
