"""The catalogue of open data: datasets with all their published periods and versions; DCAT in JSON-LD."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from yiyang.areas.names import full_name
from yiyang.indicators.publication import source
from yiyang.indicators.publication.calendar import DURATIONS, EVERY, due_of, following
from yiyang.indicators.publication.models import PublishedTable
from yiyang.indicators.publication.policy import load_publication

Json = dict[str, Any]
State = PublishedTable.State
OPEN_STATES = (State.PUBLISHED, State.REPLACED)
LICENCE = "可自由使用、转载，请注明发布单位、表名、版本和取得日期。"
KINDS = {"indicators": "指标", "services": "享受服务", "people": "人数"}
# Suffix of a release's address → media type and what it is called.
FORMATS = {
    ".csv": ("text/csv", "CSV"),
    ".json": ("application/json", "JSON"),
    ".csv-metadata.json": ("application/csvm+json", "CSVW"),
    ".sdmx.csv": ("application/vnd.sdmx.data+csv", "SDMX-CSV"),
}


@dataclass(frozen=True)
class OpenDataset:
    """What is published again and again under one name: an area's figures by certain groupings."""

    area: int
    slug: str
    releases: tuple[PublishedTable, ...] = field(repr=False)

    @property
    def id(self) -> str:
        """What stands in its address: 511724-elders_60_age."""
        return f"{self.area:012d}"[:6] + f"-{self.slug}"

    @property
    def latest(self) -> PublishedTable:
        """The newest period's version in force."""
        return self.releases[0]

    @property
    def title(self) -> str:
        """Its name without the area's."""
        return self.latest.title

    @property
    def place(self) -> str:
        """The area's full name."""
        return full_name(self.area)

    @property
    def publisher(self) -> str:
        """Who answers for it."""
        return f"{self.place}民政部门"

    @property
    def kind(self) -> str:
        """One of KINDS."""
        if self.slug == source.INDICATORS:
            return "indicators"
        return "services" if source.ITEM in self.latest.grouped else "people"

    @property
    def kind_word(self) -> str:
        """The kind in words."""
        return KINDS[self.kind]

    @property
    def description(self) -> str:
        """One or two sentences."""
        least = {
            PublishedTable.Method.ROUND: f"每个数都取整为{self.latest.base}的倍数。",
            PublishedTable.Method.NOISE: "每个数都加了随机误差（差分隐私）。",
        }.get(PublishedTable.Method(self.latest.method), f"人数少于{self.latest.least}的数和能推算出它的数不公开。")
        if self.kind == "indicators":
            return f"{self.place}各项养老服务指标的数值、分子、分母、口径、单位、目标和基线，到乡镇（街道）。{least}"
        known = source.titles()
        by = "、".join(known[each] for each in self.latest.grouped if each != source.ITEM and each in known)
        what = "应享各项服务的人数" if self.kind == "services" else "人数"
        return f"{self.place}月末{source.TITLE}{what}{f'，按{by}分' if by else ''}，含各级合计。{least}"

    @property
    def months(self) -> tuple[str, str]:
        """The first and the last month published."""
        found = sorted(each.month for each in self.releases)
        return found[0], found[-1]

    @property
    def in_force(self) -> tuple[PublishedTable, ...]:
        """Each period's version in force, the newest first."""
        return tuple(each for each in self.releases if each.state == State.PUBLISHED)

    @property
    def corrections(self) -> int:
        """How many versions correct another."""
        return sum(each.version > 1 for each in self.releases)

    @property
    def every(self) -> str:
        """How often it comes out; '' where the calendar does not say."""
        lines = load_publication().calendar.values()
        return next((each.every for each in lines if list(each.grouped) == list(self.latest.grouped)), "")

    @property
    def every_word(self) -> str:
        """How often, in words."""
        return EVERY.get(self.every, "不定期")

    @property
    def next_on(self) -> date | None:
        """When the next period is due; None where the calendar does not say."""
        for each in load_publication().calendar.values():
            if list(each.grouped) == list(self.latest.grouped):
                return due_of(each, following(each.every, self.months[1]))
        return None

    @property
    def keywords(self) -> list[str]:
        """Words by which it is found."""
        known = source.titles()
        return ["养老服务", self.place, self.kind_word, *(known[each] for each in self.latest.grouped if each in known)]


def datasets_of(rows: Iterable[PublishedTable]) -> list[OpenDataset]:
    """Published tables by dataset: the newest period first, of one period the newest version."""
    found: dict[tuple[int, str], list[PublishedTable]] = {}
    for row in rows:
        found.setdefault((row.area_code, row.slug), []).append(row)
    return [
        OpenDataset(area, slug, tuple(sorted(each, key=lambda one: (one.month, one.version), reverse=True)))
        for (area, slug), each in sorted(found.items())
    ]


def all_datasets(slug: str = "", area: int | None = None) -> list[OpenDataset]:
    """Every dataset that is published, without its figures. Within a scope that may read them: the platform's."""
    rows = PublishedTable.objects.filter(state__in=OPEN_STATES).defer("body")
    if slug:
        rows = rows.filter(slug=slug)
    if area is not None:
        rows = rows.filter(area_code=area)
    return datasets_of(rows)


def found_by(datasets: Sequence[OpenDataset], text: str, kind: str = "") -> list[OpenDataset]:
    """Those that have every word of a text somewhere in name, place, description or address."""
    words = text.lower().split()
    return [
        each
        for each in datasets
        if (not kind or each.kind == kind)
        and all(word in f"{each.title} {each.description} {each.id}".lower() for word in words)
    ]


def as_dcat(datasets: Sequence[OpenDataset], address: str) -> Json:
    """The catalogue in the words of W3C's DCAT, as JSON-LD.

    Args:
        address: where the catalogue's pages stand, ending with a slash.
    """
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/", "spdx": "http://spdx.org/rdf/terms#",
            "xsd": "http://www.w3.org/2001/XMLSchema#", "adms": "http://www.w3.org/ns/adms#",
        },
        "@id": address, "@type": "dcat:Catalog", "dct:title": _said("养老服务开放数据目录"),
        "dct:description": _said("各地公布的养老服务统计表和指标。任何人都不能从中找出具体的人。"),
        "dct:language": "zh-Hans", "dct:license": _said(LICENCE), "dcat:dataset": [_dcat(e, address) for e in datasets],
    }  # fmt: skip


def _dcat(each: OpenDataset, address: str) -> Json:
    first, last = each.months
    told: Json = {
        "@id": f"{address}{each.id}/", "@type": "dcat:Dataset", "dct:identifier": each.id,
        "dct:title": _said(f"{each.place}{each.title}"), "dct:description": _said(each.description),
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": _said(each.publisher)},
        "dct:license": _said(LICENCE), "dct:spatial": f"{each.area:012d}",
        "dct:temporal": {
            "@type": "dct:PeriodOfTime", "dcat:startDate": _typed(first, "gYearMonth"),
            "dcat:endDate": _typed(last, "gYearMonth"),
        },
        "dcat:keyword": [_said(word) for word in each.keywords],
        "dcat:landingPage": {"@id": f"{address}{each.id}/"},
        "dcat:distribution": [
            one for release in each.in_force for one in _distributions(release, f"{address}{release.number}")
        ],
    }  # fmt: skip
    if each.latest.decided_at:
        told["dct:modified"] = _typed(each.latest.decided_at.isoformat(timespec="seconds"), "dateTime")
    if each.every:
        told |= {"dct:accrualPeriodicity": DURATIONS[each.every]}
    if each.latest.is_synthetic:
        told["adms:versionNotes"] = _said("演示用的虚构数据。")
    return told


def _distributions(release: PublishedTable, address: str) -> list[Json]:
    found = []
    for suffix, (media, word) in FORMATS.items():
        told: Json = {
            "@id": f"{address}{suffix}", "@type": "dcat:Distribution",
            "dct:title": _said(f"{release.month} 第{release.version}版（{word}）"), "dct:format": word,
            "dcat:mediaType": media, "dcat:downloadURL": {"@id": f"{address}{suffix}"},
            "dcat:accessURL": {"@id": f"{address}/"}, "dcat:version": str(release.version),
        }  # fmt: skip
        if suffix == ".json":
            told["spdx:checksum"] = {"spdx:algorithm": "sha256", "spdx:checksumValue": release.sha256}
        found.append(told)
    return found


def _said(text: str) -> Json:
    return {"@value": text, "@language": "zh-Hans"}


def _typed(value: str, kind: str) -> Json:
    return {"@value": value, "@type": f"xsd:{kind}"}
