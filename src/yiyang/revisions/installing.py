"""From the database into the data folder and the repository, and whether the three agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from yiyang.base.errors import UsageError
from yiyang.catalog import issued
from yiyang.catalog.issued import Standing
from yiyang.catalog.lists import short
from yiyang.revisions.models import Revision

SAID = {
    Standing.SAME: "与仓库一致",
    Standing.AHEAD: "已在浏览器发布，尚未导出到仓库",
    Standing.CONFLICT: "冲突：仓库里的清单在发布之后也改过",
}
NOT_LAID = "数据库里已发布，数据文件夹里没有"
MENDS = {
    Standing.SAME: "",
    Standing.AHEAD: "yiyang lists export --to policy/，然后提交到仓库",
    Standing.CONFLICT: "对照两边后在浏览器再修订一次，或用 yiyang lists export 覆盖仓库的一份",
}


@dataclass(frozen=True)
class Stands:
    """How one area's list stands. `is_good`: nothing has to be done."""

    area: str
    version: str
    starts: date
    state: str
    said: str
    mend: str

    @property
    def is_good(self) -> bool:
        return self.state == Standing.SAME


def data() -> Path:
    """The data folder."""
    return Path(settings.DATA)


def short_code(area: int) -> str:
    """511724000000 → 511724."""
    return short(f"{area:012d}")


def newest_files(area: int) -> dict[str, str]:
    """What a revision starts from."""
    return issued.newest_files(data(), short_code(area))


def lay_in(revision: Revision) -> Path:
    """Put an issued revision into the policy folder. Twice is once."""
    return issued.install(
        data(), short_code(revision.area_code), revision.files, revision.version, max(revision.starts, _day(revision))
    )


def _day(revision: Revision) -> date:
    # Never before it was issued: months that are past stay as they were.
    return timezone.localtime(revision.issued_at).date() if revision.issued_at else revision.starts


def published() -> QuerySet[Revision]:
    """Every version issued, in the order of issue."""
    return Revision.objects.filter(state__in=("issued", "filed")).order_by("issued_at", "id")


def lay_in_all() -> int:
    """Make the folder say what the database says. How many versions."""
    issued.withdraw_all(data())
    rows = list(published())
    for revision in rows:
        lay_in(revision)
    return len(rows)


def missing() -> list[Revision]:
    """Versions that the database knows and the folder does not."""
    laid = {(one.area, one.hash) for one in issued.issued(data())}
    return [row for row in published() if (short_code(row.area_code), row.hash) not in laid]


def standings() -> list[Stands]:
    """Every area with a list issued here: database, folder and repository."""
    found = [
        Stands(short_code(row.area_code), row.version, row.starts, "missing", NOT_LAID, "yiyang lists install")
        for row in missing()
    ]
    for one, standing in issued.standings(data()):
        found.append(Stands(one.area, one.version, one.starts, standing.value, SAID[standing], MENDS[standing]))
    return found


def export(to: Path, areas: Iterable[str] = ()) -> dict[str, list[Path]]:
    """Write the newest version of each area into a checkout's `policy/`; which files changed, by area.

    Errors: UsageError where `to` is no policy folder or an area has no list issued here.
    """
    if not (to / "lists").is_dir():
        raise UsageError(f"{to} 不是 policy 文件夹（没有 lists/）。", f"{to} is no policy folder (it has no lists/).")
    wanted = {short(area) for area in areas}
    newest = {short_code(row.area_code): row for row in published()}
    if unknown := wanted - set(newest):
        raise UsageError(f"没有在浏览器发布过清单：{'、'.join(sorted(unknown))}", f"nothing issued for {unknown}")
    done = {}
    for area, row in newest.items():
        if not wanted or area in wanted:
            done[area] = issued.export(row.files, area, to)
            Revision.objects.filter(pk=row.pk).update(exported_at=timezone.now())
    return done
