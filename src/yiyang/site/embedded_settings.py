"""How the embedded PostgreSQL is set: for a small machine, without a network, without personal data in its log."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

from yiyang.site.os_user import Account

_MEGABYTE = 2**20


def write_settings(folder: Path, socket_folder: Path, account: Account | None) -> None:
    """Write what this server needs to yiyang.conf, anew at each start: the machine may have changed."""
    text = "".join(
        f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in _settings(socket_folder).items()
    )
    head = "# Written by Yiyang at each start. Your own settings go to own.conf, which is read after it.\n"
    _write(folder / "yiyang.conf", head + text, account)
    main = folder / "postgresql.conf"
    line = "include = 'yiyang.conf'\ninclude_if_exists = 'own.conf'\n"
    if line not in (present := main.read_text()):
        _write(main, f"{present}\n{line}", account)


def _settings(socket_folder: Path) -> dict[str, str]:
    memory = psutil.virtual_memory().total // _MEGABYTE
    return {
        "listen_addresses": "",
        # Inner quotes: a comma or a space in the path would make two folders of it.
        "unix_socket_directories": f'"{socket_folder}"',
        "unix_socket_permissions": "0700",
        "max_connections": "120",
        "shared_buffers": f"{min(max(memory // 8, 64), 1024)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 64), 512)}MB",
        "max_wal_size": "4GB",
        "wal_compression": "on",
        "synchronous_commit": "on",
        "random_page_cost": "1.1",
        # Compiling costs more than it saves on short queries, and makes the first one slow.
        "jit": "off",
        "timezone": "Asia/Shanghai",
        "log_timezone": "Asia/Shanghai",
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        # No personal data in the log: neither statements with their values nor the DETAIL of a broken constraint.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
    }


def _write(file: Path, text: str, account: Account | None) -> None:
    work = file.with_name(f".{file.name}.new")
    work.write_text(text)
    work.chmod(0o600)
    if account:
        os.chown(work, account.uid, account.gid)
    work.replace(file)
