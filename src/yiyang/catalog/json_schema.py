"""JSON Schemas of the files of `policy/`, generated from the models, so that editors complete and check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from yiyang.base.paths import policy_dir
from yiyang.catalog.assessment_schema import AssessmentFile
from yiyang.catalog.indicator_schema import Indicator
from yiyang.catalog.instrument_schema import InstrumentFile, ScaleCaseFile
from yiyang.catalog.planning_schema import PlanningFile
from yiyang.catalog.process_schema import ProcessFile
from yiyang.catalog.schema import CaseFile, Document, FactFile, Group, Item, ListHead
from yiyang.catalog.visits_schema import Visits

MODELS: dict[str, type[BaseModel]] = {
    "item": Item,
    "list": ListHead,
    "cases": CaseFile,
    "document": Document,
    "facts": FactFile,
    "group": Group,
    "instrument": InstrumentFile,
    "instrument_cases": ScaleCaseFile,
    "assessment": AssessmentFile,
    "processes": ProcessFile,
    "visits": Visits,
    "planning": PlanningFile,
    "indicator": Indicator,
}


def default_folder() -> Path:
    return policy_dir() / "schema"


def schemas() -> dict[str, str]:
    """File name → content."""
    return {f"{name}.schema.json": _text(name, model) for name, model in MODELS.items()}


def _text(name: str, model: type[BaseModel]) -> str:
    found: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(by_alias=True),
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def stale(folder: Path) -> list[str]:
    """Names of files that are missing or differ from what the models say."""
    return [
        name
        for name, text in schemas().items()
        if not (path := folder / name).exists() or path.read_text(encoding="utf-8") != text
    ]


def write(folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in schemas()]
