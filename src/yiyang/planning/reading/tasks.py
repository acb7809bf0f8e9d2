"""Tasks with units: out of tables, of paragraphs that end in （责任单位：…）, of headings with a line of units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from yiyang.planning.reading.figures import count
from yiyang.planning.reading.outline import heading
from yiyang.planning.reading.rows import Context, RowView, views
from yiyang.planning.reading.units import Duty, duty, is_list, is_unit, names
from yiyang.planning.reading.words import digest, split_outside, squash, tidy
from yiyang.planning.records import Block, Fields, Place, Table, Task

_IN_BRACKETS = re.compile(r"[（(]((?:责任|牵头|主要责任|负责|配合)(?:单位|部门)[：:].*)[)）]。?$")
_COMMA_RULE = re.compile(r"逗号前(?:的)?(?:单位)?为牵头")
_LOCAL_RULE = re.compile(r"均需(?:由)?(.{4,60}?)(?:贯彻|抓好)?落实[，,](?:以下)?不再")
TITLE = 40


def comma_rule(blocks: Iterable[Block]) -> bool:
    """Whether the document says that before the first comma stand those who lead."""
    return any(_COMMA_RULE.search(squash(block.text)) for block in blocks)


def local_rule(blocks: Iterable[Block]) -> tuple[str, ...]:
    """The governments that the document has carry out everything, said once for all."""
    for block in blocks:
        found = _LOCAL_RULE.search(squash(block.text))
        if found:
            return names(found[1])
    return ()


def table_tasks(table: Table, context: Context, *, comma_parts: bool) -> Iterator[Task]:
    """The tasks of one table."""
    title_at = _title_column(table, next(views(table), None))
    for view in views(table):
        found = _duty_of_row(view, comma_parts)
        text = view.text("task")
        title = tidy(view.row.cells[title_at].text) if title_at is not None else _short(text)
        if "action" in view.roles and title_at is None:
            title, text = text, view.text("action")
        leads = "lead" if "lead" in view.roles else "units"
        fields = view.fields(number="number", text="task", lead=leads, part="part")
        number = count(view.text("number"))
        task = _task(number, title, text, found, view.where, fields, view.row.key)
        yield replace(task, due=view.text("due"))


def _title_column(table: Table, view: RowView | None) -> int | None:
    """The column beside the task's text in which its title stands (类别 | 任务)."""
    if view is None or "task" not in view.roles:
        return None
    at = view.roles.index("task")
    return at - 1 if at and view.roles[at - 1] == "group" else None


def _duty_of_row(view: RowView, comma_parts: bool) -> Duty:
    if "lead" in view.roles:
        lead, part = names(view.raw("lead")), names(view.raw("part"))
        return Duty(lead, tuple(name for name in part if name not in lead), (), "words")
    return duty(view.raw("units"), comma_parts=comma_parts)


def _short(text: str) -> str:
    first = split_outside(text, "。；，,")
    return first[0][:TITLE] if first else ""


def _task(number: int | None, title: str, text: str, found: Duty, where: Place, fields: Fields, key: str) -> Task:
    return Task(number, title, text, found.lead, found.part, found.local, found.rule, where, fields, key)


def text_tasks(blocks: Sequence[Block], context: Context, *, comma_parts: bool) -> Iterator[Task]:
    """The tasks of the text outside tables."""
    local = local_rule(blocks)
    for index, block in enumerate(blocks):
        task = _bracketed(block, context, comma_parts) or _listed(blocks, index, context, comma_parts)
        if task:
            yield replace(task, local=task.local or tuple(name for name in local if name not in task.units))


def _bracketed(block: Block, context: Context, comma_parts: bool) -> Task | None:
    found = _IN_BRACKETS.search(block.text)
    top = heading(block.text) if found else None
    if found is None:
        return None
    body = block.text[: found.start()]
    title = top.title if top and top.title else _short(body)
    number = top.number if top else None
    key = context.key("task", body)
    return _task(number, title, body, duty(found[1], comma_parts=comma_parts), block.where, (), key)


def _listed(blocks: Sequence[Block], index: int, context: Context, comma_parts: bool) -> Task | None:
    """A line that is nothing but units closes the task whose heading stands above it."""
    block = blocks[index]
    if block.kind != "paragraph" or not is_list(_first(block.text)) or index < 2 or not _is_duty(block.text):
        return None
    start = _heading_above(blocks, index)
    top = heading(blocks[start].text) if start is not None else None
    if start is None or top is None:
        return None
    body = "\n".join(each.text for each in blocks[start + 1 : index])
    if not body or any(_is_closed(each.text) for each in blocks[start + 1 : index]):
        return None
    found = duty(_first(block.text), comma_parts=comma_parts)
    fields = (("lead", block.where), ("part", block.where))
    return _task(top.number, top.title, body, found, blocks[start].where, fields, context.key("task", top.title, body))


def _is_duty(text: str) -> bool:
    """A line of units that ends as a duty (负责) or names units only; addressees end in a colon."""
    return not tidy(text).endswith(("：", ":"))


def _is_closed(text: str) -> bool:
    return is_list(_first(text)) and len(names(_first(text))) > 1


def _first(text: str) -> str:
    return next(iter(split_outside(text, "。")), "")


def _heading_above(blocks: Sequence[Block], index: int) -> int | None:
    for at in range(index - 1, max(-1, index - 8), -1):
        if blocks[at].kind == "heading":
            return at if blocks[at].level >= 4 else None
    return None


def settle_first(tasks: Iterable[Task], context: Context) -> Iterator[Task]:
    """Lists that only name units leave open who leads: one doubt for all; the first, as is usual, or all alike."""
    found = list(tasks)
    open_ones = [task for task in found if task.rule == "first"]
    if not open_ones:
        yield from found
        return
    where = open_ones[0].where
    decided = context.settling.settle(
        where, digest("lead", open_ones[0].title), "rule", "first", sure=0.75, choices=("first", "joint"),
        what=f"有{len(open_ones)}项任务只列责任单位，没有写谁牵头；按惯例认排在最前的为牵头单位。",
    )  # fmt: skip
    for task in found:
        is_joint = task.rule == "first" and decided == "joint"
        yield replace(task, lead=task.units, part=(), rule="joint") if is_joint else task


def doubt_units(task: Task, context: Context) -> None:
    """Doubts a name that does not end as units' names do."""
    for name in task.units:
        if not is_unit(name) and not name.endswith(("金融办", "法院", "部门", "单位")):
            field, found = ("lead", task.lead) if name in task.lead else ("part", task.part)
            what = f"“{name}”不像一个单位的名称。"
            context.settling.settle(task.where, task.key, field, "、".join(found), what=what, sure=0.6)
