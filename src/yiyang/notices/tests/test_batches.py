"""Batches: what a gateway and a printer get, what comes back, and who may."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from yiyang.access.scope import acting, platform
from yiyang.accounts.tests.places import DAZHU, WUMU, ZHUYANG
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.notices import actions, batches, gateway, waiting
from yiyang.notices.models import Batch, Notice
from yiyang.notices.tests.people import clerk, data, everybody, township

pytestmark = pytest.mark.django_db
SELF = platform("tests")


@pytest.fixture
def people(settings: Any, tmp_path: Path) -> Any:
    settings.DATA = tmp_path
    with work(SELF):
        found = everybody()
        for each in found.values():
            actions.tell(
                by=SELF, person=each.pk, area=each.area_code, template="found_automatic", about="case:1", data=data()
            )
        yield found


def _made(channel: str, area: int = DAZHU) -> Batch:
    made = batches.order(by=SELF, area=area, channel=channel)
    batches.make(made.pk, None, "test")
    made.refresh_from_db()
    return made


def _lines(batch: Batch) -> list[dict[str, str]]:
    content = b"".join(batches.content(by=SELF, batch=batch)).decode()
    return [json.loads(line) for line in content.splitlines()]


def test_a_gateway_gets_number_text_and_reference(people: Any) -> None:
    made = _made("sms")
    lines = _lines(made)
    assert [line["phone"] for line in lines] == ["13800000101", "13800000103"]
    assert all("高龄津贴" in line["text"] and line["reference"].startswith("N") for line in lines)
    assert made.state == "ready"
    assert set(made.notices.values_list("state", flat=True)) == {"handed_over"}
    assert {str(each.phone) for each in made.notices.all()} == {"13800000101", "13800000103"}


def test_the_file_lies_sealed(people: Any, settings: Any) -> None:
    raw = (settings.DATA / _made("sms").file).read_bytes()
    assert b"13800000101" not in raw
    assert raw.startswith(b"YIYANG-SEALED")


def test_nothing_is_sent_twice(people: Any) -> None:
    _made("sms")
    with pytest.raises(UsageError):
        batches.order(by=SELF, area=DAZHU, channel="sms")


def test_a_killed_worker_leaves_a_batch_that_is_made_again(people: Any) -> None:
    made = batches.order(by=SELF, area=DAZHU, channel="sms")
    # The first attempt took its notices and died.
    batches._take(made)
    assert not batches.waiting(DAZHU, "sms").exists()
    batches.make(made.pk, None, "again")
    made.refresh_from_db()
    assert (made.state, made.count, len(_lines(made))) == ("ready", 2, 2)


def test_a_number_that_is_no_mobile_becomes_a_letter(people: Any) -> None:
    aihua = people["爱华"]
    aihua.phone = "0818-6222222"
    aihua.save()
    made = _made("sms")
    assert [line["phone"] for line in _lines(made)] == ["13800000103"]
    failed = Notice.objects.get(person=aihua.pk, channel="sms")
    assert (failed.state, failed.problem) == ("failed", "没有手机号码")
    assert Notice.objects.get(person=aihua.pk, channel="letter").state == "waiting"


def test_results_of_the_gateway_are_read_and_who_was_missed_gets_a_letter(people: Any) -> None:
    made = _made("sms")
    good, bad = (line["reference"] for line in _lines(made))
    file = f"编号,结果,原因\n{good},成功,\n{bad},失败,停机\n".encode("utf-8-sig")
    assert batches.read_results(by=SELF, batch=made, file=file) == (1, 1)
    assert Notice.objects.get(pk=int(good[1:])).state == "sent"
    assert Notice.objects.get(pk=int(bad[1:])).problem == "停机"
    assert Notice.objects.filter(person=people["春兰"].pk, channel="letter", state="waiting").exists()


def test_results_of_another_batch_are_refused(people: Any) -> None:
    made = _made("sms")
    with pytest.raises(UsageError, match="N999999"):
        batches.read_results(by=SELF, batch=made, file=b'{"reference": "N999999", "result": "ok"}')


@pytest.mark.parametrize("content", [b"\xff\xfe", b"reference,result\nX1,ok\n", b"{nonsense", b"[1]\n{}"])
def test_a_file_of_results_that_cannot_be_read_says_which_line(content: bytes) -> None:
    with pytest.raises(UsageError):
        list(gateway.results(content))


@pytest.mark.pango
def test_letters_are_a_tagged_pdf_in_the_order_of_the_way(people: Any, tmp_path: Path) -> None:
    made = _made("letter")
    file = tmp_path / "letters.pdf"
    file.write_bytes(b"".join(batches.content(by=SELF, batch=made)))
    said = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    assert "钱保国" in said
    assert "您可以享受高龄津贴" in said
    assert "12345" in said
    info = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    assert "Tagged:          yes" in info
    assert made.notices.get().state == "printed"


@pytest.mark.pango
def test_a_letter_that_came_back_is_marked_and_the_others_are_delivered(people: Any) -> None:
    made = _made("letter")
    mine = made.notices.get()
    assert batches.settle(by=SELF, batch=made, outcome={mine.pk: (False, "搬走")}) == (0, 1)
    assert batches.delivered(by=SELF, batch=made) == 0
    mine.refresh_from_db()
    assert (mine.state, mine.problem) == ("failed", "搬走")


def test_only_the_area_that_is_wholly_ones_own_can_be_sent(people: Any) -> None:
    with acting(township()), pytest.raises(PermissionDenied):
        batches.order(by=township(), area=DAZHU, channel="sms")
    with work(township()):
        made = batches.order(by=township(), area=ZHUYANG, channel="sms")
    assert made.area_code == ZHUYANG
    other = clerk(code=WUMU, size=1000)
    with acting(other), pytest.raises(PermissionDenied):
        list(batches.content(by=other, batch=made))


def test_what_waits_is_counted_by_the_areas_below(people: Any) -> None:
    with acting(clerk()):
        found = {line.area: (line.sms, line.letter) for line in waiting.lines(clerk())}
    assert found == {DAZHU: (2, 1), ZHUYANG: (1, 1), WUMU: (1, 0)}


def test_a_batch_that_failed_gives_its_notices_back(people: Any) -> None:
    made = batches.order(by=SELF, area=DAZHU, channel="sms")
    batches._take(made)
    batches.fail(made.pk, "磁盘已满", "test")
    assert batches.waiting(DAZHU, "sms").count() == 2
