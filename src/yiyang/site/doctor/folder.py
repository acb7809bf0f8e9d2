"""Checks of the data folder: who may enter, keys, files made at a start, the last backup."""

from __future__ import annotations

import json
import os
import stat
from datetime import datetime
from pathlib import Path

from yiyang.base.errors import YiyangError
from yiyang.site.doctor.finding import Check, Finding, Place, ok, warning, wrong

_BACKUP_DAYS = 2


def folder(place: Place) -> Finding:
    if not place.data.is_dir():
        return wrong(
            (f"没有数据文件夹 {place.data}", f"There is no data folder {place.data}"),
            ("设置 YIYANG_DATA，或运行 yiyang serve 新建", "Set YIYANG_DATA, or run yiyang serve, which makes it"),
        )
    if not os.access(place.data, os.R_OK | os.W_OK | os.X_OK):
        return wrong(
            (f"无权写入 {place.data}", f"{place.data} cannot be written"),
            ("以颐养的服务账户运行，或改正属主", "Run as the account of the service, or mend the owner"),
        )
    wide = [
        path
        for path in (place.data, place.data / "secrets", place.data / "files", place.data / "postgres")
        if _others_enter(path)
    ]
    if wide:
        names = " ".join(map(str, wide))
        return wrong(
            (f"其他用户可以进入 {names}", f"Others may enter {names}"), (f"chmod o= {names}", f"chmod o= {names}")
        )
    return ok(f"{place.data} 只有属主可以进入", f"Only its owner may enter {place.data}")


def _others_enter(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & stat.S_IRWXO)
    except OSError:
        return False


def keys(place: Place) -> Finding:
    """The key ring opens, and neither it nor any other secret is readable by others."""
    from yiyang.access import keyring

    path = Path(os.environ.get("YIYANG_KEYS") or place.data / "secrets" / "keys.json")
    try:
        ring = keyring.load(path)
    except YiyangError as error:
        return wrong((error.zh, error.en), ("yiyang keys status", "yiyang keys status"))
    open_files = [
        file for file in sorted((place.data / "secrets").glob("*")) if file.is_file() and file.stat().st_mode & 0o077
    ]
    if open_files:
        names = " ".join(map(str, open_files))
        return wrong(
            (f"其他用户可以读取 {names}", f"Others may read {names}"), (f"chmod 600 {names}", f"chmod 600 {names}")
        )
    return ok(f"密钥文件可用，共 {len(ring.keys)} 把密钥", f"The key ring opens; it holds {len(ring.keys)} keys")


def person_key(place: Place) -> Finding:
    if os.environ.get("YIYANG_PERSON_KEY"):
        return ok("人员键使用本地密钥", "The key of persons is this installation's own")
    says = ("人员键使用公开的默认密钥", "The key of persons is the public default")
    if place.is_production:
        return warning(
            says,
            (
                "导入真实数据前设置 YIYANG_PERSON_KEY，并妥善保存",
                "Set YIYANG_PERSON_KEY before real data comes in, and keep it",
            ),
        )
    return ok(f"{says[0]}（试用可以）", f"{says[1]} (fine for a trial)")


def static(place: Place) -> Finding:
    if os.environ.get("YIYANG_DEBUG") == "1":
        return ok("开发模式不需要收集静态文件", "Not needed while developing")
    if not (place.data / "static" / "staticfiles.json").exists():
        return wrong(
            ("没有收集静态文件，页面没有样式", "Static files are not collected: pages have no style"),
            ("运行 yiyang serve 或 yiyang migrate", "Run yiyang serve or yiyang migrate"),
        )
    return ok("静态文件已收集", "Static files are collected")


def backup(place: Place) -> Finding:
    """How old the last one is, and whether it lies on the same disk as the data."""
    mend = (
        "yiyang backup /另一台机器的目录 --encrypt，并设为每日定时",
        "yiyang backup /mnt/elsewhere --encrypt, daily by a timer",
    )
    try:
        last = json.loads((place.data / "last_backup.json").read_text())
        age = (place.now - datetime.fromisoformat(last["made"])).total_seconds() / 86400
    except (OSError, ValueError, KeyError):
        says = ("还没有做过备份", "No backup was made yet")
        return (
            warning(says, mend)
            if place.is_production
            else ok(f"{says[0]}（试用可以）", f"{says[1]} (fine for a trial)")
        )
    if age > _BACKUP_DAYS:
        return warning((f"上次备份是 {age:.1f} 天前", f"The last backup is {age:.1f} days old"), mend)
    file = Path(last["file"])
    if file.exists() and file.stat().st_dev == place.data.stat().st_dev and place.is_production:
        return warning((f"备份 {file} 与数据在同一磁盘", f"The backup {file} lies on the disk of the data"), mend)
    return ok(f"上次备份 {age * 24:.1f} 小时前", f"The last backup is {age * 24:.1f} hours old")


def demo(place: Place) -> Finding:
    """Accounts whose password stands in the documentation, and no second factor asked of them, behind a public name."""
    if not (place.data / "demo").exists():
        return ok("没有演示数据", "No demonstration data")
    if os.environ.get("YIYANG_HTTPS") == "1":
        return warning(
            (
                f"{place.data / 'demo'} 存在：演示账户的口令是公开的，且不要求两步验证",
                f"{place.data / 'demo'} is there: demo accounts have a public password and no second factor",
            ),
            (
                "正式使用请另建数据文件夹；至少停用演示账户并删除该文件夹",
                "Begin with a new data folder; at the least switch demo accounts off and remove the folder",
            ),
        )
    return ok("演示安装（试用可以）", "A demonstration (fine for a trial)")


def lists(place: Place) -> Finding:
    """Whether lists issued in the browser and those that the program ships agree."""
    from yiyang.catalog import issued

    found = issued.standings(place.data)
    bad = [one.area for one, standing in found if standing is issued.Standing.CONFLICT]
    ahead = [one.area for one, standing in found if standing is issued.Standing.AHEAD]
    if bad:
        names = " ".join(bad)
        return wrong(
            (f"{names} 的清单在浏览器和仓库里都改过", f"Changed both in the browser and in the release: {names}"),
            (
                "对照后在浏览器再修订一次，或用 yiyang lists export 写回",
                "Compare; revise once more, or yiyang lists export",
            ),
        )
    if ahead:
        names = " ".join(ahead)
        says = (f"{names} 的清单已在浏览器发布，仓库里还没有", f"Issued in the browser, not in the repository: {names}")
        return warning(says, ("yiyang lists export --to policy/", "yiyang lists export --to policy/"))
    return ok("清单与随系统发布的一致", "The lists are those that were shipped")


CHECKS = (
    Check("folder", ("数据文件夹", "data folder"), folder),
    Check("keys", ("密钥", "keys"), keys),
    Check("person key", ("人员键", "key of persons"), person_key),
    Check("static files", ("静态文件", "static files"), static),
    Check("demo", ("演示账户", "demo accounts"), demo),
    Check("backup", ("备份", "backup"), backup),
    Check("lists", ("清单", "lists"), lists),
)
