"""Standing results scored anew: by another version of their scale, or by another reading of what it leaves open."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef

from yiyang.assessment import scales
from yiyang.assessment.in_words import level_name
from yiyang.assessment.issuing import STANDING
from yiyang.assessment.models import Form, Result
from yiyang.assessment.scales import Instrument
from yiyang.assessment.scoring import compare_versions, table_of
from yiyang.base.errors import UsageError

# So many are scored on a page; a city's whole stock is a matter of the command line.
MOST = 20_000
SHOWN = 100


@dataclass(frozen=True)
class Reading:
    """Another version or reading: what it is called, and the scale as it would stand."""

    slug: str
    title: str
    scale: Instrument


@dataclass(frozen=True)
class Moved:
    """Somebody who would have another level."""

    result: Result
    before: str
    after: str


@dataclass(frozen=True)
class Rescored:
    """What came of it.

    Attributes:
        scored: how many standing results were scored again; left: those of other versions, which were not.
        counts: level before, level after, how many; those that stay included.
        moved: who would change, the first hundred.
    """

    scored: int
    left: int
    changed: int
    counts: list[tuple[str, str, int]]
    moved: list[Moved]


def readings(slug: str) -> list[Reading]:
    """The other versions of a scale, and the other answers to the questions that its standard leaves open."""
    scale = scales.instruments()[slug]
    found = [
        Reading(f"v{each.version}", f"版本 {each.version}", each)
        for each in scales.versions()[slug]
        if each.version != scale.version
    ]
    raises = [change for change in scale.changes if change.by]
    if len(raises) > 1:
        word = "两条提级理由只提一级" if scale.raises_add_up else "两条提级理由合计提两级"
        found.append(Reading("sum", f"另一种理解：{word}", replace(scale, raises_add_up=not scale.raises_add_up)))
    if any(change.to for change in scale.changes):
        changes = tuple(replace(each, to=each.to - 1) if each.to else each for each in scale.changes)
        word = scale.level(max(change.to for change in changes)).name
        found.append(Reading("coma", f"另一种理解：直接评定的最差为“{word}”", replace(scale, changes=changes)))
    return found


def rescored(slug: str, other: Reading, *, most: int = MOST, shown: int = SHOWN) -> Rescored:
    """Standing results of the scope by the newest version and by another reading.

    Args:
        most: so many are scored at once; shown: so many of those who would change are named.

    Raises:
        UsageError: too many at once, or kept answers do not fit the scale.
    """
    scale = scales.instruments()[slug]
    standing = Result.objects.filter(request=OuterRef("request"), instrument=slug, state__in=STANDING)
    rows = Form.objects.filter(Exists(standing), is_current=True)
    forms = list(rows.filter(version=scale.version).order_by("pk")[: most + 1])
    if len(forms) > most:
        raise UsageError(
            f"有效结果超过 {most:,} 份，请先在右上角选一个区县，或用命令行重算（yiyang assess rescore）。",
            f"More than {most} results: choose a county first, or use yiyang assess rescore.",
        )
    left = rows.exclude(version=scale.version).count()
    if not forms:
        return Rescored(0, left, 0, [], [])
    compared = compare_versions(table_of(scale, [str(form.answers) for form in forms]), scale, other.scale)
    changed = compared.changed.to_pylist()
    keys = [forms[each["row"]].request_id for each in changed[:shown]]
    results = {each.request_id: each for each in Result.objects.filter(request__in=keys).select_related("person")}
    moved = [
        Moved(results[key], _name(scale, each["old_level"]), _name(scale, each["new_level"]))
        for key, each in zip(keys, changed, strict=False)
    ]
    counts = [
        (_name(scale, each["old_level"]), _name(scale, each["new_level"]), each["assessments"])
        for each in compared.counts.to_pylist()
    ]
    return Rescored(len(forms), left, len(changed), counts, moved)


def _name(scale: Instrument, level: int) -> str:
    return level_name(scale.id, scale.version, level)
