"""Checks of the machine: Python, packages, room, clock, fonts, port."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime

from yiyang.site.doctor.finding import Check, Finding, Place, ok, warning, wrong

_OLDEST_PYTHON = (3, 11)
_GIGABYTE = 2**30
# A city of a million elders with history takes some 20 GB; below one nothing should be begun.
_DISK_WRONG, _DISK_WARNING = 1, 20
_MEMORY_WRONG, _MEMORY_WARNING = 2, 4
_CLOCK_SECONDS = 30


def python(place: Place) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < _OLDEST_PYTHON:
        return wrong(
            (f"Python {version} 太旧", f"Python {version} is too old"),
            ("安装 Python 3.11 或更新版本", "Install Python 3.11 or newer"),
        )
    return ok(f"Python {version}", f"Python {version}")


def packages(place: Place) -> Finding:
    """What the extra `web` needs, in the versions it needs."""
    from packaging.requirements import Requirement

    bad = []
    for line in importlib.metadata.requires("yiyang") or []:
        need = Requirement(line)
        if need.marker and not any(need.marker.evaluate({"extra": extra}) for extra in ("", "web", "pdf")):
            continue
        try:
            found = importlib.metadata.version(need.name)
        except importlib.metadata.PackageNotFoundError:
            bad.append(f"{need.name} ✗")
            continue
        if not need.specifier.contains(found, prereleases=True):
            bad.append(f"{need.name} {found} ({need.specifier})")
    if bad:
        names = ", ".join(bad)
        return wrong(
            (f"软件包缺失或版本不符：{names}", f"Packages missing or of another version: {names}"),
            ("pip install 'yiyang[web,pdf]'", "pip install 'yiyang[web,pdf]'"),
        )
    return ok("软件包齐全", "All packages are there")


def disk(place: Place) -> Finding:
    there = next(path for path in (place.data, *place.data.parents) if path.exists())
    free = shutil.disk_usage(there).free / _GIGABYTE
    says = (f"{there} 剩余 {free:.1f} GB", f"{free:.1f} GB free at {there}")
    mend = ("清理磁盘，或把 YIYANG_DATA 设到更大的磁盘", "Make room, or set YIYANG_DATA to a larger disk")
    if free < _DISK_WARNING:
        return wrong(says, mend) if free < _DISK_WRONG else warning(says, mend)
    return ok(*says)


def memory(place: Place) -> Finding:
    import psutil

    total = psutil.virtual_memory().total / _GIGABYTE
    says = (f"内存 {total:.1f} GB", f"{total:.1f} GB of memory")
    mend = ("全市数据建议 8 GB 以上内存", "A whole city wants 8 GB or more")
    if total < _MEMORY_WARNING:
        return wrong(says, mend) if total < _MEMORY_WRONG else warning(says, mend)
    return ok(*says)


def clock(place: Place) -> Finding:
    """Against the database's, which may be another machine's; and the year of a clock that was never set."""
    if place.now.year < 2025:
        return wrong(
            (f"系统时间是 {place.now:%Y-%m-%d}", f"The clock says {place.now:%Y-%m-%d}"),
            ("启用 NTP（timedatectl set-ntp true）", "Switch NTP on (timedatectl set-ntp true)"),
        )
    rows = place.ask("SELECT extract(epoch FROM clock_timestamp())::float8")
    apart = abs(rows[0][0] - datetime.now(UTC).timestamp()) if rows else 0.0
    if apart > _CLOCK_SECONDS:
        return wrong(
            (f"与数据库的时钟相差 {apart:.0f} 秒", f"The clock is {apart:.0f} s apart from the database's"),
            ("两台机器都启用 NTP", "Switch NTP on on both machines"),
        )
    if place.zone != "+0800":
        return warning(
            (
                f"系统时区是 {place.zone}，页面按北京时间显示",
                f"The machine's zone is {place.zone}; pages show Beijing time",
            ),
            (
                "timedatectl set-timezone Asia/Shanghai，日志时间更好读",
                "timedatectl set-timezone Asia/Shanghai makes logs easier to read",
            ),
        )
    return ok("时钟和时区正确", "Clock and zone are right")


def chinese_font(place: Place) -> Finding:
    from yiyang.catalog.pdf import has_chinese_font

    if not has_chinese_font():
        return warning(
            ("没有中文字体，PDF 会显示方框", "No Chinese font: PDF files show boxes"),
            ("apt-get install fonts-noto-cjk", "apt-get install fonts-noto-cjk"),
        )
    return ok("有中文字体", "A Chinese font is there")


def pango(place: Place) -> Finding:
    import ctypes.util

    missing = [name for name in ("pango-1.0", "pangoft2-1.0") if not ctypes.util.find_library(name)]
    if missing:
        return warning(
            (f"缺少 {', '.join(missing)}，无法生成 PDF", f"{', '.join(missing)} missing: no PDF can be made"),
            ("apt-get install libpango-1.0-0 libpangoft2-1.0-0", "apt-get install libpango-1.0-0 libpangoft2-1.0-0"),
        )
    return ok("可以生成 PDF", "PDF can be made")


def port(place: Place) -> Finding:
    """Free, or answered by Yiyang itself."""
    import socket

    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", place.port))
            return ok(f"端口 {place.port} 空闲", f"Port {place.port} is free")
        except PermissionError:
            return wrong(
                (f"无权监听端口 {place.port}", f"Port {place.port} may not be listened on"),
                ("换用 1024 以上的端口", "Choose a port above 1024"),
            )
        except OSError:
            pass
    if _answers(place.port):
        return ok(f"颐养正在端口 {place.port} 运行", f"Yiyang runs on port {place.port}")
    return wrong(
        (f"端口 {place.port} 被别的程序占用", f"Another program has port {place.port}"),
        ("停止它，或用 yiyang serve --port 换一个", "Stop it, or choose another: yiyang serve --port"),
    )


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=3) as answer:
            return bool(answer.read(10).strip() == b"ok")
    except (urllib.error.URLError, OSError, ValueError):
        return False


CHECKS = (
    Check("python", ("Python", "Python"), python),
    Check("packages", ("软件包", "packages"), packages),
    Check("disk", ("磁盘", "disk"), disk),
    Check("memory", ("内存", "memory"), memory),
    Check("clock", ("时钟", "clock"), clock),
    Check("font", ("中文字体", "Chinese font"), chinese_font),
    Check("pdf", ("PDF", "PDF"), pango),
    Check("port", ("端口", "port"), port),
)
