"""Files that were given: checked when they come, sealed in the data folder, opened for a reckoning only."""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import transaction

from yiyang.access.scope import Scope, acting
from yiyang.access.sealed_files import open_file, seal_file
from yiyang.areas.logic import span
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.base.workbooks import require_compact
from yiyang.reach.models import Given
from yiyang.reach.network.reading import read_facilities, read_points
from yiyang.reach.policy import load_reach
from yiyang.reach.trial import Files

USE = "siting.use"
FOLDER = "reach"
MEBI = 1 << 20
# Of tables; of roads it is what the installation takes at all.
LARGEST_TABLE = 20 * MEBI
TABLES = (".csv", ".xlsx")
ROADS = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")


def endings(kind: str) -> tuple[str, ...]:
    """What a file of a kind may end in."""
    return ROADS if kind == Given.Kind.ROADS else TABLES


def largest(kind: str) -> int:
    """How large a file of a kind may be, in bytes."""
    return settings.UPLOAD_MAX_BYTES if kind == Given.Kind.ROADS else LARGEST_TABLE


def give(*, by: Scope, area_code: int, kind: str, name: str, blocks: Iterable[bytes]) -> Given:
    """Take a file; it replaces the one of its kind and area, which is kept. The same content again changes nothing.

    Raises:
        UsageError: of another kind, too large, empty, or with rows that cannot be used, each named. PermissionDenied.
    """
    by.require(USE, area_code)
    ending = next((each for each in endings(kind) if name.lower().endswith(each)), None)
    if ending is None:
        raise UsageError(f"请选择 {'、'.join(endings(kind))} 文件。", f"Give one of {', '.join(endings(kind))}.")
    with tempfile.TemporaryDirectory(prefix="yiyang-reach-") as folder:
        path = Path(folder) / f"file{ending}"
        digest, size = _written(path, blocks, largest(kind))
        rows = _checked(kind, path)
        with acting(by), transaction.atomic():
            return _kept(by, area_code, kind, Path(name).name[:200], digest, size, rows, path)


def _written(path: Path, blocks: Iterable[bytes], most: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        for block in blocks:
            size += len(block)
            if size > most:
                raise UsageError(f"文件超过 {most // MEBI} MB。", f"The file exceeds {most // MEBI} MB.")
            digest.update(block)
            file.write(block)
    if not size:
        raise UsageError("文件是空的。", "The file is empty.")
    return digest.hexdigest(), size


def _checked(kind: str, path: Path) -> int:
    """Rows of a table; roads are read when they are reckoned with, which may take minutes."""
    if kind == Given.Kind.POINTS:
        return len(read_points(as_csv(path)))
    if kind == Given.Kind.FACILITIES:
        return len(read_facilities(as_csv(path), load_reach()))
    return 0


def as_csv(path: Path) -> Path:
    """The first sheet of a workbook as CSV beside it; a CSV as it is. Raises UsageError for a bad workbook."""
    if path.suffix != ".xlsx":
        return path
    from python_calamine import CalamineError, CalamineWorkbook

    require_compact(path)
    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError, IndexError) as error:
        raise UsageError("这个 XLSX 文件打不开，可能已损坏。", "The workbook does not open.") from error
    there = path.with_suffix(".csv")
    with there.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([_text(cell) for cell in row] for row in rows)
    return there


def _text(cell: object) -> str:
    """A whole number as it is typed: a code is no 5.11724e11."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _kept(
    by: Scope, area_code: int, kind: str, name: str, digest: str, size: int, rows: int, path: Path
) -> Given:  # fmt: skip
    before = Given.objects.select_for_update().filter(area_code=area_code, kind=kind, is_current=True).first()
    if before is not None and before.sha256 == digest:
        return before
    Given.objects.filter(area_code=area_code, kind=kind, is_current=True).update(is_current=False)
    made: Given = Given.objects.create(
        area_code=area_code, kind=kind, name=name, sha256=digest, size=size, rows=rows, given_by_name=by.name
    )
    sealed = path_of(made)
    sealed.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("rb") as file:
        seal_file(iter(lambda: file.read(MEBI), b""), sealed, label_of(sealed))
    record("write", what=f"reach_given:{made.pk}", area=area_code, detail={"kind": kind, "rows": rows})
    return made


def drop(*, by: Scope, given: Given) -> None:
    """Take a file out of use: made-up data, or a larger area's file, stand in. Raises PermissionDenied."""
    by.require(USE, given.area_code)
    with acting(by), transaction.atomic():
        Given.objects.filter(pk=given.pk).update(is_current=False)
        record("write", what=f"reach_given:{given.pk}", area=given.area_code, detail={"dropped": True})


def in_use(area_code: int) -> dict[str, Given]:
    """The file of each kind that an area is reckoned with: its own, else that of the smallest area around it."""
    found: dict[str, Given] = {}
    for each in Given.objects.filter(is_current=True).order_by("area_code"):
        low, high = span(each.area_code)
        if low <= area_code < high:
            there = found.get(each.kind)
            if there is None or span(there.area_code)[1] - span(there.area_code)[0] > high - low:
                found[each.kind] = each
    return found


@contextmanager
def opened(area_code: int) -> Iterator[Files]:
    """The files of an area, plain, in a folder that is gone afterwards. Raises UsageError when one is missing."""
    with tempfile.TemporaryDirectory(prefix="yiyang-reach-") as folder:
        paths = {kind: _plain(given, Path(folder)) for kind, given in in_use(area_code).items()}
        yield Files(**paths)


def _plain(given: Given, folder: Path) -> Path:
    sealed = path_of(given)
    if not sealed.is_file():
        raise UsageError(f"{given.name} 不在，请从备份恢复。", f"{given.name} is missing: restore it from a backup.")
    ending = next(each for each in endings(given.kind) if given.name.lower().endswith(each))
    path = folder / f"{given.kind}{ending}"
    with path.open("wb") as file:
        for block in open_file(sealed, label_of(sealed)):
            file.write(block)
    return path if given.kind == Given.Kind.ROADS else as_csv(path)


def path_of(given: Given) -> Path:
    """Where a file lies."""
    return Path(settings.DATA) / FOLDER / f"{given.pk}-{given.sha256[:16]}.sealed"


def label_of(path: Path) -> str:
    """What a sealed file is."""
    return f"reach:{path.stem}"


def sealed_files(data: Path) -> Iterator[tuple[Path, str]]:
    """Every sealed file of this room, with its label: for a rotation of keys (`SEALED_FILES`)."""
    for path in sorted((data / FOLDER).glob("*.sealed")):
        yield path, label_of(path)
