"""A small policy folder that a test can spoil: real facts and departments, one document, made-up lists."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from yiyang.base.errors import PolicyError
from yiyang.base.paths import policy_dir

REAL = policy_dir()  # taken before a test puts another folder in force
ITEM = """\
id: {id}
name: {{zh: 高龄津贴, en: Old-age allowance}}
form: material
kind: cash
gives: {{zh: 每月一笔津贴, en: A monthly allowance}}
responsible: [civil_affairs]
who: {who}
every: month
amount: {{value: sum}}
delivery: application
values:
  sum: {{zh: 标准, en: standard, unit: fen, from: {{2020-01-01: {fen}}}, source: {source}}}
starts: 2020-01-01
source: {source}
"""
SOURCE = "{document: paper, article: 第一条, checked: transcribed}"
HEAD = """\
area: "{area}"
title: {{zh: {area}清单, en: List of {area}}}
level: county
documents: [paper]
version: "1"
starts: 2020-01-01
"""
PAPER = """\
id: paper
title: 示例文件
issuer: 示例单位
level: county
area: "511724"
checked: transcribed
"""


class Policy:
    """The folder, and short ways to fill it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("facts.yaml", "departments.yaml"):
            shutil.copyfile(REAL / name, root / name)
        self.write("sources/paper.yaml", PAPER)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def head(self, area: str, text: str = HEAD) -> Path:
        return self.write(f"lists/{area}/list.yaml", text.format(area=area))

    def item(
        self, area: str = "511724", id: str = "allowance", who: str = "age >= 80", fen: int | str = 6000, **changes: str
    ) -> Path:
        """An item's file; `changes` replace whole lines by their key, or add them."""
        if not (self.root / "lists" / area / "list.yaml").exists():
            self.head(area)
        return self.write(
            f"lists/{area}/{id}.yaml", changed(ITEM.format(id=id, who=who, fen=fen, source=SOURCE), **changes)
        )

    def cases(self, text: str, area: str = "511724", id: str = "allowance") -> Path:
        return self.write(f"lists/{area}/{id}.cases.yaml", text)


def changed(text: str, **changes: str) -> str:
    """YAML with top-level keys replaced (an empty value removes the key) or added at the end."""
    lines, found, skipping = [], set[str](), False
    for line in text.splitlines():
        key = line.split(":")[0]
        skipping = skipping and line.startswith(" ")
        if not line.startswith(" ") and key in changes:
            found.add(key)
            skipping = True
            lines += [f"{key}: {changes[key]}"] if changes[key] else []
        elif not skipping:
            lines.append(line)
    lines += [f"{key}: {value}" for key, value in changes.items() if key not in found and value]
    return "\n".join(lines) + "\n"


def complaint(error: pytest.ExceptionInfo[PolicyError]) -> str:
    """Everything an error says, in Chinese and English."""
    pairs = [(error.value.zh, error.value.en), *error.value.problems]
    return "\n".join(f"{zh}\n{en}" for zh, en in pairs)
