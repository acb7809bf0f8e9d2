"""`policy/notices/`: in which words people are told something. Strictly read: text messages fit.

A template is data that an official can change. What was sent stays readable as it was: the version in use is kept in
the table `Wording` the first time it is used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Literal

from yiyang.base.errors import UsageError
from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.schema import Slug, Strict

# A Chinese text message of one part; longer ones are charged twice and may arrive in two pieces.
SMS_LONGEST = 70
# What every template may name without stating it, and how long it may become.
ALWAYS = {"telephone": 12, "unit": 16}
Kind = Literal["text", "item", "amount", "day"]
Channel = Literal["in_app", "sms", "letter"]


class Key(Strict):
    """One thing that a template says differently to everybody."""

    zh: str
    kind: Kind = "text"
    """item: an item's id, said by its name; amount: fen and every, said as 每月 70 元; day: 2026-11-22."""
    longest: int
    """Longer values are cut in text messages, so that the message stays one."""
    is_optional: bool = False
    """Without it the paragraphs that name it are left out."""


class Template(Strict):
    """policy/notices/<id>.yaml"""

    id: Slug
    zh: str
    channels: tuple[Channel, ...]
    letter: Literal["always", "without_sms", "never"]
    """When a letter is printed: always (decisions, by law), to whom no text message goes, or never."""
    by_law: bool = False
    """Told to whoever does not want to be told too, by letter."""
    keys: dict[Slug, Key]
    title: str
    sms: str
    text: tuple[str, ...]
    """Paragraphs, in words that an eighty-year-old reads once."""

    @cached_property
    def version(self) -> str:
        """Twelve digits of the content's hash."""
        return hashlib.sha256(json.dumps(self.body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]

    @property
    def body(self) -> dict[str, object]:
        """The content, as it is kept."""
        return self.model_dump(mode="json")

    def missing(self, data: Mapping[str, object]) -> list[str]:
        """Keys that a message cannot do without and that the data lack."""
        needed = (name for name, key in self.keys.items() if not key.is_optional)
        return [name for name in needed if not _is_there(data, name, self.keys[name].kind)]


def _is_there(data: Mapping[str, object], name: str, kind: str) -> bool:
    if kind != "amount":
        return data.get(name) not in (None, "")
    return data.get(fen_key(name)) is not None


def fen_key(name: str) -> str:
    """Where an amount stands in the data: `amount` in `fen`, `amount_before` in `fen_before`."""
    return name.replace("amount", "fen", 1)


def load_templates(policy: Path | None = None) -> Mapping[str, Template]:
    """All templates by id.

    Raises:
        PolicyError: names every problem with file and line: unknown keys, text messages that may become too long.
    """
    problems, found = loader.Problems(), {}
    for path in sorted(((policy or policy_dir()) / "notices").glob("*.yaml")):
        template = loader.load(path, Template)
        _check(path, template, problems)
        found[template.id] = template
    problems.raise_if_any()
    return found


def template(slug: str, policy: Path | None = None) -> Template:
    """One template. Raises UsageError for a name that there is not."""
    found = load_templates(policy)
    if slug not in found:
        raise UsageError(f"没有告知模板“{slug}”。", f"there is no template {slug}; known: {', '.join(found)}")
    return found[slug]


def _check(path: Path, found: Template, problems: loader.Problems) -> None:
    if found.id != path.stem:
        problems.add(path, ("id",), "id 与文件名应一致", "the id and the file's name must agree")
    if "letter" in found.channels and not found.text:
        problems.add(path, ("text",), "要打印的告知须有正文", "what is printed needs a text")
    for place, text in (("title", found.title), ("sms", found.sms), *(("text", line) for line in found.text)):
        for name in _named(text) - set(found.keys) - set(ALWAYS):
            problems.add(path, (place,), f"没有声明 {{{name}}}", f"{{{name}}} is not declared under keys")
    if "sms" in found.channels and (length := longest(found)) > SMS_LONGEST:
        zh, en = (
            f"短信最长可达 {length} 字，超过 {SMS_LONGEST} 字",
            f"may become {length} characters, {SMS_LONGEST} fit",
        )
        problems.add(path, ("sms",), zh, en)


def longest(found: Template) -> int:
    """How long the text message may become."""
    lengths = {name: key.longest for name, key in found.keys.items()} | ALWAYS
    plain = sum(len(literal) for literal, *_ in Formatter().parse(found.sms))
    return plain + sum(lengths.get(name, 0) for _, name, *_ in Formatter().parse(found.sms) if name)


def _named(text: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(text) if name}
