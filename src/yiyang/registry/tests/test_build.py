"""One delivery: every row is kept, merged or in quarantine, and nobody becomes a false *no*."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb
import pytest

from yiyang.base.errors import DeliveryError
from yiyang.engine.duck import connect
from yiyang.registry import identity
from yiyang.registry.identity import person_of
from yiyang.registry.settling import Counts
from yiyang.registry.snapshot import Snapshot
from yiyang.registry.tests.hall import AIHUA, BAOGUO, CHUNLAN, DEMING, NAMES, ZHUYANG, Hall, person_row

LOW_INCOME = 2  # index in the values of `hardship`


def balance(snapshot: Snapshot) -> bool:
    return all(r["in"] == r["kept"] + r["merged"] + r["quarantined"] for r in snapshot.manifest["registers"].values())


def pension(id_number: str, kind: str = "居民养老", since: str = "2005-01-01") -> dict[str, str]:
    return {"公民身份号码": id_number, "姓名": "", "险种": kind, "领取起始年月": since}


def test_makes_one_person_of_many_rows(hall: Hall) -> None:
    hall.police()
    hall.deliver("pensions", [pension(AIHUA), pension(BAOGUO, "企业职工基本养老保险", "199803")])
    snapshot = hall.build()
    people = hall.people(snapshot)
    assert sorted(people) == sorted(map(person_of, (AIHUA, BAOGUO, CHUNLAN, DEMING)))
    assert [people[person_of(who)]["pension"] for who in (AIHUA, BAOGUO, CHUNLAN)] == [2, 1, 0]
    assert people[person_of(AIHUA)]["birth_date"] == 19450101
    assert people[person_of(AIHUA)]["registered_area"] == int(ZHUYANG)
    assert len({people[person_of(who)]["household"] for who in (AIHUA, BAOGUO)}) == 1
    assert balance(snapshot)


def test_writes_people_and_registers_in_order_of_person(hall: Hall) -> None:
    hall.police()
    snapshot = hall.build()
    for file in ("people.parquet", "identities.parquet", "registers/police_households.parquet"):
        people = [
            row[0] for row in duckdb.execute(f"SELECT person FROM read_parquet('{snapshot.path / file}')").fetchall()
        ]
        assert people == sorted(people)


def test_merges_a_row_that_is_there_twice_and_keeps_one_that_differs(hall: Hall) -> None:
    hall.police()
    hall.deliver("pensions", [pension(AIHUA), pension(AIHUA), pension(AIHUA, "职工养老"), pension(AIHUA.lower())])
    snapshot = hall.build()
    about = snapshot.manifest["registers"]["pensions"]
    assert [about[key] for key in ("in", "kept", "merged", "quarantined", "conflicting_people")] == [4, 2, 2, 0, 1]
    assert hall.fact(snapshot, AIHUA, "pension") == 1  # the same date: the last row of the file speaks


def test_the_latest_date_speaks_before_the_last_row(hall: Hall) -> None:
    hall.police()
    hall.deliver("pensions", [pension(AIHUA, "职工养老", "2015-01-01"), pension(AIHUA, "居民养老", "2005-01-01")])
    assert hall.fact(hall.build(), AIHUA, "pension") == 1


def test_lists_every_fault_of_a_row_with_line_value_and_remedy(hall: Hall) -> None:
    hall.police(person_row(AIHUA), person_row(BAOGUO, 性别="未知", 户籍地区划代码="999999", 登记日期="2062-01-01"))
    lines = hall.quarantine(hall.build())
    assert [(line["file"], line["row"], line["field"], line["value"]) for line in lines] == [
        ("2026-10/公安户籍登记.csv", "3", "性别", "未知"),
        ("2026-10/公安户籍登记.csv", "3", "户籍地区划代码", "999999"),
        ("2026-10/公安户籍登记.csv", "3", "登记日期", "2062-01-01"),
    ]
    assert all(line["reason"] and line["remedy"] and line["register"] == "police_households" for line in lines)


def test_masks_id_numbers_in_quarantine(hall: Hall) -> None:
    wrong = AIHUA[:17] + ("0" if AIHUA[17] != "0" else "1")
    hall.police(person_row(wrong), person_row(BAOGUO))
    snapshot = hall.build()
    assert hall.quarantine(snapshot)[0]["value"] == f"5130********{wrong[14:]}"
    for file in ("quarantine.csv", "manifest.json"):
        assert wrong[6:14] not in (snapshot.path / file).read_text(encoding="utf-8")


def test_a_value_that_looks_like_a_formula_is_defused(hall: Hall) -> None:
    hall.police(person_row(AIHUA, 性别="=HYPERLINK(1)"))
    assert hall.quarantine(hall.build())[0]["value"] == "'=HYPERLINK(1)"


def test_a_wide_or_hidden_formula_is_none_either(hall: Hall) -> None:
    hall.police(
        *(person_row(who, 性别=sex) for who, sex in zip(NAMES, ("＝1+1", "\u3000@x", "﹢1", "|cmd"), strict=True))
    )
    assert {line["value"][0] for line in hall.quarantine(hall.build())} == {"'"}


def test_a_bad_field_makes_the_registers_facts_unknown_not_absent(hall: Hall) -> None:
    hall.police()
    hall.deliver("pensions", [pension(AIHUA, "别的"), pension(BAOGUO)])
    snapshot = hall.build()
    assert [hall.fact(snapshot, who, "pension") for who in (AIHUA, BAOGUO, CHUNLAN)] == [None, 2, 0]
    assert snapshot.manifest["registers"]["pensions"]["doubtful_people"] == 1


def test_a_person_whose_police_row_is_bad_is_still_a_person(hall: Hall) -> None:
    hall.police(person_row(AIHUA, 出生日期="1944-12-31"), person_row(BAOGUO))
    snapshot = hall.build()
    person = hall.people(snapshot)[person_of(AIHUA)]
    assert (person["birth_date"], person["registered_area"], person["household"]) == (None, None, None)
    assert hall.quarantine(snapshot)[0]["reason"] == "出生日期与身份证号码中的不一致"


def test_a_doubtful_row_of_a_trusted_register_silences_the_less_trusted(hall: Hall) -> None:
    hall.police()
    hall.deliver(
        "civil_destitute",
        [
            {"身份证号": AIHUA, "供养方式": "？", "享受开始日期": "2020-01-01"},
            {"身份证号": BAOGUO, "供养方式": "分散", "享受开始日期": "2020-01-01"},
        ],
    )
    low = [{"身份证号": who, "享受开始日期": "2020-01-01"} for who in (AIHUA, BAOGUO, CHUNLAN)]
    hall.deliver("civil_low_income", low)
    hall.deliver("civil_edge", [{"身份证号": DEMING, "困难类型": "支出型困难"}])
    snapshot = hall.build()
    assert [hall.fact(snapshot, who, "hardship") for who in (AIHUA, BAOGUO, CHUNLAN, DEMING)] == [
        None,
        1,
        LOW_INCOME,
        4,
    ]


def test_a_death_in_any_register_counts_even_if_another_is_doubtful(hall: Hall) -> None:
    hall.police()
    hall.deliver(
        "police_deaths", [{"身份证号": AIHUA, "死亡日期": "2026-13-40"}, {"身份证号": BAOGUO, "死亡日期": "不详"}]
    )
    hall.deliver(
        "funeral_cremations",
        [{"身份证号": AIHUA, "死亡日期": "2026-09-01"}, {"身份证号": CHUNLAN, "死亡日期": "2026-10-02"}],
    )
    snapshot = hall.build()
    assert [hall.fact(snapshot, who, "alive") for who in (AIHUA, BAOGUO, CHUNLAN, DEMING)] == [0, None, 1, 1]


def test_a_good_row_of_a_death_counts_beside_a_bad_one(hall: Hall) -> None:
    hall.police()
    hall.deliver("police_deaths", [{"身份证号": AIHUA, "死亡日期": day} for day in ("2026-09-01", "2062-09-01")])
    assert hall.fact(hall.build(), AIHUA, "alive") == 0


def test_two_persons_with_one_id_are_both_in_quarantine(hall: Hall) -> None:
    hall.police(
        person_row(AIHUA, 姓名="爱华"), person_row(BAOGUO), person_row(AIHUA, 姓名="艾花", 出生日期="1951-02-03")
    )
    snapshot = hall.build()
    found = {(line["row"], line["reason"]) for line in hall.quarantine(snapshot)}
    assert {row for row, reason in found if reason.startswith("同一号码")} == {"2", "4"}
    assert hall.fact(snapshot, AIHUA, "birth_date") is None
    assert balance(snapshot)


def test_a_changed_name_alone_is_no_second_person(hall: Hall) -> None:
    hall.police(person_row(AIHUA, 姓名="爱华"), person_row(AIHUA, 姓名="爱花", 登记日期="2020-01-01"))
    snapshot = hall.build()
    assert snapshot.manifest["registers"]["police_households"]["kept"] == 2
    names = duckdb.execute(
        f"SELECT id_number, name FROM read_parquet('{snapshot.path / 'identities.parquet'}')"
    ).fetchall()
    assert names == [(AIHUA, "爱花")]


def test_keeps_renamed_counties_and_unknown_villages(hall: Hall) -> None:
    hall.police(
        person_row(AIHUA, 户籍地区划代码="513029"),
        person_row(BAOGUO, 户籍地区划代码="511724001987"),
        person_row(CHUNLAN, 户籍地区划代码="510107"),
        person_row(DEMING, 户籍地区划代码="513029001001"),
    )
    snapshot = hall.build()
    found = [hall.fact(snapshot, who, "registered_area") for who in (AIHUA, BAOGUO, CHUNLAN, DEMING)]
    assert found == [511724000000, 511724001000, 510107000000, 511724001001]


def test_people_of_other_registers_have_an_identity_but_are_no_residents(hall: Hall) -> None:
    hall.police(person_row(AIHUA))
    hall.deliver("pensions", [pension(BAOGUO)])
    snapshot = hall.build()
    assert list(hall.people(snapshot)) == [person_of(AIHUA)]
    assert duckdb.execute(
        f"SELECT count(*) FROM read_parquet('{snapshot.path / 'identities.parquet'}')"
    ).fetchall() == [(2,)]


def test_an_empty_birth_date_is_taken_from_the_id_number_and_an_empty_fact_is_unknown(hall: Hall) -> None:
    hall.police(person_row(AIHUA, 出生日期="", 城乡分类=" ", 现住地区划代码=""))
    person = hall.people(hall.build())[person_of(AIHUA)]
    assert (person["birth_date"], person["urban_rural"], person["resident_area"]) == (19450101, None, None)


def test_the_same_delivery_gives_the_same_bytes(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.police(
        *(person_row(who, 性别="?" if who == DEMING else "男") for who in (DEMING, AIHUA, CHUNLAN, BAOGUO, AIHUA))
    )
    hall.deliver("pensions", [pension(who) for who in (BAOGUO, AIHUA, BAOGUO)])
    first = hall.build(alone=True)
    monkeypatch.setattr("yiyang.registry.build.connect", lambda **options: connect(threads=1, **options))
    second = hall.build(alone=True)
    assert first.path != second.path
    assert tree(first.path) == tree(second.path)


def tree(folder: Path) -> dict[str, str]:
    """Every file's hash."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_manifest_counts_and_hashes(hall: Hall) -> None:
    hall.police()
    hall.deliver("pensions", [pension(AIHUA), pension("x")])
    (hall.folder / "说明.docx").write_bytes(b"?")
    manifest = hall.build().manifest
    assert (manifest["month"], manifest["known"], manifest["area"], manifest["synthetic"]) == (
        "2026-10",
        "2026-10-05",
        "511724",
        True,
    )
    assert manifest["people"] == 4
    assert manifest["registers"]["pensions"]["quarantined"] == 1
    assert manifest["quarantine"] == {"身份证号码不是 18 位，也不是旧的 15 位": 1}
    assert manifest["strangers"] == ["说明.docx"]
    assert len(manifest["missing"]) == 15
    assert set(manifest["files"]) >= {
        "people.parquet",
        "identities.parquet",
        "quarantine.csv",
        "registers/pensions.parquet",
    }


def test_rows_that_do_not_balance_stop_the_build() -> None:
    with pytest.raises(AssertionError, match="balance"):
        Counts(delivered=3, kept=1, merged=1, quarantined=0, doubtful_people=0, conflicting_people=0)


def test_refuses_two_ids_with_one_key(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "MASK", 0)
    hall.police()
    with pytest.raises(DeliveryError, match="same person key"):
        hall.build()


def test_an_empty_cell_in_a_sheet_of_ticks_means_no(hall: Hall) -> None:
    hall.police()
    hall.deliver("civil_special", [{"身份证号": AIHUA, "有特殊贡献": "√", "流浪乞讨": "", "脱贫户或监测户": "是"}])
    person = hall.people(hall.build())[person_of(AIHUA)]
    assert [person[name] for name in ("special_contribution", "vagrant", "poverty_alleviated")] == [1, 0, 1]
