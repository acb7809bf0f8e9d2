"""Revisions of lists: begun, edited, handed on, issued, filed. The only code that writes them.

Each part of the way is another person's; the database refuses the same (`sql/steps.sql`). What is issued is laid into
the policy folder once the transaction has committed; `installing.lay_in` does it again should that fail.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.areas import logic as areas
from yiyang.audit.record import record
from yiyang.base.errors import PolicyError, UsageError
from yiyang.catalog.issued import content_hash
from yiyang.catalog.labels import area_name
from yiyang.revisions import desk, floor, installing, problems
from yiyang.revisions.models import Act, Revision
from yiyang.revisions.steps import BY_SLUG, EDITABLE, PARTS, Step
from yiyang.revisions.text import put

State = Revision.State
NAME = re.compile(r"[a-z][a-z0-9_]*(\.cases)?\.yaml|sources/[a-z][a-z0-9_]*\.yaml")
LEVELS = {"nation": "national", "province": "province", "city": "city", "county": "county"}
LARGEST = 200_000  # characters of one file


class Changed(UsageError):
    """Somebody else has changed the same file since it was read. `text`: what it says now."""

    def __init__(self, text: str) -> None:
        zh = "这一项已被别人修改，没有覆盖。您的内容仍在下面，请对照后再保存。"
        super().__init__(zh, "Somebody else has changed it meanwhile; yours is kept below.")
        self.text = text


def start(*, by: Scope, area: int, starts: date, reason: str, version: str = "", title: str = "") -> Revision:
    """Begin a revision from the version issued last, or from the shipped list, or from nothing.

    Raises:
        UsageError: one is open already, the day is past, or the version's name is taken.
        PermissionDenied: not his area.
    """
    by.require("list.revise", area)
    if not reason.strip():
        raise UsageError("请写明修订说明。", "Say why the list is revised.")
    _not_past(starts)
    base = installing.newest_files(area)
    version = version.strip() or _version(area)
    files = _headed(base, area, version, title.strip())
    made = Revision(
        area_code=area, version=version, title=title.strip() or _title(files), reason=reason.strip(), starts=starts,
        files=files, base=base, hash=content_hash(files), made_by=by.user or 0, made_by_name=by.name,
    )  # fmt: skip
    try:
        with transaction.atomic():
            _judge(made)
            made.save()
            _act(made, BY_SLUG["start"], by, reason.strip())
    except IntegrityError as error:
        raise _taken(error, area, version) from error
    _note(made, "start")
    return made


def _taken(error: IntegrityError, area: int, version: str) -> UsageError:
    if "one_open" in str(error):
        return UsageError(
            f"{area_name(f'{area:012d}')}已有正在办理的修订，请先办完或作废。", "a revision is open already"
        )
    return UsageError(f"版本号 {version} 已用过，请换一个。", f"version {version} is taken")


def _version(area: int) -> str:
    day = timezone.localdate().isoformat()
    used = set(Revision.objects.filter(area_code=area).exclude(state=State.DROPPED).values_list("version", flat=True))
    return next(name for name in (day, *(f"{day}-{n}" for n in range(2, 1000))) if name not in used)


def _title(files: Mapping[str, str]) -> str:
    found = re.search(r"^title: \{zh: ([^,}]+)", files["list.yaml"], re.M)
    return found[1] if found else "基本养老服务清单"


def _headed(base: Mapping[str, str], area: int, version: str, title: str) -> dict[str, str]:
    head = base.get("list.yaml") or _new_head(area)
    head = put(head, ("version",), version)
    return {**base, "list.yaml": put(head, ("title", "zh"), title) if title else head}


def _new_head(area: int) -> str:
    code = installing.short_code(area)
    level = LEVELS.get(areas.require(f"{area:012d}").level)
    if level is None:
        raise UsageError("清单由县级以上发布。", "Lists are issued by counties and above.")
    uppers = floor.uppers_of(code, desk.policy_on(timezone.localdate()))
    upper = f'upper: "{uppers[0]}"\n' if uppers else ""
    name = f"{area_name(code)}基本养老服务清单"
    return (
        f'area: "{code}"\ntitle: {{zh: {name}, en: Basic elderly-care services of {code}}}\nlevel: {level}\n{upper}'
        f'documents: []\nversion: ""\nstarts: {timezone.localdate()}\n'
    )


def save(*, by: Scope, revision: Revision, changes: Mapping[str, str | None], seen: Mapping[str, str]) -> Revision:
    """Write files of a draft (None removes one) and judge it anew.

    Args:
        seen: the fingerprint of each file as the editor read it, so that nobody overwrites unknowingly.

    Raises:
        Changed: a file is no longer what the editor read.
        UsageError: it is no draft any more, or not a file of a list.
        PermissionDenied: not his area, or he has another part in this revision.
    """
    by.require("list.revise", revision.area_code)
    with transaction.atomic():
        found = _locked(revision)
        _editable(found, by)
        for name, text in changes.items():
            _fits(name, text)
            there = found.files.get(name, "")
            if fingerprint(there) != seen.get(name, "") and there != (text or ""):
                raise Changed(there)
        files = {**found.files, **{name: text for name, text in changes.items() if text is not None}}
        found.files = {name: text for name, text in files.items() if changes.get(name, text) is not None}
        _rewrite(found, by)
    return found


def set_frame(*, by: Scope, revision: Revision, starts: date, reason: str, title: str) -> Revision:
    """Change a draft's first day, reason and title."""
    by.require("list.revise", revision.area_code)
    _not_past(starts)
    if not reason.strip() or not title.strip():
        raise UsageError("名称和修订说明不能为空。", "Title and reason may not be empty.")
    with transaction.atomic():
        found = _locked(revision)
        _editable(found, by)
        found.starts, found.reason = starts, reason.strip()
        if title.strip() != found.title:
            found.title = title.strip()
            found.files = {**found.files, "list.yaml": put(found.files["list.yaml"], ("title", "zh"), found.title)}
        _rewrite(found, by)
    return found


def fingerprint(text: str) -> str:
    """Of one file; '' of none."""
    return hashlib.sha256(text.encode()).hexdigest()[:32] if text else ""


def _rewrite(found: Revision, by: Scope) -> None:
    found.edition += 1
    found.hash = content_hash(found.files)
    _judge(found)
    found.save()
    if found.state != State.DRAFT or not _edited_before(found, by):
        _act(found, BY_SLUG["edit"], by, "")
    _note(found, "edit")


def _edited_before(found: Revision, by: Scope) -> bool:
    """Whether his hand in this draft is noted already: one line a person and round is enough."""
    last = found.acts.exclude(slug__in=("start", "edit")).order_by("-id").first()
    since = found.acts.filter(by=by.user or 0, slug__in=("start", "edit"), id__gt=last.pk if last else 0)
    return since.exists()


def _editable(found: Revision, by: Scope) -> None:
    if found.state not in EDITABLE:
        raise UsageError("这份修订已经提交，不能再改；需要修改请先退回。", "It was handed on; have it sent back first.")
    require_free(found, BY_SLUG["edit"], by)


def _fits(name: str, text: str | None) -> None:
    if not NAME.fullmatch(name) or (name == "list.yaml" and text is None):
        raise UsageError(f"清单中不能有文件 {name}。", f"a list has no file {name}")
    if text is not None and (len(text) > LARGEST or "\x00" in text):
        raise UsageError("文件太大，或含有不能保存的字符。", "The file is too large or holds a NUL.")


def declare(*, by: Scope, revision: Revision, items: Mapping[str, str], reason: str, until: date) -> Revision:
    """The legal officer answers for shortfalls that the revision does not newly make.

    Args:
        items: id → name. until: up to when they may stay.
    """
    by.require("list.legal", revision.area_code)
    if not reason.strip() or not items:
        raise UsageError("请勾选项目并写明理由。", "Choose items and say why.")
    if until < timezone.localdate():
        raise UsageError("期限不能早于今天。", "The day is past.")
    with transaction.atomic():
        found = _locked(revision)
        step = BY_SLUG["declare"]
        _leads(found, step)
        require_free(found, step, by)
        known = {one["item"] for one in found.floor["items"] if one["sort"] != floor.NEW}
        if unknown := set(items) - known:
            raise UsageError(
                f"不能说明：{'、'.join(items[item] for item in sorted(unknown))}。本次修订造成的差距只能改正。",
                "a new shortfall cannot be declared, only mended",
            )
        word = {"reason": reason.strip()[:400], "until": until.isoformat(), "by_name": by.name}
        found.declared = {**found.declared, **dict.fromkeys(items, word)}
        _judge(found)
        found.save()
        names = "、".join(items.values())
        _act(found, step, by, f"{reason.strip()}（至 {until}）：{names}"[:1000])
    _note(found, "declare")
    return found


def take(*, by: Scope, revision: Revision, step: str, opinion: str = "", expected: str = "") -> Revision:
    """Do a step: hand on, pass, send back, issue, file, drop.

    Args:
        expected: the hash of the content that the page showed.

    Raises:
        UsageError: not from this state, no opinion, another content than shown, or the list is faulty or below its
            floor (problems: the people who would lose).
        PermissionDenied: not his right there, or he has had another part in this revision.
    """
    if step not in BY_SLUG or step in ("start", "edit", "declare"):
        raise UsageError("没有这个步骤。", "There is no such step.")
    found_step = BY_SLUG[step]
    require_right(revision, found_step, by)
    with transaction.atomic():
        found = _locked(revision)
        _leads(found, found_step)
        require_free(found, found_step, by)
        if expected and expected != found.hash:
            raise UsageError("清单内容已变，请重新查看后再办理。", "The content has changed; look at it again.")
        if found_step.needs_opinion and not opinion.strip():
            raise UsageError("请写明意见。", "Say why.")
        if found_step.goes_on:
            _may_go_on(found, found_step)
        holds = _holds(found) if found_step.goes_on or step == "file" else None
        _act(found, found_step, by, opinion.strip()[:1000], holds)
        found.refresh_from_db()
        if step == "issue":
            # A disk that is full shall not undo what was decided: the doctor and the page say what is missing.
            transaction.on_commit(lambda: installing.lay_in(found), robust=True)
    _note(found, step, opinion)
    return found


def _may_go_on(found: Revision, step: Step) -> None:
    if found.hash != content_hash(found.files):
        raise UsageError("清单内容与指纹不符，请联系系统管理员。", "The content is not what was hashed.")
    _not_past(found.starts)
    _judge(found)
    found.save(update_fields=("problems", "floor", "changed_at"))
    if problems.has_errors(found.problems):
        lines = [(one["zh"], one["item"]) for one in found.problems if one["level"] == "error"]
        raise UsageError("清单有错误，请先改正：", "The list has errors:", lines)
    if found.hash == content_hash(found.base):
        raise UsageError("这份修订没有改动任何内容。", "Nothing was changed.")
    # A draft goes to its legal check with what has to be declared there; what is new stops it at once.
    refused = floor.refusal(found.floor, found.declared, timezone.localdate(), only_new=step.slug == "submit")
    if refused:
        raise refused


def _holds(found: Revision) -> bool:
    return floor.holds(found.floor, found.declared, timezone.localdate())


def _judge(found: Revision) -> None:
    """Problems and floor of the content as it is."""
    found.problems = problems.problems_of(found.area_code, found.files, found.starts)
    try:
        found.floor = floor.look(found.area_code, found.files, found.starts)
    except PolicyError as error:
        found.floor = {"uppers": [], "days": [], "items": [], "error": error.zh}
    found.floor["holds"] = _holds(found)
    found.floor["checked_at"] = timezone.now().isoformat()


def _not_past(starts: date) -> None:
    if starts < timezone.localdate():
        raise UsageError("施行日期不能早于今天。", "The first day may not be past.")


def _locked(revision: Revision) -> Revision:
    found: Revision = Revision.objects.select_for_update().get(pk=revision.pk)
    return found


def _leads(found: Revision, step: Step) -> None:
    if found.state not in step.sources:
        raise UsageError(
            f"这份清单现在是“{found.get_state_display()}”，不能{step.title}。",
            f"it is {found.state}; {step.slug} does not lead on from there",
        )


def require_right(revision: Revision, step: Step, by: Scope) -> None:
    """Raises PermissionDenied where the step's right does not hold: in the area, or above it to file."""
    by.require(step.right, above(revision.area_code) if step.above else revision.area_code)


def above(area: int) -> int:
    """The area one level up."""
    parent = areas.parent(area)
    return area if parent is None else parent


def require_free(found: Revision, step: Step, by: Scope) -> None:
    """Raises UsageError when somebody has had another part in this revision."""
    other = other_part(found, step, by)
    if other:
        raise UsageError(
            f"您已经办理过这份修订的“{PARTS[other]}”，{PARTS[step.part]}须由另一个人办理。",
            f"you have done the part {other} of it; {step.part} is another person's",
        )


def other_part(found: Revision, step: Step, by: Scope) -> str:
    """The part that somebody has had already, if it is another than the step's."""
    if step.part != "revise" and found.made_by == by.user:
        return "revise"
    return next((act.part for act in found.acts.all() if act.by == by.user and act.part != step.part), "")


def may_take(found: Revision, step: Step, by: Scope) -> bool:
    """Whether the step's button is shown to somebody."""
    try:
        require_right(found, step, by)
    except PermissionDenied:
        return False
    return found.state in step.sources and not other_part(found, step, by)


def _act(found: Revision, step: Step, by: Scope, opinion: str, holds: bool | None = None) -> None:
    Act.objects.create(
        revision=found, slug=step.slug, part=step.part, from_state=found.state, to_state=step.target,
        by=by.user or 0, by_name=by.name, opinion=opinion, floor_holds=holds, hash=found.hash,
    )  # fmt: skip
    found.state = step.target


def _note(found: Revision, step: str, opinion: str = "") -> None:
    detail: dict[str, Any] = {"step": step, "hash": found.hash}
    record("decide", what=f"revision:{found.pk}", area=found.area_code, reason=opinion[:200], detail=detail)
