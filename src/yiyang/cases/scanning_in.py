"""Forms that come back: the bar code says whose and what for; the scan goes to the case, which takes its step."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import transaction

from yiyang.access.scope import Scope
from yiyang.base.errors import UsageError
from yiyang.cases import actions
from yiyang.cases.models import Case, State
from yiyang.registry.models import Person

SIGNED = "申请表（签字）"
NEW = re.compile(r"SQ(\d{1,19})\.([a-z][a-z0-9_]{0,59})", re.IGNORECASE)


def find(code: str) -> tuple[Case | None, Person | None, str]:
    """What a code stands for, within the scope: a case, or a person and an item.

    Raises:
        UsageError: nothing of the scope has this code.
    """
    text = "".join(code.split())
    if form := NEW.fullmatch(text):
        person = Person.objects.filter(pk=int(form[1]), merged_into=None).first()
        if person is not None:
            return None, person, form[2].lower()
    case = Case.objects.filter(number=text.upper()).select_related("person").first()
    if case is None:
        raise UsageError(
            "没有找到这个编号。请对准条码再扫一次，或照着条码下面的字输入。", "Nothing of the scope has this code."
        )
    return case, None, ""


def take_in(*, by: Scope, code: str, blocks: Iterable[bytes], channel: str = "counter") -> Case:
    """Keep a scanned form with its case, and take the step that it stands for.

    Raises:
        UsageError: an unknown code, a file that is refused, or the case does not wait for a form.
        PermissionDenied: the case is another's.
    """
    with transaction.atomic():
        case, person, item = find(code)
        if case is None:
            assert person
            case = actions.apply(by=by, person=person, item=item, channel=channel, note="纸质申请表扫描归档")
        elif case.state in (State.FOUND, State.TOLD, State.AGREED):
            case = _applied(by, case, channel)
        elif case.state == State.SUPPLEMENTING:
            case = actions.move(by=by, case=case, step="supply", reason="补交材料扫描归档")
        actions.add_paper(by=by, case=case, kind=SIGNED, blocks=blocks)
    return case


def _applied(by: Scope, case: Case, channel: str) -> Case:
    if case.process == "automatic" and case.state == State.AGREED:
        return case
    return actions.apply(by=by, person=case.person, item=case.item, channel=channel, note="纸质申请表扫描归档")
