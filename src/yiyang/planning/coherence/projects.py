"""A project against itself and its list: heading, year and figures against section and description; duplicates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from yiyang.planning.coherence.findings import Amount, Finding, Severity, Spot, finding, number, quote
from yiyang.planning.coherence.numbers import chinese, figures
from yiyang.planning.coherence.totals import FEN_WAN, PLACES_ZH
from yiyang.planning.records import Document, Place, Project

_PACKED = re.compile(
    r"[（(]\s*(?P<count>[\d一二三四五六七八九十两]+)\s*(?:个|处|所)(?P<what>打包|合并|联合|街道|乡镇)[^）)]*[）)]"
)
_NAMED = re.compile(r"[\u4e00-\u9fff]{2,5}?(?:街道|镇|乡)")
_EACH = re.compile(r"每(?:个|所|家)[^，。；]*?(?P<size>\d+)\s*(?:个|张)(?:托位|床位)")
_SOME = re.compile(r"(?:建设|新建|改建|建成|设)\s*(?P<low>\d+)\s*[-—–~～至]\s*(?P<high>\d+)\s*(?:个|所|家)")
_PHASE = re.compile(r"[一二三四五1-9]\s*[期标]|[（(]\s*[一二三四五1-9]\s*[）)]")
_SPOT = re.compile(r"[\u4e00-\u9fff]{2,4}?(?:街道|镇|乡|社区|村)")


def headings(document: Document) -> Iterator[Finding]:
    """（5 个打包） against the towns that the description lists; 等 leaves the list open."""
    for project in document.projects:
        count = packed(project)
        named, is_open = enumerated(project.description)
        if count is None or len(named) < 2 or len(named) == count or (len(named) < count and is_open):
            continue
        why = f"“{project.name}”标明 {count} 个，内容列出 {len(named)} 个（{'、'.join(named)}），建设点数不明。"
        amounts = (Amount(f"{count}个", Decimal(count), "个"), Amount(f"{len(named)}个", Decimal(len(named)), "个"))
        yield about("headings", "packed", project, "description", amounts, why)


def packed(project: Project) -> int | None:
    """How many a project's name says that it packs together: （5 个打包）."""
    match = _PACKED.search(project.name)
    return chinese(match["count"]) if match else None


def enumerated(text: str) -> tuple[list[str], bool]:
    """Towns that a text lists one after the other, each once, and whether 等 leaves the list open."""
    head = re.split(r"建设|新建|改建|分别|[，。；]", text)[0]
    found = [match[0] for part in re.split(r"[、和及与]", head) if (match := _NAMED.search(part))]
    return list(dict.fromkeys(found)), "等" in head


def sections(document: Document) -> Iterator[Finding]:
    """The year of a row against the year of the section in which it stands."""
    for project in document.projects:
        first, last, section = project.from_year, project.to_year, project.section_year
        if section is None or first is None or first <= section <= (last or first):
            continue
        span = f"{first}" if last in (None, first) else f"{first}—{last}"
        why = (
            f"“{project.name}”列在 {section} 年部分（并计入该年小计），建设期限却写作 {span} 年，"
            "两个年度的项目数、资金和床位因此不能同时成立。"
        )
        amounts = (Amount(f"{section}年", Decimal(section), "年"), Amount(f"{span}年", Decimal(first), "年"))
        yield about("sections", "year", project, "from_year", amounts, why, severity="high")


def descriptions(document: Document) -> Iterator[Finding]:
    """The figure of the column against what the description itself says: beds or places, or so many of so many each."""
    for project in document.projects:
        if project.places is None:
            continue
        yield from _described(project, project.places)
        yield from _each(project, project.places)


def _described(project: Project, places: int) -> Iterator[Finding]:
    told = described_places(project)
    if not told or places in told or places == sum(told):
        return
    word = PLACES_ZH[project.kind]
    why = f"“{project.name}”新增{word}栏为 {places}，建设内容写作 {told[0]}，以哪个数验收、补助不明。"
    amounts = (Amount(f"{places}个", Decimal(places), "个"), Amount(f"{told[0]}个", Decimal(told[0]), "个"))
    yield about("descriptions", "places", project, "places", amounts, why, severity="high")


def described_places(project: Project) -> list[int]:
    """Numbers of beds or places in a project's own description, in order; a size of each of several is not one."""
    word = PLACES_ZH[project.kind]
    found = []
    for each in figures(project.description):
        around = project.description[max(0, each.start - 8) : each.end + 3]
        before = project.description[: each.start]
        is_places = each.kind in ("张", "个") and each.high is None and word in around
        if is_places and not re.search(r"每(?:个|所|家|间)[^，。；]*$|护理型$|其中[^，。；]*$", before):
            found.append(int(each.value))
    return found


def _each(project: Project, places: int) -> Iterator[Finding]:
    size, some = _EACH.search(project.description), _SOME.search(project.description)
    if not size or not some:
        return
    low, high = int(size["size"]) * int(some["low"]), int(size["size"]) * int(some["high"])
    if low <= places <= high:
        return
    each = f"每处 {size['size']} 个、共 {some['low']}—{some['high']} 处"
    why = f"“{project.name}”{each}，应为 {low}—{high} 个，表中为 {places} 个。"
    amounts = (Amount(f"{places}个", Decimal(places), "个"), Amount(f"{low}—{high}个", Decimal(low), "个"))
    yield about("descriptions", "range", project, "places", amounts, why)


def duplicates(document: Document) -> Iterator[Finding]:
    """The same thing listed twice: county, size, money and description alike, and no phase that tells them apart."""
    alike: dict[tuple[object, ...], list[Project]] = {}
    for project in document.projects:
        if project.places is not None and project.money_fen is not None:
            alike.setdefault(_size(project), []).append(project)
    for one, other in (pair for rows in alike.values() for pair in combinations(rows, 2)):
        if _is_same_site(one, other):
            word = PLACES_ZH[one.kind]
            why = (
                f"“{one.name}”和“{other.name}”的地点、内容、{word}（{one.places}）和投资都相同，"
                "疑为同一项目列了两次，总数因此多算一次。"
            )
            spots = (Spot(one.where, quote(one.description)), Spot(other.where, quote(other.description)))
            amounts = (_label(one), _label(other))
            yield finding(
                "duplicates", "project", spots, amounts, why, about=one.name + other.name, sure=0.8, severity="high"
            )


def _size(project: Project) -> tuple[object, ...]:
    return project.kind, project.county_name, project.places, project.money_fen


def _is_same_site(one: Project, other: Project) -> bool:
    if plain(one.name) == plain(other.name):
        return True
    if plain(one.description) != plain(other.description):
        return False
    mine, yours = _towns(one, one.description), _towns(other, other.description)
    return any(mine[word] & yours[word] for word in mine) and not named_apart(one, other)


def named_apart(one: Project, other: Project) -> bool:
    """Whether two names say that they are two: other towns or communities, another phase."""
    mine, yours = _towns(one, one.name), _towns(other, other.name)
    phases = [match[0] if (match := _PHASE.search(each.name)) else "" for each in (one, other)]
    return phases[0] != phases[1] or any(mine[word] and yours[word] and not mine[word] & yours[word] for word in mine)


def _towns(project: Project, text: str) -> dict[str, set[str]]:
    """Places that a text names, by what they are: 街道, 镇, 乡, 社区, 村."""
    text = text.replace(project.county_name, " ").replace("办事处", " ")
    found: dict[str, set[str]] = {word: set() for word in ("街道", "镇", "乡", "社区", "村")}
    for match in _SPOT.finditer(text):
        word = next(word for word in found if match[0].endswith(word))
        found[word].add(match[0])
    return found


def plain(text: str) -> str:
    """Letters and digits only: two texts that differ in spaces and points are one."""
    return re.sub(r"[^\w]", "", text)


def _label(project: Project) -> Amount:
    year = f"{project.from_year}年 " if project.from_year else ""
    money = number(Decimal(project.money_fen or 0) / FEN_WAN)
    return Amount(f"{year}{project.places}张（个）{money}万元", Decimal(project.places or 0), "个")


def spot(project: Project, field: str, text: str = "") -> Spot:
    """The cell of a field of a project, or its row where the reader kept none."""
    where: Place = dict(project.fields).get(field, project.where)
    return Spot(where, quote(text or project.name))


def about(
    check: str, kind: str, project: Project, field: str, figures_: tuple[Amount, Amount], why: str,
    sure: float = 0.9, severity: Severity = "medium",
) -> Finding:  # fmt: skip
    spots = (spot(project, field), spot(project, "description", project.description or project.name))
    return finding(check, kind, spots, figures_, why, about=project.name, sure=sure, severity=severity)
