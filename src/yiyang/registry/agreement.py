"""Where contracts, facts and departments contradict each other. Complaints are (place in the file, zh, en)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from yiyang.engine.facts import Fact, FactBook, Kind

if TYPE_CHECKING:
    from yiyang.registry.contracts import Contract

Complaint = tuple[tuple[str, ...], str, str]

TYPES = {
    Kind.BOOL: "bool",
    Kind.ENUM: "enum",
    Kind.ORDERED: "enum",
    Kind.INT: "int",
    Kind.YEARS: "date",
    Kind.DATE: "date",
    Kind.AREA: "area",
}
ROLE_TYPES = {"name": "text", "household": "text", "valid_from": "date", "valid_to": "date"}


def of_facts(contracts: Mapping[str, Contract], facts: FactBook) -> Iterator[tuple[str, str, str]]:
    """Facts that name a register which does not deliver them, as (fact, zh, en)."""
    for name, fact in facts.facts.items():
        for register in fact.sources:
            if register not in contracts or name not in contracts[register].facts:
                yield (
                    name,
                    f"{name} 的 from 写了 {register}，但该登记册不提供它",
                    f"{name} names {register} in `from`, which does not deliver it",
                )


def of_contract(stem: str, contract: Contract, facts: FactBook, departments: frozenset[str]) -> Iterator[Complaint]:
    """Everything in one contract that does not fit."""
    if contract.register_ != stem:
        yield (
            ("register",),
            f"register 是 {contract.register_}，应与文件名 {stem} 相同",
            f"register is {contract.register_}, the file is {stem}",
        )
    if departments and contract.owner not in departments:
        yield ("owner",), f"departments.yaml 里没有部门 {contract.owner}", f"departments.yaml has no {contract.owner}"
    if sum(column.type == "id_number" for column in contract.columns.values()) != 1:
        yield ("columns",), "必须恰有一列类型为 id_number", "exactly one column of type id_number is needed"
    yield from _headers(contract)
    yield from _identifying(contract)
    for name in contract.columns:
        yield from _column(stem, contract, name, facts)
    if contract.constant:
        yield from _constant(stem, contract, facts)


def _headers(contract: Contract) -> Iterator[Complaint]:
    seen: dict[str, str] = {}
    for name, column in contract.columns.items():
        for header in column.headers:
            if header in seen:
                yield (
                    ("columns", name, "headers"),
                    f"表头“{header}”已属于 {seen[header]}",
                    f"heading {header} belongs to {seen[header]} already",
                )
            seen[header] = name


def _identifying(contract: Contract) -> Iterator[Complaint]:
    seen: set[str] = set()
    for name, column in contract.columns.items():
        if column.identifies in seen:
            what = column.identifies
            yield ("columns", name, "identifies"), f"identifies: {what} 写了两次", f"identifies {what} stands twice"
        seen |= {column.identifies} if column.identifies else set()


def _column(stem: str, contract: Contract, name: str, facts: FactBook) -> Iterator[Complaint]:
    column, at = contract.columns[name], ("columns", name)
    if column.role and ROLE_TYPES[column.role] != column.type:
        yield (
            (*at, "role"),
            f"role: {column.role} 要求类型 {ROLE_TYPES[column.role]}",
            f"role {column.role} needs type {ROLE_TYPES[column.role]}",
        )
    if column.fact:
        yield from _fact(stem, contract, name, facts)
    elif column.codes or column.blank is not None or column.lasting:
        yield at, "没有 fact 的列不能写 codes、blank、lasting", "a column without fact takes no codes, blank or lasting"


def _fact(stem: str, contract: Contract, name: str, facts: FactBook) -> Iterator[Complaint]:
    column, at = contract.columns[name], ("columns", name, "fact")
    fact = facts.facts.get(str(column.fact))
    if fact is None:
        yield at, f"没有事实 {column.fact}", f"there is no fact {column.fact}"
        return
    if not contract.is_correction and stem not in fact.sources:
        yield at, f"facts.yaml 中 {fact.name} 的 from 没有 {stem}", f"{stem} is not in `from` of {fact.name}"
    if column.type != TYPES[fact.kind]:
        yield (
            at,
            f"类型 {column.type} 与事实 {fact.name}（{fact.kind}）不符",
            f"type {column.type} does not fit {fact.name} ({fact.kind})",
        )
    if column.type == "enum" and not column.codes:
        yield ("columns", name), "enum 列必须写 codes", "an enum column needs codes"
    stated = {*column.codes.values(), *([column.blank] if column.blank is not None else [])}
    for value in sorted(value for value in stated if not is_value(fact, value)):
        yield (("columns", name, "codes"), f"{fact.name} 没有取值 {value}", f"{fact.name} has no value {value}")


def _constant(stem: str, contract: Contract, facts: FactBook) -> Iterator[Complaint]:
    assert contract.constant is not None
    name, value = contract.constant.fact, contract.constant.value
    fact = facts.facts.get(name)
    if fact is None or stem not in fact.sources:
        yield (
            ("constant", "fact"),
            f"没有事实 {name}，或其 from 没有 {stem}",
            f"there is no fact {name}, or it does not name {stem}",
        )
    elif not is_value(fact, value):
        yield ("constant", "value"), f"{name} 没有取值 {value}", f"{name} has no value {value}"


def is_value(fact: Fact, value: str | int) -> bool:
    """Whether a contract's word is a value of the fact."""
    if fact.kind is Kind.BOOL:
        return str(value) in ("0", "1")
    return any(label.name == value for label in fact.values)


def stored(fact: Fact, value: str | int) -> int:
    """The integer stored for a contract's word."""
    return int(value) if fact.kind is Kind.BOOL else fact.code(str(value))
