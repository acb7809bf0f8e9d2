"""The contracts of the departments: what each register delivers, under which headings, and which facts come of it.

`policy/registers/<register>.yaml` is strict: an unknown key is an error that names file, line and the allowed keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field

from yiyang.base.errors import PolicyError
from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.facts import load_facts
from yiyang.catalog.schema import Slug, Strict, Text
from yiyang.engine.facts import Fact, FactBook, Kind
from yiyang.registry import agreement

BASE = "police_households"  # the register that makes a person
CORRECTIONS = "corrections"  # `delivery` of the register that clerks write, and no department delivers
PLATFORM = "platform"  # `delivery` of the registers that the platform's own work fills: assessments, visits


class Column(Strict):
    """One column of a delivered file. A column with neither fact nor role is known but not read.

    Attributes:
        headers: how departments head it; the first is the one we ask for.
        required: the column must be there and filled in every row.
        role: what the registry itself uses it for. `valid_to` is the last day on which the row holds.
        fact: the fact it states; `codes` maps the delivered words to the fact's values.
        blank: what an empty cell states; without it an empty cell states nothing (unknown).
        check: compare with what the id number says; an empty cell is filled from it.
        lasting: holds for life, so the row's dates do not limit it.
        identifies: what it tells of who the person is, for rows without a usable id number; it is never at fault.
    """

    headers: tuple[str, ...] = Field(min_length=1)
    type: Literal["id_number", "text", "enum", "bool", "int", "date", "area"]
    required: bool = False
    role: Literal["name", "household", "valid_from", "valid_to"] | None = None
    fact: Slug | None = None
    codes: dict[str, Slug] = Field(default={})
    blank: str | None = None
    check: Literal["birth_date_of_id"] | None = None
    lasting: bool = False
    identifies: Literal["sex", "birth_date", "phone", "address", "area"] | None = None

    @property
    def is_read(self) -> bool:
        return self.type == "id_number" or self.role is not None or self.fact is not None


class Constant(Strict):
    """A fact that being in the register states by itself."""

    fact: Slug
    value: str | int


class Contract(Strict):
    """policy/registers/<register>.yaml

    Attributes:
        file: the delivered file's name without its extension.
        delivery: `full`: everybody the register holds, so that who is missing has left it; `delta`: only what is new;
            `corrections`: what clerks state: any fact, asked before every register, delivered by nobody;
            `platform`: what the platform's own work finds out, person by person, delivered by nobody.
    """

    register_: Slug = Field(alias="register")
    name: Text
    owner: Slug
    file: str
    rhythm: Literal["monthly", "quarterly", "yearly"]
    delivery: Literal["full", "delta", "corrections", "platform"]
    columns: dict[Slug, Column]
    constant: Constant | None = None

    @cached_property
    def read(self) -> dict[str, Column]:
        """The columns that are read, by name."""
        return {name: column for name, column in self.columns.items() if column.is_read}

    @cached_property
    def identifying(self) -> dict[str, str]:
        """What tells who a row is about, the id number apart: sex, birth_date … and name → its column."""
        named = {"name": name} if (name := self.column_with("name")) else {}
        return named | {str(column.identifies): name for name, column in self.columns.items() if column.identifies}

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """Names of the facts it delivers, the constant last."""
        named = [column.fact for column in self.columns.values() if column.fact]
        return (*named, *([self.constant.fact] if self.constant else []))

    @property
    def is_delivered(self) -> bool:
        """Whether a department delivers it."""
        return self.delivery not in (CORRECTIONS, PLATFORM)

    @property
    def is_correction(self) -> bool:
        """Whether it is what clerks state: any fact, before every register."""
        return self.delivery == CORRECTIONS

    @cached_property
    def id_column(self) -> str:
        return next(name for name, column in self.columns.items() if column.type == "id_number")

    def column_with(self, role: str) -> str | None:
        """Name of the column with this role."""
        return next((name for name, column in self.columns.items() if column.role == role), None)

    def column_of_fact(self, fact: str) -> Column | None:
        return next((column for column in self.columns.values() if column.fact == fact), None)


Contracts = Mapping[str, Contract]
_loaded: dict[tuple[loader.Stamp, ...], dict[str, Contract]] = {}


def load_contracts(policy: Path | None = None, facts: FactBook | None = None) -> dict[str, Contract]:
    """All contracts by register, in order of name, checked against the facts, the departments and each other.

    Raises:
        PolicyError: every problem with file and line.
    """
    if facts is not None:
        return _load(policy, facts)
    # What they are checked against counts too. Asked for at every step of a delivery and on every page about one.
    root = policy or policy_dir()
    files = (*sorted((root / "registers").glob("*.yaml")), root / "facts.yaml", root / "departments.yaml")
    key = tuple(loader.stamp(path) for path in files if path.exists())
    if key not in _loaded:
        _loaded[key] = _load(policy, None)
    return dict(_loaded[key])


def _load(policy: Path | None, facts: FactBook | None) -> dict[str, Contract]:
    folder = (policy or policy_dir()) / "registers"
    problems = loader.Problems()
    found: dict[str, Contract] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            found[path.stem] = _stating_all(loader.load(path, Contract), facts or load_facts(policy))
        except PolicyError as error:
            problems.absorb(error)
    problems.raise_if_any()
    known = departments(folder.parent)
    for stem, contract in found.items():
        for loc, zh, en in agreement.of_contract(stem, contract, facts or load_facts(policy), known):
            problems.add(folder / f"{stem}.yaml", loc, zh, en)
    for name, zh, en in agreement.of_facts(found, facts or load_facts(policy)):
        problems.add(folder.parent / "facts.yaml", ("facts", name, "from"), zh, en)
    problems.raise_if_any()
    return found


def delivered(contracts: Contracts) -> dict[str, Contract]:
    """Those that departments deliver: without the clerks' corrections and the platform's own."""
    return {name: contract for name, contract in contracts.items() if contract.is_delivered}


def corrections(contracts: Contracts) -> str:
    """Name of the register of corrections; '' if the policy has none."""
    return next((name for name, contract in contracts.items() if contract.is_correction), "")


def _stating_all(contract: Contract, facts: FactBook) -> Contract:
    """A register of corrections has a column for every fact there is."""
    if not contract.is_correction:
        return contract
    return contract.model_copy(
        update={"columns": contract.columns | {name: _column_of(fact) for name, fact in facts.facts.items()}}
    )


def _column_of(fact: Fact) -> Column:
    codes = {label.zh: label.name for label in fact.values} if fact.kind in (Kind.ENUM, Kind.ORDERED) else {}
    return Column(headers=(fact.zh,), type=agreement.TYPES[fact.kind], fact=fact.name, codes=codes)  # type: ignore[arg-type]


def departments(policy: Path) -> frozenset[str]:
    """Names of the departments; empty if the file is not there."""
    path = policy / "departments.yaml"
    return frozenset(loader.read(path)) if path.exists() else frozenset()
