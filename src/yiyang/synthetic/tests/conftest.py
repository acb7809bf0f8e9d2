"""Two small cities that the tests look at: one made to scale, one as counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from yiyang.synthetic.cli import app

City = Callable[..., Path]


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Make a city with the command, once for each set of words."""
    made: dict[tuple[str, ...], Path] = {}

    def make(*words: str) -> Path:
        if words not in made:
            out = tmp_path_factory.mktemp("city") / "out"
            found = CliRunner().invoke(app, ["make", *words, "--out", str(out)], catch_exceptions=False)
            assert found.exit_code == 0
            made[words] = out
        return made[words]

    return make


@pytest.fixture(scope="session")
def small(city: City) -> Path:
    """12,000 elders of 达州."""
    return city("--area", "511700", "--seed", "7", "--elders", "12000")


@pytest.fixture(scope="session")
def zone(city: City) -> Path:
    """The whole development zone, 10,053 elders as counted."""
    return city("--area", "511771", "--seed", "3")
