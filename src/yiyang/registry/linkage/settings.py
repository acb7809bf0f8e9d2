"""`policy/linkage.yaml`: thresholds, what is compared, and what is taken to be true of it."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.schema import Slug, Strict


class Thresholds(Strict):
    """From which probability what happens; see the file itself."""

    automatic: float = Field(gt=0.5, lt=1)
    judge: float = Field(gt=0, lt=1)
    judge_doubles: float = Field(gt=0, lt=1)
    margin: float = Field(ge=0)
    listed: float = Field(ge=0)
    shown: int = Field(ge=1, le=50)

    @model_validator(mode="after")
    def _in_order(self) -> Thresholds:
        if max(self.judge, self.judge_doubles) >= self.automatic:
            raise ValueError("judge and judge_doubles must be below automatic")
        return self


class Prior(Strict):
    """Share of rows about somebody known; share of people registered twice."""

    rows: float = Field(gt=0, lt=1)
    doubles: float = Field(gt=0, lt=1)


class Training(Strict):
    """How the parameters are estimated."""

    seed: int
    pairs: int = Field(ge=10_000)
    least_rows: int = Field(ge=1)
    em_pairs: int = Field(ge=10_000)


class Level(Strict):
    """How alike two sides are: m among true pairs, u (at the least) among strangers."""

    zh: str
    en: str
    m: float = Field(gt=0, lt=1)
    u: float = Field(gt=0, lt=1)


class Comparison(Strict):
    """One thing that is compared; levels from the most alike to everything else."""

    zh: str
    en: str
    levels: dict[Slug, Level] = Field(min_length=2)


class LinkageSettings(Strict):
    """policy/linkage.yaml"""

    thresholds: Thresholds
    prior: Prior
    training: Training
    folds: tuple[tuple[str, str], ...]
    surnames: dict[str, str]
    comparisons: dict[Slug, Comparison]


def load_settings(policy: Path | None = None) -> LinkageSettings:
    """The settings in force. Raises PolicyError with file and line."""
    return loader.load((policy or policy_dir()) / "linkage.yaml", LinkageSettings)
