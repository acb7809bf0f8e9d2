"""Text messages as a file for the city's gateway (one JSON object a line), and the file of results that comes back."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from yiyang.base.errors import UsageError
from yiyang.notices.backends import Addressed, Handed, portions
from yiyang.notices.models import Notice
from yiyang.notices.words import Reader

MOBILE = re.compile(r"1[3-9]\d{9}")
PORTION = 1000
REFERENCE, RESULT, REASON = ("reference", "编号"), ("result", "结果"), ("reason", "原因")
GOOD, BAD = {"ok", "delivered", "成功", "已送达"}, {"failed", "失败", "未送达"}


class GatewayFile:
    """JSON lines: reference, phone, text. References come back in the file of results."""

    most, suffix, media_type, handed = 100_000, ".jsonl", "application/x-ndjson", Notice.State.HANDED_OVER

    def make(
        self, notices: Sequence[Addressed], reference: str, told: Callable[[int], None], handed: Handed
    ) -> Iterable[bytes]:
        """The lines, a thousand at a time; what has no mobile number is put into `handed`."""
        done = 0
        for portion in portions(notices, PORTION):
            reader = Reader(each.notice for each in portion)
            lines = (self._line(each, reader, handed) for each in portion)
            yield "".join(line for line in lines if line).encode()
            done += len(portion)
            told(done)

    def _line(self, each: Addressed, reader: Reader, handed: Handed) -> str:
        phone = "" if each.person is None or not each.person.phone else str(each.person.phone)
        if not MOBILE.fullmatch(phone):
            handed.failed[each.notice.pk] = "没有手机号码"
            return ""
        line = {"reference": f"N{each.notice.pk}", "phone": phone, "text": reader.said(each.notice).sms}
        return json.dumps(line, ensure_ascii=False) + "\n"


def results(content: bytes) -> Iterator[tuple[int, bool, str]]:
    """A file of results: key of the notice, whether it arrived, why not.

    JSON lines (reference, result, reason) or CSV with those headings, in English or Chinese (编号, 结果, 原因).

    Raises:
        UsageError: names the line that cannot be read.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("回执文件应为 UTF-8 编码。", "The file of results is not UTF-8.") from None
    rows = _json_lines(text) if text.lstrip().startswith("{") else csv.DictReader(io.StringIO(text))
    for number, row in enumerate(rows, 1):
        yield _result(number, row)


def _json_lines(text: str) -> Iterator[dict[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                found = json.loads(line)
            except ValueError:
                raise _unreadable(number) from None
            if not isinstance(found, dict):
                raise _unreadable(number)
            yield found


def _result(number: int, row: dict[str, str]) -> tuple[int, bool, str]:
    reference, result, reason = (_of(row, names) for names in (REFERENCE, RESULT, REASON))
    if not re.fullmatch(r"N\d{1,18}", reference) or result.lower() not in GOOD | BAD:
        raise _unreadable(number)
    return int(reference[1:]), result.lower() in GOOD, reason[:200]


def _of(row: dict[str, str], names: tuple[str, ...]) -> str:
    return str(next((row[name] for name in names if row.get(name)), "")).strip()


def _unreadable(number: int) -> UsageError:
    return UsageError(
        f"回执文件第 {number} 行读不懂：应有编号（N 加数字）和结果（成功、失败）。",
        f"Line {number} of the results: a reference (N and digits) and a result (ok, failed) are needed.",
    )
