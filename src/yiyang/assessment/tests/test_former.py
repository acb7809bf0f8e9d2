"""Results of the former standard: kept as they were given, found again, and never among those of today."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from conftest import DAZHU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.assessment import former, severity
from yiyang.assessment.models import FormerResult, Result
from yiyang.assessment.of_person import valid_result
from yiyang.assessment.tests.answering import FORMER, GB, scale
from yiyang.assessment.tests.house import House, scope
from yiyang.audit.record import work
from yiyang.base.errors import DeliveryError
from yiyang.registry.models import Alias, Person

pytestmark = pytest.mark.django_db
HEAD = "身份证号码,姓名,等级,评估日期,评估机构,原编号"


@pytest.fixture
def house(grant: Any) -> House:
    return House(grant)


@pytest.fixture
def elder(person: Any) -> Person:
    found: Person = person("秀英", ZHUYANG, is_current=True)
    return found


def sheet(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "old.csv"
    path.write_text("\n".join((HEAD, *rows)), encoding="utf-8")
    return path


def row(elder: Person, level: str = "3", on: str = "2021-06-30") -> str:
    return f"{''.join(elder.id_number)},{elder.name},{level},{on},安康评估,旧-17"


def kept(by: Any, path: Path) -> former.Kept:
    with work(by):
        return former.keep(by=by, instrument=scale(FORMER), path=path)


def there() -> list[Any]:
    with work(platform("test")):
        return list(FormerResult.objects.order_by("assessed_on"))


def test_a_former_result_is_kept_as_it_was_given_and_twice_is_once(house: House, elder: Person, tmp_path: Path) -> None:
    path = sheet(tmp_path, row(elder, "重度失能"), row(elder, "2级", "2019/05/02"))
    found = kept(house.officer, path)
    assert (found.made, found.there, found.bad) == (2, 0, [])
    old, new = there()
    assert (old.level, str(old.assessed_on), new.level, new.number) == (2, "2019-05-02", 3, "旧-17")
    assert (new.person_id, new.area_code, new.kept_by_name) == (elder.pk, ZHUYANG, "春兰")
    again = kept(house.officer, path)
    assert (again.made, again.there) == (0, 2)


def test_it_is_no_fact_no_result_and_in_no_figure(house: House, elder: Person, tmp_path: Path) -> None:
    before = dict(elder.facts)
    kept(house.officer, sheet(tmp_path, row(elder)))
    with work(platform("test")):
        assert not Result.objects.exists()
        assert valid_result(elder, GB) is None
        assert severity.by_agency(GB) == []
        assert Person.objects.get(pk=elder.pk).facts == before
    assert house.ask(elder).kind == "first"


def test_what_cannot_be_used_is_put_aside_with_row_reason_and_remedy(
    house: House, elder: Person, person: Any, tmp_path: Path
) -> None:
    away = person("国强", DAZHU - 10**6)
    wrong = row(elder).replace("".join(elder.id_number), "513029194001010015")
    rows = (wrong, row(elder, "完全失能"), row(elder, on="2035-01-01"), row(elder, on="去年"), row(away), row(elder))
    found = kept(house.officer, sheet(tmp_path, *rows))
    assert found.made == 1
    assert [(each.row, each.column) for each in sorted(found.bad, key=lambda each: each.row)] == [
        (2, "身份证号码"), (3, "等级"), (4, "评估日期"), (5, "评估日期"), (6, "身份证号码"),
    ]  # fmt: skip
    assert all("".join(away.id_number) not in each.value for each in found.bad)


def test_a_list_without_its_columns_is_refused(house: House, tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text("姓名,等级\n秀英,3\n", encoding="utf-8")
    with pytest.raises(DeliveryError) as caught:
        kept(house.officer, path)
    assert [zh for zh, _ in caught.value.problems] == ["缺少列“身份证号码”", "缺少列“评估日期”"]


def test_it_lies_with_the_file_that_his_became_part_of(
    house: House, elder: Person, person: Any, tmp_path: Path
) -> None:
    stays = person("秀英", ZHUYANG, is_current=True)
    with work(platform("test")):
        Alias.objects.create(key=elder.pk, person=stays)
        Person.objects.filter(pk=elder.pk).update(merged_into=stays, is_current=False)
    kept(house.officer, sheet(tmp_path, row(elder)))
    assert [each.person_id for each in there()] == [stays.pk]


def test_who_does_not_plan_there_brings_nothing_in(house: House, elder: Person, grant: Any, tmp_path: Path) -> None:
    with pytest.raises(PermissionDenied):
        kept(house.clerk, sheet(tmp_path, row(elder)))
    neighbour = scope(grant("建国", "county_officer", DAZHU - 10**6))
    assert kept(neighbour, sheet(tmp_path, row(elder))).made == 0


def test_it_is_never_changed(house: House, elder: Person, tmp_path: Path) -> None:
    kept(house.officer, sheet(tmp_path, row(elder)))
    with work(platform("test")), pytest.raises(DatabaseError), transaction.atomic():
        FormerResult.objects.update(level=0)


def test_it_is_brought_in_and_shown_by_pages(house: House, elder: Person, tmp_path: Path, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    client = Client()
    client.force_login(house.grant("春兰", "county_officer", ZHUYANG))
    path = sheet(tmp_path, row(elder), row(elder, "9"))
    given = {"instrument": FORMER, "sheet": SimpleUploadedFile("old.csv", path.read_bytes())}
    said = client.post(reverse("assessment:former"), given).content.decode()
    assert "登记了 1 份" in said
    assert "没有这个等级" in said
    assert "重度失能（旧标准）" in said
    own = client.get(reverse("assessment:person", args=[elder.pk])).content.decode()
    assert "重度失能（旧标准）" in own
    assert "还没有评估结果" in own
