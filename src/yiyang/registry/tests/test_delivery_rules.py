"""What a delivery may be, in which order, and what each refusal says."""

from __future__ import annotations

from datetime import date

import pytest

from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.registry import actions
from yiyang.registry.models import Delivery, Person
from yiyang.registry.tests.arrivals import BY, allowance, check, deliver, fresh, people_rows, receive, said, take_back
from yiyang.registry.tests.hall import AIHUA, BAOGUO, CHUNLAN, csv_bytes

pytestmark = pytest.mark.django_db
State = Delivery.State
BASE, ALLOWANCE = "police_households", "civil_low_income"
DAZHOU = 511700000000
HEADINGS = csv_bytes([allowance(AIHUA, "爱华")]).split(b"\n")[0] + b"\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (HEADINGS, "只有表头没有数据"),
        (b"a,b\n1,2\n", "缺少必需的列"),
        (b"PK\x03\x04 a workbook", "Excel 工作簿"),
        ("身份证号码,姓名\n1,爱".encode("utf-16-be"), "编码无法识别|缺少必需的列"),
    ],
)
def test_says_why_a_file_cannot_be_used(content: bytes, says: str) -> None:
    found = check(receive(ALLOWANCE, content))
    assert found.state == State.FAILED
    text = "".join(zh for zh, _ in found.problems)
    assert any(part in text for part in says.split("|")), text


def test_an_empty_file_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match="empty"):
        receive(ALLOWANCE, b"")


def test_reads_a_file_in_gbk() -> None:
    deliver(BASE, csv_bytes(people_rows(), "gbk"))
    with work(BY):
        assert set(Person.objects.filter(is_current=True).values_list("name", flat=True)) == {"爱华", "保国", "春兰"}


def test_stops_a_batch_above_the_limits_until_somebody_says_why() -> None:
    deliver(BASE, people_rows())
    found = check(receive(BASE, people_rows()[:1], "2026-11"))
    assert found.state == State.STOPPED
    with work(BY), pytest.raises(UsageError, match="reason"):
        actions.accept(by=BY, delivery=found)
    assert fresh(found).state == State.STOPPED


def test_refuses_what_is_older_than_what_was_accepted() -> None:
    deliver(BASE, people_rows(), "2026-11")
    found = check(receive(BASE, people_rows()[:2], "2026-10"))
    assert found.state == State.FAILED
    assert "请按时间顺序交付" in found.problems[0][0]


def test_two_are_taken_back_the_newest_first_and_each_exactly() -> None:
    empty = said()
    first = deliver(BASE, people_rows())
    with_people = said()
    second = deliver(ALLOWANCE, [allowance(AIHUA, "爱华")])
    october = said()
    third = deliver(ALLOWANCE, [allowance(AIHUA, "爱华"), allowance(BAOGUO, "保国")], "2026-11")
    with work(BY), pytest.raises(UsageError, match="newest"):
        actions.take_back(by=BY, delivery=second, reason="x")
    take_back(third)
    assert said() == october
    take_back(second)
    assert said() == with_people
    take_back(first)
    assert not [row for row in said() if row[10] == "True"]
    assert empty == []


def test_what_was_taken_back_can_be_delivered_again_and_is_believed_once() -> None:
    deliver(BASE, people_rows())
    first = deliver(ALLOWANCE, [allowance(AIHUA, "爱华")])
    before = said()
    take_back(first)
    again = deliver(ALLOWANCE, [allowance(AIHUA, "爱华")])
    assert again.pk != first.pk
    assert said() == before


def test_series_of_a_county_and_of_the_city_stand_beside_each_other() -> None:
    deliver(BASE, people_rows())
    deliver(ALLOWANCE, [allowance(AIHUA, "爱华"), allowance(BAOGUO, "保国")])
    city = check(receive(ALLOWANCE, [allowance(CHUNLAN, "春兰")], area=DAZHOU))
    assert (city.counts["new"], city.counts["closed"]) == (1, 0), "the county's people have not vanished"
    with work(BY):
        from yiyang.registry.delivery_pages import beside

        assert beside(city) == [511724000000]


def test_a_name_that_a_delivery_changed_is_put_back_with_it() -> None:
    first = people_rows()
    deliver(BASE, first)
    renamed = deliver(BASE, [first[0] | {"姓名": "张爱华"}, *first[1:]], "2026-11")
    with work(BY):
        person = Person.objects.get(name="张爱华")
        assert person.initials == "zah"
    take_back(renamed)
    with work(BY):
        person.refresh_from_db()
        assert (person.name, person.initials) == ("爱华", "ah")


def test_nothing_is_known_before_it_was_delivered_anew() -> None:
    deliver(BASE, people_rows())
    take_back(deliver(ALLOWANCE, [allowance(AIHUA, "爱华")]))
    again = receive(ALLOWANCE, [allowance(AIHUA, "爱华")])
    with work(BY):
        assert actions.came(again, actions.file_of(again)).known >= date(2026, 11, 22)
