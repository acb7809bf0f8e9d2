"""The words that lie beside a made-up city, so that nobody takes it for a real one."""

from __future__ import annotations

from pathlib import Path

from yiyang.areas import logic
from yiyang.synthetic.people import Plan

README = """虚构数据 · SYNTHETIC DATA

这个文件夹里的人、身份证号码、姓名和事实都是程序按人口普查的数字随机造出来的，没有任何真实的人。
身份证号码只是格式合规；与真实号码或姓名相同纯属偶然。不得用于任何真实的审核、发放或统计。
年龄、性别、县级分布取自 2020 年普查（常住人口），当作首月的情况；其余数字是为试用而设的参数。

Everybody in this folder is made up by a program from census margins. No real person's data is here. The identity
numbers are valid by form only; any likeness to a real number or name is chance. Not for any real decision, payment or
statistic. County, sex and age are those of the 2020 census (usual residents), taken for the first month as they stand;
all other figures are parameters chosen for trials (policy/synthetic/parameters.yaml).

{area}　种子 seed {seed}

YYYY-MM/  各部门交来的登记册，带有埋下的差错 the departments' registers as delivered, with planted faults
truth/
  people-YYYY-MM.parquet  每人每项事实在当月一日的真值 what is true of everybody on the month's first day
                          cohort: 0 常住 resident, 1 户籍在此居住在外 registered here and living elsewhere,
                          2 首月前去世 died before the first month, 3 本期满 60 岁 turned 60, 4 迁入 moved in
  known-YYYY-MM.parquet   无差错的登记册所能知道的 what a faultless registry can know from the deliveries so far
  events.parquet          两个月之间的变化及日期 what changed between the months, with the day
  dirt.parquet            埋下的每一处差错 every planted fault; row counts the lines of the file, the headings being 1
  unidentified.parquet    加了 --unidentified 时：没有有效号码的行各是谁 whom rows without a usable
                          id number are about; elder -1: nobody in the household register
  doubles.parquet         同上：以两个号码登记两次的人 likewise: people registered twice under two numbers
  areas.csv               编造的镇村 made-up towns and villages, where the table of areas has none
"""


def write_notes(folder: Path, plan: Plan, invented: dict[int, str]) -> None:
    """README.txt and the list of made-up places."""
    area = f"{logic.full_name(plan.area)} {logic.short(plan.area)}"
    (folder / "README.txt").write_text(README.format(area=area, seed=plan.seed), "utf-8")
    lines = ["code,name", *(f"{code},{name}" for code, name in sorted(invented.items()))]
    (folder / "truth" / "areas.csv").write_text("\n".join(lines) + "\n", "utf-8")
