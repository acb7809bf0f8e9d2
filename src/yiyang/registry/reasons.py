"""Why a row is in quarantine and what to do about it. The numbers are only used within one build."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One kind of fault; `slug` is its name in JSON."""

    slug: str
    zh: str
    remedy: str
    en: str


REASONS: dict[int, Reason] = {
    1: Reason("id_missing", "身份证号码为空", "补填身份证号码", "no id number"),
    2: Reason(
        "id_as_number",
        "身份证号码被表格软件存成了数字，末尾几位已丢失",
        "把该列设为文本格式后，从原系统重新导出",
        "a spreadsheet stored the id number as a number and lost its last digits",
    ),
    3: Reason(
        "id_length",
        "身份证号码不是 18 位，也不是旧的 15 位",
        "核对证件后补全号码",
        "the id number has neither 18 nor 15 characters",
    ),
    4: Reason(
        "id_characters",
        "身份证号码含有不允许的字符",
        "只留数字和末位的 X",
        "the id number has characters other than digits and X",
    ),
    5: Reason(
        "id_checksum", "身份证号码的校验码不对", "核对证件，改正抄错的数字", "the id number's check digit is wrong"
    ),
    6: Reason(
        "id_birth",
        "身份证号码中的出生日期不存在或晚于数据截止日",
        "核对证件，改正号码",
        "the birth date within the id number is impossible",
    ),
    7: Reason(
        "two_persons",
        "同一号码对应姓名和出生日期都不同的两个人",
        "请公安核对号码属于谁，改正另一人的号码",
        "two persons with different names and birth dates have this id number",
    ),
    8: Reason(
        "columns",
        "该行的列数与表头不符（多为字段内有逗号、引号或换行未加引号）",
        "改正该行后重新导出，或改用 XLSX",
        "the row cannot be split into the columns of the heading",
    ),
    10: Reason("missing", "必填项为空", "补填该项", "a required field is empty"),
    11: Reason(
        "code",
        "取值不在约定的代码之内",
        "改为约定的取值；若确有新取值，请登记到约定中",
        "the value is not among the agreed codes",
    ),
    12: Reason(
        "date", "日期无法识别或不存在", "改为 2026-10-01 这样的日期", "the date cannot be read or does not exist"
    ),
    13: Reason(
        "future",
        "日期晚于数据截止日",
        "核对日期；若尚未发生，待发生后再报",
        "the date lies after the day the data was known",
    ),
    14: Reason("ancient", "日期过早（1880 年以前）", "核对日期", "the date lies before 1880"),
    15: Reason("number", "不是整数", "改为整数", "not a whole number"),
    16: Reason(
        "birth_differs",
        "出生日期与身份证号码中的不一致",
        "核对证件，改正其中一项",
        "the birth date differs from the id number's",
    ),
    17: Reason("ends_before", "终止日期早于开始日期", "核对两个日期", "the end lies before the beginning"),
    18: Reason(
        "area",
        "区划代码不存在",
        "改为统计用区划代码（6、9 或 12 位）；已撤并的请用其撤并前后的正式代码",
        "no such area code",
    ),
}

ID_MISSING, ID_AS_NUMBER, ID_LENGTH, ID_CHARACTERS, ID_CHECKSUM, ID_BIRTH, TWO_PERSONS, COLUMNS = range(1, 9)
MISSING, CODE, DATE, FUTURE, ANCIENT, NUMBER, BIRTH_DIFFERS, ENDS_BEFORE, AREA = range(10, 19)
