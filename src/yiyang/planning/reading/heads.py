"""The heads of tables: what each column is, by the words of its title, and what the table is, by its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from yiyang.planning.reading.words import plain, squash, tidy
from yiyang.planning.records import Column, TableKind

# Role of a column → titles, without their units. The first that fits holds, so the narrower ones stand first.
_ROLES = [
    ("number", r"序号|编号|项次|序|№|号"),
    ("lead", r"(第一)?牵头(负责)?(单位|部门)|主要责任(单位|部门)|主办(单位|部门)"),
    ("part", r"(配合|参与|参加|协办|协同|配合责任)(单位|部门)|责任配合单位"),
    ("units", r"(责任|主管|负责|承担|组织|项目|建设)*(实施)?(单位|部门|主体)(及责任人)?|业主单位"),
    ("attribute", r"(指标)?(属性|性质|类型)"),
    ("nature", r"(建设|项目)(性质|类型|类别)"),
    ("years", r"(建设|实施|起止|计划|工程)+(期限|年限|年度|时间|周期|工期)|起止(年限|时间)|年度"),
    ("place", r"(建设|项目|实施)?(地点|地址|位置)|选址|所在地|所属(区域|县区)|县[（(]?市、?区[)）]?"),
    ("places", r"(计划|拟|预计)?(新增|设计|规划|设置|建设)?(养老|护理|护理型|托育)?(床位|托位)(数|数量|规模)?"),
    ("central", r".*(中央|上级).*(投资|资金|补助)"),
    (
        "source",
        r"(?!总).*(省|市|县|地方|财政|社会|彩票|福彩|银行).*(资金|投资|补助|配套|公益金|贷款|资本)|.*(专项债|债券|自筹).*",
    ),
    ("money", r".*(总?投资|造价|概算|估算|资金需求|资金)(额|总额|规模|估算)?"),
    ("description", r"(主要|项目)?(建设)?(内容|规模)((和|及|与|、)?(建设)?(规模|内容))?"),
    ("project", r"(重点|重大|建设|工程)*项目(名称)?"),
    ("baseline", r".*(基期|现状|基数|基础值|完成值|实际值).*|(2010|201\d|2020)年(底|末)?"),
    ("target", r".*20[23]\d年.*|(规划)?目标值?|规划值|.*目标.*|实现程度"),
    ("indicator", r"(主要|具体|核心|规划|发展|评价|监测)*指标(名称|内容)?"),
    ("measure", r"(计量)?单位"),
    ("task", r"(重点|主要|具体|工作)*(任务|工作)(内容|分工|事项|安排)?|重点举措"),
    ("policies", r"政策(文件)?名称"),
    ("elements", r"要素名称"),
    ("reforms", r"改革(事项)?名称"),
    ("pilots", r"试点(示范)?名称"),
    ("industries", r"产业名称"),
    ("platforms", r"平台名称"),
    ("services", r"服务(项目|事项)(名称)?"),
    ("way", r"服务(方式|类型)|支出责任"),
    ("group", r"类别|平台|分类|服务对象|对象|方面|领域|板块|类型"),
    ("action", r".*(举措|措施|内容|标准)(和|及)?(内容|标准)?|具体平台.*|地块"),
    ("due", r"(完成|办理|推进)?(时限|时间(节点|要求|安排)?|期限|进度安排)"),
    ("note", r"备注|说明"),
]
_ROLES_FOUND = [(role, re.compile(f"(?:{pattern})")) for role, pattern in _ROLES]
_UNIT = re.compile(r"[（(]([^（()）]*)[)）]$")
_UNIT_WORDS = re.compile(r"[%‰]|[百千万亿]?(元|张|个|人|人次|人天|平方米|户|名|家|所|处|次|岁|床|㎡|m²|亩|年)|万|亿")
LISTS: tuple[TableKind, ...] = (
    "policies", "elements", "reforms", "pilots", "industries", "platforms", "services",
)  # fmt: skip


def column(title: str) -> Column:
    """A title split from the unit behind it; brackets that hold no unit stay: 具体平台（地块）."""
    text = tidy(title)
    found = _UNIT.search(text)
    if found and _UNIT_WORDS.fullmatch(plain(found[1]).removeprefix("单位:").removeprefix("单位：")):
        unit = plain(found[1]).removeprefix("单位:").removeprefix("单位：")
        return Column(text[: found.start()].strip(), unit)
    return Column(text)


def role(title: str) -> str:
    """What a column is, "" where its title says nothing known."""
    text = squash(column(title).title).replace("“", "").replace("”", "").removeprefix("十四五").removeprefix("十五五")
    for name, pattern in _ROLES_FOUND:
        if len(text) <= 20 and pattern.fullmatch(text):
            return name
    return ""


def roles(columns: Sequence[Column]) -> tuple[str, ...]:
    """The role of every column; `group` beside a task is that task's title."""
    return tuple(role(each.title) for each in columns)


def is_head(cells: Sequence[str]) -> bool:
    """Whether these cells are titles: two known ones at least that differ, and half of all that say something."""
    said = [cell for cell in cells if squash(cell)]
    known = [role(cell) for cell in said]
    distinct = {each for each in known if each}
    return len(distinct) >= 2 and 2 * sum(map(bool, known)) >= len(said)


def kind(columns: Sequence[Column]) -> TableKind:
    """What a table is, by its columns."""
    found = set(roles(columns))
    for name in LISTS:
        if name in found:
            return name
    if "project" in found and found & {"money", "places", "description", "central"}:
        return "projects"
    if "indicator" in found and found & {"target", "baseline"}:
        return "indicators"
    if "task" in found and found & {"units", "lead"}:
        return "tasks"
    return "other"


def place_of(wanted: str, found: Sequence[str]) -> int | None:
    """The first column of a role, None where the table has none."""
    return found.index(wanted) if wanted in found else None
