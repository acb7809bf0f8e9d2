"""Which department a unit's name means: 市民政局, 县民政局 and 民政部门 are one line of duty. Pure."""

from __future__ import annotations

import re
from functools import cache

from yiyang.catalog.lists import departments

# Words by which units call themselves, where they are not the department's own name; the first that fits counts.
WORDS = (
    ("民政", "civil_affairs"), ("财政", "finance"), ("人力资源", "human_resources"), ("人社", "human_resources"),
    ("人力社保", "human_resources"), ("卫生健康", "health"), ("卫健", "health"), ("医保", "medical_insurance"),
    ("医疗保障", "medical_insurance"), ("残联", "disabled_federation"), ("残疾人联合", "disabled_federation"),
    ("退役军人", "veterans"), ("司法", "justice"), ("公安", "police"), ("住房城乡", "housing"),
    ("住房和城乡", "housing"), ("住建", "housing"), ("教育", "education"), ("教体", "education"), ("教委", "education"),
    ("文体旅游", "culture_tourism"),
    ("文化旅游", "culture_tourism"), ("文旅", "culture_tourism"), ("体育", "sports"), ("交通", "transport"),
    ("农业农村", "agriculture"), ("发展改革", "development_reform"), ("发改", "development_reform"),
    ("自然资源", "planning"), ("规划自然", "planning"), ("数据", "data_bureau"), ("政数", "data_bureau"),
    ("国资", "state_assets"), ("市场监管", "market_regulation"), ("城管", "urban_management"),
    ("城市管理", "urban_management"), ("商务", "commerce"), ("红十字", "red_cross"), ("组织部", "party_organisation"),
    ("文明办", "civility_office"), ("人民政府", "government"), ("管委会", "government"), ("管理委员会", "government"),
)  # fmt: skip
_LEVEL = re.compile(r"^(省|市|县|区|本级|各县（市、区）|自治区)")


@cache
def department_of(name: str) -> str:
    """The slug of `policy/departments.yaml` that a unit's name means; '' where none does.

    >>> department_of("达州市民政局")
    'civil_affairs'
    >>> department_of("市卫健委"), department_of("某某研究会")
    ('health', '')
    """
    known = departments()
    return next((slug for word, slug in WORDS if word in _LEVEL.sub("", name) and slug in known), "")
