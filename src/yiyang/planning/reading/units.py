"""Who leads and who takes part: lists of units divided by the words, or the rule, that the document uses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yiyang.planning.reading.words import split_outside, tidy
from yiyang.planning.records import UnitRule

_IS_LOCAL = re.compile(r"各(县|区|市|镇|乡|地|街道).*")
_SUFFIX = (
    "局|委|厅|部|办|院|会|政府|中心|单位|部门|办公室|银行|支行|支队|公司|集团|大学|学校|医院|所|站|团市委|团县委|委员会|联盟|组|室|党校|"
    "法院|检察院|电视台|报社|残联|妇联|工会|红十字会|街道|办事处|组织部|宣传部|社会工作部|老龄办|文明办"
)
# A line break parts two units where the first line ends as a name does and the next begins as one; else it is inside.
_BREAK = re.compile(r"(?<=[局委厅部办院会府心联])\s*\n\s*(?=[各市县区省])")
_TAIL = re.compile(
    r"(按照?(各自)?(职责|职能)(分工)?(分别)?负责|按职能职责负责|按各自职责抓好落实|分别负责|共同负责|负责落实|负责)[。.]?$"
)
_ET_AL = re.compile(r"等(市级|县级|区级)?(有关|相关)?(部门|单位)([（(]单位[)）])?$|等$")
_LEAD = re.compile(r"(为|作为)?(第一)?牵头(负责|单位|部门)?")
_PART = re.compile(r"(参加|参与|配合|协助|协同)(负责|落实|实施)?$")
_LABEL = re.compile(r"^[（(]?(责任|负责|牵头|配合|参与|参加|主管|实施|组织实施)*(单位|部门)[：:]")


@dataclass(frozen=True, slots=True)
class Duty:
    """Who leads, who takes part, which governments below carry it out, and how that was known."""

    lead: tuple[str, ...]
    part: tuple[str, ...]
    local: tuple[str, ...]
    rule: UnitRule


def duty(text: str, *, comma_parts: bool = False) -> Duty:
    """A list of units divided. `comma_parts`: the document says that before the first comma stand those who lead.

    >>> duty("市民政局牵头，市残联参加；各县（市、区）人民政府负责。").lead
    ('市民政局',)
    """
    lead: list[str] = []
    part: list[str] = []
    local: list[str] = []
    rule: UnitRule = "none"
    for clause in split_outside(tidy(_BREAK.sub("、", text)).strip("（）()。. "), "；;。"):
        found = _clause(clause, comma_parts)
        lead, part, local = [*lead, *found.lead], [*part, *found.part], [*local, *found.local]
        rule = found.rule if rule == "none" else rule
    return Duty(_once(lead), _once(part), _once(local), rule)


def _clause(clause: str, comma_parts: bool) -> Duty:
    label = _LABEL.match(clause)
    body = clause[label.end() :] if label else clause
    if label and re.search("配合|参与|参加", label[0]):
        return _made((), names(body), "words")
    if label and "牵头" in label[0]:
        return _made(names(body), (), "words")
    if _LEAD.search(body):
        return _led(body)
    # Who is only said to be responsible (负责) is so alike, unless the document gives commas a meaning.
    is_joint = re.search(r"职责|职能|分别负责|共同负责", body) is not None
    is_joint = is_joint or (not comma_parts and _TAIL.search(body) is not None)
    pieces = split_outside(_TAIL.sub("", body), "，,")
    if comma_parts and not is_joint:
        return _made(names(pieces[0]) if pieces else (), tuple(n for p in pieces[1:] for n in names(p)), "stated")
    return _plain([name for piece in pieces for name in names(piece)], is_joint)


def _plain(found: list[str], is_joint: bool) -> Duty:
    own = [name for name in found if not is_local(name)]
    if len(own) <= 1:
        return _made(tuple(found), (), "single" if own else "none")
    if is_joint:
        return _made(tuple(found), (), "joint")
    return _made((own[0],), tuple(name for name in found if name != own[0]), "first")


def _led(body: str) -> Duty:
    before, after = _LEAD.split(body, maxsplit=1)[0], _LEAD.sub("|", body, count=1).partition("|")[2]
    others = [name for piece in split_outside(after, "，,") for name in names(_PART.sub("", piece))]
    return _made(names(before), tuple(others), "words")


def _made(lead: tuple[str, ...], part: tuple[str, ...], rule: UnitRule) -> Duty:
    local = tuple(name for name in (*lead, *part) if is_local(name))
    own_lead, own_part = (tuple(name for name in names if not is_local(name)) for names in (lead, part))
    return Duty(own_lead, own_part, local, rule)


def is_local(name: str) -> bool:
    """Whether a name stands for all governments below: 各县（市、区）人民政府."""
    return _IS_LOCAL.fullmatch(name) is not None


def names(text: str) -> tuple[str, ...]:
    """The units of a list, without what only says that there are more of them (等有关部门)."""
    body = tidy(_BREAK.sub("、", text))
    pieces = split_outside(_TAIL.sub("", _LABEL.sub("", body)).strip("。.； "), "、，,；;")
    found = [name for piece in pieces for name in _parted(piece)]
    return tuple(name for name in (_bare(each) for each in found) if name)


def _parted(piece: str) -> list[str]:
    """A name at whose 和 or 及 a second unit begins is two; 住房和城乡建设局 is one."""
    for joint in re.finditer("和|及|以及|会同", piece):
        before, after = piece[: joint.start()], piece[joint.end() :]
        if re.search(f"(?:{_SUFFIX})$", before) and re.match("各|[市县区省]|有关|相关", after):
            return [before, *_parted(after)]
    return [piece]


def _bare(name: str) -> str:
    text = name.strip("：: 。")
    shorter = _ET_AL.sub("", text)
    return shorter or text


def is_unit(name: str) -> bool:
    """Whether a name ends as units' names do."""
    return re.search(f"(?:{_SUFFIX})(?:[（(].*[)）])?$", name) is not None


def is_list(text: str) -> bool:
    """Whether a line is nothing but units: most of its names end as units' names do, and the first begins so."""
    line = tidy(text).strip("。")
    first = split_outside(line, "。")
    if not first or len(first[0]) > 250:
        return False
    found = [name for name in names(first[0]) if name]
    if not found or not re.match(r"[各市县区省]|[\u4e00-\u9fff]{2,4}[市县区]", found[0]):
        return False
    known = sum(is_unit(name) or is_local(name) for name in found)
    longest = max(map(len, found))
    return known >= 0.7 * len(found) and longest <= 24


def _once(found: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))
