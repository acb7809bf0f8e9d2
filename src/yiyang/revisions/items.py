"""The items of a draft as the editor lists them, and new ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yiyang.base.errors import PolicyError, UsageError
from yiyang.catalog.issued import SOURCES, files_of
from yiyang.catalog.labels import FORMS
from yiyang.catalog.lists import CASES, HEAD, documents
from yiyang.catalog.loader import values_of
from yiyang.revisions import desk, floor
from yiyang.revisions.conditions import judge
from yiyang.revisions.models import Revision
from yiyang.revisions.text import render

Json = dict[str, Any]
FORM_WORDS = {form.value: words[0] for form, words in FORMS.items()}


@dataclass(frozen=True)
class Line:
    """One item of the list of items. `state`: new, changed, removed or ''."""

    slug: str
    name: str
    form: str
    who: str
    state: str
    problems: int
    below: str


def names_of(files: Mapping[str, str]) -> list[str]:
    """The ids of a list's items."""
    return [
        name.removesuffix(".yaml")
        for name in sorted(files)
        if name.endswith(".yaml") and not name.endswith(CASES) and name != HEAD and not name.startswith(SOURCES)
    ]


def raw_of(text: str) -> Json:
    """An item's plain values; nothing where the text is no YAML mapping."""
    try:
        found = values_of(text)
    except PolicyError:
        return {}
    return found if isinstance(found, dict) else {}


def titles(files: Mapping[str, str]) -> dict[str, str]:
    """Item → its Chinese name."""
    return {name: zh_of(raw_of(files[f"{name}.yaml"])) or name for name in names_of(files)}


def zh_of(raw: Json) -> str:
    """The Chinese name that a file's values give."""
    name = raw.get("name")
    return str(name.get("zh", "")) if isinstance(name, dict) else ""


def lines_of(found: Revision, sought: str = "") -> list[Line]:
    """Every item of the draft and those it has removed, the changed ones first."""
    policy = desk.policy_on(found.starts)
    below = {one["item"]: floor.SORT_WORDS[one["sort"]] for one in found.floor.get("items", [])}
    rows = []
    for slug in sorted({*names_of(found.files), *names_of(found.base)}):
        row = _line(found, slug, below.get(slug, ""), policy)
        if sought in row.name or sought in slug or sought in row.who:
            rows.append(row)
    return sorted(rows, key=lambda row: (not row.state, not row.problems, row.form, row.slug))


def _line(found: Revision, slug: str, below: str, policy: Path) -> Line:
    file = f"{slug}.yaml"
    now, before = found.files.get(file), found.base.get(file)
    raw = raw_of(now if now is not None else before or "")
    cases = f"{slug}{CASES}"
    is_changed = now != before or found.files.get(cases) != found.base.get(cases)
    state = "removed" if now is None else "new" if before is None else "changed" if is_changed else ""
    problems = sum(one["item"] == slug and one["level"] == "error" for one in found.problems)
    judged = judge(str(raw.get("who", "")), figures_in_force(raw), policy)
    form = FORM_WORDS.get(str(raw.get("form")), "")
    return Line(slug, zh_of(raw) or slug, form, judged.sentence or judged.error, state, problems, below)


def figures_in_force(raw: Json) -> dict[str, int]:
    """The item's values by name, the newest figure of each: what `@name` stands for while one types."""
    values = raw.get("values") if isinstance(raw.get("values"), dict) else {}
    found = {}
    for name, value in (values or {}).items():
        dates = value.get("from") if isinstance(value, dict) else None
        if isinstance(dates, dict) and dates and all(isinstance(figure, int) for figure in dates.values()):
            found[str(name)] = dates[max(dates, key=str)]
    return found


def figure_names(raw: Json) -> dict[str, str]:
    """The item's values by name, as they are called."""
    values = raw.get("values") if isinstance(raw.get("values"), dict) else {}
    return {str(name): str(value.get("zh", "")) for name, value in (values or {}).items() if isinstance(value, dict)}


def lacking(found: Revision) -> dict[str, str]:
    """Items of the levels above that the draft lacks, and their names: the nearest level's first."""
    policy, missing = desk.policy_on(found.starts), dict[str, str]()
    have = set(names_of(found.files))
    for upper in floor.uppers_of(f"{found.area_code:012d}"[:6], policy):
        for name, title in titles(files_of(policy / "lists" / upper)).items():
            if name not in have:
                missing.setdefault(name, title)
    return missing


def from_above(found: Revision, slug: str) -> str:
    """The text of an item as the nearest level above has it. Errors: UsageError where none has it."""
    policy = desk.policy_on(found.starts)
    for upper in floor.uppers_of(f"{found.area_code:012d}"[:6], policy):
        path = policy / "lists" / upper / f"{slug}.yaml"
        if path.exists():
            return path.read_text(encoding="utf-8")
    raise UsageError(f"上级清单没有项目 {slug}。", f"no list above has {slug}")


def blank(found: Revision, slug: str, name: str) -> str:
    """The text of a new item, complete enough to be checked."""
    policy = desk.policy_on(found.starts)
    head = raw_of(found.files[HEAD])
    papers = head.get("documents") or list(documents(policy))
    said = render(name)
    return (
        f"id: {slug}\nname: {{zh: {said}, en: {said}}}\nform: care\nkind: service\ngives: {{zh: {said}, en: {said}}}\n"
        f"responsible: [civil_affairs]\nbasis: registered\nwho: age >= 60\nevery: month\nno_amount: not_stated\n"
        f"delivery: application\nstarts: {found.starts}\n"
        f"source: {{document: {papers[0]}, article: 待填, checked: recalled}}\n"
    )
