"""Lists that were issued in the browser, laid into a copy of the shipped `policy/`.

`<data>/policy/issued.json` names every version issued, its first day and what the shipped list was then; its files lie
in `<data>/policy/issued/<area>/<hash>/`. `current` lays those in force on a day into a copy of the shipped folder, made
once for each combination: a new release of the program makes a new copy, and a list that has begun by today is in it
without anybody's doing. Runs of a month ask with the month's reference day.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from yiyang.base.clock import today
from yiyang.base.errors import UsageError
from yiyang.base.output import atomic_file, atomic_folder
from yiyang.base.paths import policy_dir
from yiyang.catalog.lists import short

Files = Mapping[str, str]
INDEX, SOURCES = "issued.json", "sources/"
KEPT = 6  # copies of the folder that stay: older ones may still be read by a process for a while
NOT_COPIED = shutil.ignore_patterns("schema", "synthetic", "__pycache__", ".*")


@dataclass(frozen=True)
class Issued:
    """One version issued. `shipped`: the hash of the shipped list when it was issued; '' = there was none."""

    area: str
    version: str
    starts: date
    hash: str
    shipped: str


class Standing(StrEnum):
    """How the newest version issued stands to the list that the program ships."""

    SAME = "same"  # exported, and part of the release
    AHEAD = "ahead"  # issued here, not yet in the repository
    CONFLICT = "conflict"  # the repository's list was changed too since


def content_hash(files: Files) -> str:
    """The fingerprint of a list's files; '' of none."""
    if not files:
        return ""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name, files[name]):
            data = part.encode("utf-8")
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def files_of(folder: Path) -> dict[str, str]:
    """The files of a list as they are, byte for byte; none where there is no folder."""
    paths = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    return {path.name: path.read_bytes().decode("utf-8") for path in paths}


def shipped_files(area: str) -> dict[str, str]:
    """The list of an area as the program ships it."""
    return files_of(policy_dir() / "lists" / short(area))


def issued(data: Path) -> tuple[Issued, ...]:
    """Every version issued here, in the order of issue. Errors: UsageError for an index that cannot be read."""
    try:
        rows = json.loads((data / "policy" / INDEX).read_text(encoding="utf-8"))["lists"]
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(
            f"{data / 'policy' / INDEX} 读不出来（{error}）；请用 yiyang lists install 按数据库重建。",
            f"{data / 'policy' / INDEX} cannot be read ({error}); make it again with yiyang lists install.",
        ) from error
    return tuple(Issued(**{**row, "starts": date.fromisoformat(row["starts"])}) for row in rows)


def newest(data: Path, area: str) -> Issued | None:
    """The version of an area that was issued last, begun or not."""
    return next((one for one in reversed(issued(data)) if one.area == short(area)), None)


def newest_files(data: Path, area: str) -> dict[str, str]:
    """What a revision starts from: the version issued last, else the shipped list."""
    last = newest(data, area)
    return _read(data, last) if last else shipped_files(area)


def in_force(data: Path, on: date | None = None) -> dict[str, Issued]:
    """Area → the version issued here that is in force on a day."""
    day = on or today()
    return {one.area: one for one in issued(data) if one.starts <= day}


def current(data: Path, on: date | None = None) -> Path | None:
    """The policy folder in force on a day (today by default); None where the shipped one is.

    Cheap: the copy is made at the first call after something changed.
    """
    chosen = in_force(data, on)
    if not chosen:
        return None
    shipped = policy_dir()
    key = hashlib.sha256(_print_of(shipped).encode())
    for area in sorted(chosen):
        key.update(f"|{area}:{chosen[area].hash}".encode())
    made = data / "policy" / f"made-{key.hexdigest()[:20]}"
    if not made.is_dir():
        _make(data, shipped, chosen, made)
    return made


def install(data: Path, area: str, files: Files, version: str, starts: date) -> Path:
    """Keep a version that was issued; from its first day on it is in force. Twice is once.

    Errors: UsageError for files that are no list; StorageError for a full disk.
    """
    if "list.yaml" not in files:
        raise UsageError("清单缺少 list.yaml。", "A list needs its list.yaml.")
    one = Issued(short(area), version, starts, content_hash(files), content_hash(shipped_files(area)))
    with _locked(data):
        _keep(data, one, files)
        earlier = [each for each in issued(data) if (each.area, each.hash, each.starts) != (one.area, one.hash, starts)]
        if len(earlier) == len(issued(data)):
            _write(data, [*earlier, one])
    return current(data) or policy_dir()


def withdraw_all(data: Path) -> None:
    """Forget every version, so that they can be installed anew from the database."""
    with _locked(data):
        _write(data, [])


def standings(data: Path) -> list[tuple[Issued, Standing]]:
    """The newest version of each area that was issued here, and how it stands to the list that ships."""
    last = {one.area: one for one in issued(data)}
    return [(one, _standing(data, one)) for _, one in sorted(last.items())]


def _standing(data: Path, one: Issued) -> Standing:
    shipped = content_hash(shipped_files(one.area))
    # Documents that a version brings lie beside the lists in the repository.
    if shipped == content_hash(files_of(_folder(data, one))):
        return Standing.SAME
    return Standing.AHEAD if shipped == one.shipped else Standing.CONFLICT


def lay(files: Files, area: str, policy: Path) -> None:
    """Write a list's files into a policy folder, and the documents that it brings."""
    for name, text in files.items():
        path = policy / name if name.startswith(SOURCES) else policy / "lists" / short(area) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))


def export(files: Files, area: str, to: Path) -> list[Path]:
    """Write a list into a checkout's `policy/`, byte for byte; files of the list that are gone go. What changed."""
    folder, changed = to / "lists" / short(area), []
    for path in sorted(folder.glob("*.yaml")):
        if path.name not in files:
            path.unlink()
            changed.append(path)
    before = {name: _bytes(to, folder, name) for name in files}
    lay(files, area, to)
    return changed + [_path(to, folder, name) for name in files if before[name] != files[name].encode("utf-8")]


def _path(to: Path, folder: Path, name: str) -> Path:
    return to / name if name.startswith(SOURCES) else folder / name


def _bytes(to: Path, folder: Path, name: str) -> bytes | None:
    path = _path(to, folder, name)
    return path.read_bytes() if path.exists() else None


def _make(data: Path, shipped: Path, chosen: Mapping[str, Issued], made: Path) -> None:
    # Two processes may make the same folder at once; either is whole, and they are the same.
    with atomic_folder(made) as work:
        shutil.copytree(shipped, work, ignore=NOT_COPIED, dirs_exist_ok=True)
        for area, one in chosen.items():
            shutil.rmtree(work / "lists" / area, ignore_errors=True)
            lay(_read(data, one), area, work)
    for old in sorted(made.parent.glob("made-*"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _read(data: Path, one: Issued) -> dict[str, str]:
    """The files of a version, documents included; refused when they are not what was issued."""
    folder = _folder(data, one)
    files = files_of(folder) | {f"{SOURCES}{name}": text for name, text in files_of(folder / SOURCES).items()}
    if content_hash(files) != one.hash:
        raise UsageError(
            f"{folder} 与发布时不符；请用 yiyang lists install 按数据库重建。",
            f"{folder} is not what was issued; make it again with yiyang lists install.",
        )
    return files


def _folder(data: Path, one: Issued) -> Path:
    return data / "policy" / "issued" / one.area / one.hash[:20]


def _keep(data: Path, one: Issued, files: Files) -> None:
    with atomic_folder(_folder(data, one)) as work:
        for name, text in files.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes(text.encode("utf-8"))


def _write(data: Path, rows: list[Issued]) -> None:
    with atomic_file(data / "policy" / INDEX) as path:
        said = {"lists": [{**asdict(one), "starts": one.starts.isoformat()} for one in rows]}
        path.write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    (data / "policy").mkdir(parents=True, exist_ok=True)
    with (data / "policy" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def _print_of(shipped: Path) -> str:
    """The fingerprint of the folder that ships; read once a process, because a release brings new processes."""
    digest = hashlib.sha256()
    for path in sorted(path for path in shipped.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(shipped)}\0".encode() + path.read_bytes())
    return digest.hexdigest()
