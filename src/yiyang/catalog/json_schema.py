"""JSON Schemas of the files of `policy/`, generated from the models, so that editors complete and check."""

from __future__ import annotations

import ast
import inspect
import json
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import ModelSchema

from yiyang.base.paths import policy_dir
from yiyang.catalog.assessment_schema import AssessmentFile
from yiyang.catalog.forecast_schema import Claims, Demand, Disability, Parameters
from yiyang.catalog.indicator_schema import Indicator
from yiyang.catalog.instrument_schema import InstrumentFile, ScaleCaseFile
from yiyang.catalog.plan_schema import PlanContent
from yiyang.catalog.plan_terms_schema import Terms
from yiyang.catalog.planning_schema import PlanningFile
from yiyang.catalog.process_schema import ProcessFile
from yiyang.catalog.publication_schema import PublicationFile
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
    "publication": PublicationFile,
    "plan": PlanContent,
    "plan_terms": Terms,
    "indicator": Indicator,
    "forecast_parameters": Parameters,
    "forecast_disability": Disability,
    "forecast_demand": Demand,
    "forecast_claims": Claims,
}


def default_folder() -> Path:
    return policy_dir() / "schema"


def schemas() -> dict[str, str]:
    """File name → content."""
    return {f"{name}.schema.json": _text(name, model) for name, model in MODELS.items()}


def _text(name: str, model: type[BaseModel]) -> str:
    found: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(by_alias=True, schema_generator=_Described),
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


class _Described(GenerateJsonSchema):
    """What stands below a field in the source describes it.

    pydantic's own `use_attribute_docstrings` reads the sources again for each model, whenever it is imported: half a
    second of the start of every process, for what only these files need.
    """

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        """As ever, with descriptions."""
        found, model = super().model_schema(schema), schema["cls"]
        for name, text in _docstrings(model).items():
            alias = model.model_fields[name].alias or name
            found["properties"][alias].setdefault("description", text)
        return found


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Field → the text below it, of a model and those that it is made from."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, BaseModel) and each is not BaseModel:
            found |= _written(each.__module__).get(each.__qualname__, {})
    return {name: text for name, text in found.items() if name in model.model_fields}


@cache
def _written(module: str) -> dict[str, dict[str, str]]:
    """Class → field → the text below it, of a module's source."""
    source = ast.parse(inspect.getsource(sys.modules[module]))
    return {each.name: dict(_texts(each)) for each in source.body if isinstance(each, ast.ClassDef)}


def _texts(model: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, below in pairwise(model.body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)


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
