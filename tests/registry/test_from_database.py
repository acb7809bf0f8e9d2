"""Deliveries taken into the database and the same files built into a folder say the same, to the byte."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from yiyang.access.scope import platform
from yiyang.areas.actions import carry_out
from yiyang.areas.changes import Merge
from yiyang.areas.models import Area
from yiyang.audit.record import work
from yiyang.registry import actions, linking, tasks
from yiyang.registry.build import build
from yiyang.registry.contracts import BASE, load_contracts
from yiyang.registry.freezing import freeze
from yiyang.registry.models import Delivery, Person, Statement
from yiyang.synthetic.cli import make_into

DAZHU = 511724000000
BY = platform("test")
FAR = date(2030, 1, 1)
MONTHS = ("2026-10", "2026-11")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city") / "dazhu"
    make_into(folder, area="511724", seed=7, elders=300, months=",".join(MONTHS))
    return folder


def known(month: str) -> date:
    return date.fromisoformat(f"{month}-05")


def deliver(city: Path, month: str, only: tuple[str, ...] = ()) -> list[Delivery]:
    """Every register of a month (or some), all the way in."""
    contracts = load_contracts()
    files = {path.stem: path for path in (city / month).iterdir()}
    names = [BASE, *(name for name in contracts if name != BASE)]
    there = [(name, files[contracts[name].file]) for name in names if contracts[name].file in files]
    there = [(name, path) for name, path in there if not only or name in only]
    return [accepted(name, month, path) for name, path in there]


def accepted(register: str, month: str, path: Path) -> Delivery:
    with work(BY):
        delivery = actions.receive(
            by=BY, register=register, month=month, area=DAZHU, known=known(month), file_name=path.name,
            blocks=[path.read_bytes()], is_synthetic=True,
        )  # fmt: skip
    tasks.check_delivery.func(delivery=delivery.pk, user=None, request="")
    with work(BY):
        delivery.refresh_from_db()
        actions.accept(by=BY, delivery=delivery, reason="test")
    tasks.accept_delivery.func(delivery=delivery.pk, user=None, request="")
    with work(BY):
        delivery.refresh_from_db()
    assert delivery.state == Delivery.State.ACCEPTED, delivery.problems
    return delivery


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }


def frozen(out: Path, month: str) -> dict[str, str]:
    with work(BY):
        freeze(out, area=DAZHU, today=FAR, month=month, known=known(month))
    return digests(out)


def resolved() -> list[Any]:
    """What the registry says of everybody now."""
    with work(BY):
        columns = (
            "id",
            "household",
            "sex",
            "birth_date",
            "alive",
            "area_code",
            "registered_code",
            "facts",
            "is_current",
        )
        return list(Person.objects.order_by("id").values_list(*columns))


@pytest.mark.django_db
def test_two_months_in_the_database_equal_two_builds_from_files(city: Path, tmp_path: Path) -> None:
    before = None
    for month in MONTHS:
        deliver(city, month)
        # The database links rows without an id number by itself; the files are told the same links.
        links = tmp_path / f"links-{month}.parquet"
        with work(BY):
            linking.write_links(links)
        built = build(city / month, known=known(month), out=tmp_path / f"files-{month}", previous=before, links=links)
        before = built.path
        assert frozen(tmp_path / f"database-{month}", month) == digests(built.path)


@pytest.mark.django_db
def test_a_delivery_taken_back_leaves_everybody_as_before(city: Path) -> None:
    deliver(city, MONTHS[0], only=(BASE, "civil_low_income", "township_living"))
    before = resolved()
    path = next(p for p in (city / MONTHS[1]).iterdir() if p.stem == load_contracts()[BASE].file)
    delivery = accepted(BASE, MONTHS[1], path)
    assert resolved() != before
    with work(BY):
        actions.take_back(by=BY, delivery=delivery, reason="交错了月份")
    tasks.take_back_delivery.func(delivery=delivery.pk, user=None, request="")
    with work(BY):
        known_ids = {row[0] for row in before}
        newcomers = Person.objects.exclude(pk__in=known_ids)
        assert not newcomers.filter(is_current=True).exists()
        assert Statement.objects.filter(opened=delivery).exists(), "what was believed meanwhile is kept"
    assert [row for row in resolved() if row[0] in known_ids] == before


@pytest.mark.django_db
def test_the_same_file_twice_is_one_delivery(city: Path) -> None:
    path = next(p for p in (city / MONTHS[0]).iterdir() if p.stem == load_contracts()[BASE].file)
    first = accepted(BASE, MONTHS[0], path)
    with work(BY):
        again = actions.receive(
            by=BY, register=BASE, month=MONTHS[0], area=DAZHU, known=known(MONTHS[0]), file_name=path.name,
            blocks=[path.read_bytes()],
        )  # fmt: skip
        assert again.pk == first.pk
        assert Delivery.objects.count() == 1


@pytest.mark.django_db
def test_people_delivered_under_a_merged_town_lie_in_its_successor(city: Path) -> None:
    """The police go on delivering the old code; nobody falls out of the scope that answers for him today."""
    deliver(city, MONTHS[0], only=(BASE,))
    with work(BY):
        old = Person.objects.filter(area_code__gte=DAZHU).order_by("-area_code").values_list("area_code", flat=True)[0]
        town = Area.objects.get(code=old - old % 1000)
        theirs = set(
            Person.objects.filter(area_code__gte=town.code, area_code__lt=town.code + 1000).values_list("pk", flat=True)
        )
        other = Area.objects.filter(level="town", parent=town.parent).exclude(pk=town.pk).first()
        merge = Merge(sources=(town.pk,), into=other.pk)
        carry_out(merge, by=BY, document="川府民政〔2026〕1号", effective=date(2026, 11, 1))
    path = next(p for p in (city / MONTHS[1]).iterdir() if p.stem == load_contracts()[BASE].file)
    accepted(BASE, MONTHS[1], path)
    with work(BY):
        assert not Person.objects.filter(area_code__gte=town.code, area_code__lt=town.code + 1000).exists()
        now = Person.objects.filter(area_code__gte=other.code, area_code__lt=other.code + 1000)
        assert len(theirs & set(now.values_list("pk", flat=True))) > len(theirs) / 2, "few move house in a month"
