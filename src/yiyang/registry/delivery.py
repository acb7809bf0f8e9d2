"""A delivery folder: what is in it, and everything that makes it unusable, at once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yiyang.base.errors import DeliveryError
from yiyang.registry.contracts import BASE, Contracts, delivered
from yiyang.registry.headers import Unusable
from yiyang.registry.sources import SUFFIXES, Source, open_source

Problem = tuple[str, str]


class Note(BaseModel):
    """delivery.json"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    area: str = Field(pattern=r"^\d{6}(\d{3})?(\d{3})?$")
    synthetic: bool = False


@dataclass(frozen=True)
class Delivery:
    """An opened folder.

    Attributes:
        files: register → its file, in the order of the contracts, the base register first.
        missing: registers without a file.
        strangers: files that belong to no register.
    """

    folder: Path
    note: Note
    files: dict[str, Path]
    missing: tuple[str, ...]
    strangers: tuple[str, ...]

    @property
    def first(self) -> date:
        """The month's first day."""
        return date.fromisoformat(f"{self.note.month}-01")

    def label(self, register: str) -> str:
        """How a row names its file: month and name."""
        return f"{self.note.month}/{self.files[register].name}"


def open_delivery(folder: Path, known: date, contracts: Contracts) -> Delivery:
    """Look at a folder. Raises DeliveryError naming everything that stands in the way."""
    if not folder.is_dir():
        raise DeliveryError(
            f"没有交付文件夹 {folder}。请检查路径。", f"There is no delivery folder {folder}. Check the path."
        )
    problems: list[Problem] = []
    note = _note(folder, problems)
    if note is not None:
        problems += _wrong_month(folder, note, known)
    files, strangers = _files(folder, contracts, problems)
    if BASE not in files:
        problems.append(_no_base(contracts, strangers))
    if problems or note is None:
        raise DeliveryError(
            f"交付文件夹 {folder} 不能用，请改正后重试；原有输出未改动：",
            f"The delivery folder {folder} cannot be used; mend it and run again (earlier output is untouched):",
            problems,
        )
    missing = tuple(name for name in delivered(contracts) if name not in files)
    return Delivery(folder, note, files, missing, strangers)


def _no_base(contracts: Contracts, strangers: tuple[str, ...]) -> Problem:
    names = "、".join(f"{contracts[BASE].file}{suffix}" for suffix in SUFFIXES)
    there = "、".join(strangers[:5])
    zh = f"缺少公安户籍登记（{names}）：没有它就不知道有哪些人，无法建立快照"
    en = f"the household registration ({names}) is missing: without it nobody is known"
    if not there:
        return zh, en
    return (
        f"{zh}；文件名须完全一致，现有不认识的文件：{there}",
        f"{en}; names must match exactly, unknown files here: {there}",
    )


def open_sources(delivery: Delivery, contracts: Contracts, copies: Path) -> dict[str, Source]:
    """Every file with its columns found. Raises DeliveryError naming every file that cannot be used, and why."""
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    for name, path in delivery.files.items():
        try:
            sources[name] = open_source(contracts[name], path, delivery.label(name), copies)
        except Unusable as error:
            problems += [(f"{path.name}：{zh}", f"{path.name}: {en}") for zh, en in error.problems]
    if problems:
        raise DeliveryError(
            f"{delivery.folder} 中有文件不能用，请改正后重试；原有输出未改动：",
            f"Files in {delivery.folder} cannot be used; mend them and run again (earlier output is untouched):",
            problems,
        )
    return sources


def _note(folder: Path, problems: list[Problem]) -> Note | None:
    path = folder / "delivery.json"
    example = '{"month": "2026-11", "area": "511700", "synthetic": false}'
    try:
        return Note.model_validate(json.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        problems.append(
            (f"缺少 delivery.json，请新建，内容如 {example}", f"delivery.json is missing; write it like {example}")
        )
    except ValidationError as error:
        for item in error.errors(include_url=False):
            key = ".".join(map(str, item["loc"]))
            problems.append(
                (
                    f"delivery.json 的 {key} 不对（{item['msg']}），应如 {example}",
                    f"delivery.json: {key}: {item['msg']}; write it like {example}",
                )
            )
    except ValueError as error:
        problems.append(
            (
                f"delivery.json 不是有效的 JSON（{error}），应如 {example}",
                f"delivery.json is not JSON ({error}); write it like {example}",
            )
        )
    return None


def _wrong_month(folder: Path, note: Note, known: date) -> list[Problem]:
    found: list[Problem] = []
    name = folder.resolve().name
    if re.fullmatch(r"\d{4}-\d{2}", name) and name != note.month:
        zh = f"文件夹是 {name}，delivery.json 写的却是 {note.month}：请把文件放到正确月份的文件夹，或改正它"
        en = f"the folder is {name} but delivery.json says {note.month}: put the files into the right folder or mend it"
        found.append((zh, en))
    if known < date.fromisoformat(f"{note.month}-01"):
        found.append(
            (
                f"--known {known} 早于交付月份 {note.month}：请填收到这批数据的日期",
                f"--known {known} lies before the month {note.month}: give the day on which the delivery arrived",
            )
        )
    return found


def _files(folder: Path, contracts: Contracts, problems: list[Problem]) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Files by register, and those that belong to none."""
    by_name = {contract.file: name for name, contract in delivered(contracts).items()}
    found: dict[str, Path] = {}
    strangers: list[str] = []
    for path in sorted(folder.iterdir()):
        if path.name == "delivery.json" or path.name.startswith((".", "~$")) or path.is_dir():
            continue
        register = by_name.get(path.stem)
        if register is None:
            strangers.append(path.name)
        elif path.suffix.lower() not in SUFFIXES:
            problems.append(
                (f"{path.name}：不支持这种格式，请另存为 .csv 或 .xlsx", f"{path.name}: save it as .csv or .xlsx")
            )
        elif register in found:
            problems.append(
                (
                    f"{contracts[register].name.zh} 有两个文件（{found[register].name}、{path.name}），请只留一个",
                    f"{register} is there twice ({found[register].name}, {path.name}); keep one of them",
                )
            )
        else:
            found[register] = path
    ordered = [BASE, *(name for name in contracts if name != BASE)]
    return {name: found[name] for name in ordered if name in found}, tuple(strangers)
