"""Whom rows are about: certain ones are linked, doubtful ones a clerk's, and two valid numbers never merged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from stdnum.cn import ric

from yiyang.engine.duck import connect
from yiyang.registry.linkage.link import LinkCounts, find_doubles, link_rows
from yiyang.registry.linkage.settings import load_settings

VILLAGE = 511724001001
STATED = load_settings()
SETTINGS = STATED.model_copy(update={"training": STATED.training.model_copy(update={"pairs": 100_000})})
WORDS = {"id_text": pa.string(), "name": pa.string(), "phone": pa.string(), "address": pa.string()}
NUMBERS = {"key": pa.int64(), "sex": pa.int32(), "birth": pa.int32(), "area": pa.int64()}
PERSON = pa.schema(WORDS | NUMBERS)
ROW = PERSON.append(pa.field("register", pa.string()))


def number(head: str) -> str:
    return head + str(ric.calc_check_digit(head + "0"))


def crowd(size: int = 3000) -> list[dict[str, Any]]:
    """People of thirty villages, no two alike."""
    surnames, given = "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗", "秀桂玉素淑凤兰春光德明建国志永世清福荣才"
    return [
        {
            "key": i,
            "id_text": number(f"513029{19300101 + i % 37 * 10000 + i % 11 * 100 + i % 28}{i % 1000:03d}"),
            "name": surnames[i % 20] + given[i // 20 % 20] + given[i // 400 % 20],
            "sex": i % 2,
            "birth": 19300101 + i % 37 * 10000 + i % 11 * 100 + i % 28,
            "phone": f"139{i:08d}",
            "address": f"第{i % 30}村{i % 13}组{i}号",
            "area": VILLAGE + i % 30,
        }
        for i in range(size)
    ]


AIHUA: dict[str, Any] = {
    "key": 100_001,
    "id_text": number("51302919450312002"),
    "name": "罗爱华",
    "sex": 1,
    "birth": 19450312,
}
AIHUA |= {"phone": "13800000001", "address": "竹阳街道1组9号", "area": VILLAGE}
BAOGUO: dict[str, Any] = {
    "key": 100_002,
    "id_text": number("51302919380215013"),
    "name": "魏保国",
    "sex": 0,
    "birth": 19380215,
}
BAOGUO |= {"phone": "13800000002", "address": "白塔街道3组7号", "area": VILLAGE + 3}
# 春兰 and her namesake, born the same day in the same village, without telephones.
CHUNLAN: dict[str, Any] = {
    "key": 100_003,
    "id_text": number("51302919550630002"),
    "name": "谭春兰",
    "sex": 1,
    "birth": 19550630,
}
CHUNLAN |= {"phone": None, "address": None, "area": VILLAGE + 5}
NAMESAKE = CHUNLAN | {"key": 100_004, "id_text": number("51302919550630022")}
EVERYBODY = [*crowd(), AIHUA, BAOGUO, CHUNLAN, NAMESAKE]


def row(person: dict[str, Any], key: int = 1, register: str = "township_living", **changes: Any) -> dict[str, Any]:
    """A row about a person, without his number."""
    return person | {"key": key, "id_text": None, "register": register} | changes


class Bureau:
    """Asks about rows and remembers what came of it."""

    def __init__(self, folder: Path) -> None:
        self.out, self.con = folder, connect(memory="1GB")
        self.con.register("everybody", pa.Table.from_pylist(EVERYBODY, PERSON))

    def link(self, *rows: dict[str, Any], listed: str | None = None, **more: Any) -> LinkCounts:
        self.con.register("asked", pa.Table.from_pylist(list(rows), ROW))
        return link_rows(self.con, "asked", "everybody", SETTINGS, self.out, listed=listed, **more)

    def pairs(self, key: int = 1) -> list[tuple[int, str]]:
        """Candidates of a row and their decisions, the best first."""
        found = duckdb.read_parquet(str(self.out / "pairs.parquet")).filter(f"key = {key}").order("rank")
        return [(row[0], row[1]) for row in found.project("person, decision").fetchall()]


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    return Bureau(tmp_path)


def test_links_a_row_in_spite_of_a_homophone_and_an_exchanged_day(bureau: Bureau) -> None:
    counts = bureau.link(row(AIHUA, name="罗艾花"), row(BAOGUO, key=2, birth=19381502))
    assert (counts.rows, counts.automatic, counts.judge, counts.different) == (2, 2, 0, 0)
    assert bureau.pairs(1)[0] == (AIHUA["key"], "automatic")
    assert bureau.pairs(2)[0] == (BAOGUO["key"], "automatic")


def test_says_why(bureau: Bureau) -> None:
    bureau.link(row(AIHUA, name="罗艾花", phone=None, birth=19451203))
    found = duckdb.read_parquet(str(bureau.out / "pairs.parquet")).filter("rank = 1")
    assert found.project("name, birth, sex, place, phone, id").fetchall() == [
        ("homophone", "swapped", "same", "address", None, None)
    ]
    assert found.filter("bits_name > 5 AND bits_place > 5 AND bits_phone = 0").fetchall()


def test_leaves_two_who_are_alike_to_a_clerk(bureau: Bureau) -> None:
    counts = bureau.link(row(CHUNLAN))
    assert (counts.automatic, counts.judge) == (0, 1)
    assert {decision for _, decision in bureau.pairs()} == {"judge"}
    assert {person for person, _ in bureau.pairs()} == {CHUNLAN["key"], NAMESAKE["key"]}


def test_does_not_link_somebody_whom_nobody_knows(bureau: Bureau) -> None:
    stranger = row(AIHUA, name="欧阳德明", birth=19610707, phone="13911111111", address="外地8组8号", area=440306001001)
    counts = bureau.link(stranger)
    assert (counts.automatic, counts.judge, counts.different) == (0, 0, 1)


def test_does_not_link_the_spouse_who_shares_telephone_and_address(bureau: Bureau) -> None:
    counts = bureau.link(row(AIHUA, name="蒋友才", sex=0, birth=19430908))
    assert counts.automatic == 0


def test_never_links_two_different_valid_numbers(bureau: Bureau) -> None:
    other = number("51302919450312008")
    counts = bureau.link(row(AIHUA, id_text=other))
    assert (counts.automatic, counts.judge) == (0, 1)


def test_a_number_with_one_wrong_digit_finds_its_owner(bureau: Bureau) -> None:
    wrong = AIHUA["id_text"][:17] + ("1" if AIHUA["id_text"][17] != "1" else "2")
    bureau.link(row(AIHUA, id_text=wrong, birth=None, phone=None, address=None, area=None, sex=None))
    assert bureau.pairs()[0][0] == AIHUA["key"]


def test_asks_about_somebody_whom_the_register_lists_under_his_number(bureau: Bureau) -> None:
    listed = f"SELECT 'township_living' AS register, {AIHUA['key']} AS person"
    assert bureau.link(row(AIHUA), listed=listed).automatic == 0
    assert bureau.pairs()[0] == (AIHUA["key"], "judge")
    assert bureau.link(row(AIHUA, register="civil_low_income"), listed=listed).automatic == 1


def test_of_two_rows_of_one_register_at_most_one_is_linked_to_a_person(bureau: Bureau) -> None:
    counts = bureau.link(row(AIHUA), row(AIHUA, key=2, phone=None))
    assert (counts.automatic, counts.judge) == (1, 1)
    assert bureau.link(row(AIHUA), row(AIHUA, key=2, register="civil_low_income")).automatic == 2


def test_links_are_what_a_build_takes(bureau: Bureau) -> None:
    bureau.link(row(AIHUA, key=77), row(CHUNLAN, key=78))
    links = duckdb.read_parquet(str(bureau.out / "links.parquet"))
    assert links.columns == ["register", "row_key", "person"]
    assert links.fetchall() == [("township_living", 77, AIHUA["key"])]


def test_the_same_rows_give_the_same_bytes_also_with_kept_parameters(bureau: Bureau, tmp_path: Path) -> None:
    rows = [row(AIHUA), row(BAOGUO, key=2), row(CHUNLAN, key=3)]
    bureau.link(*rows)
    first = {name: (tmp_path / name).read_bytes() for name in ("pairs.parquet", "links.parquet", "model.json")}
    bureau.link(*rows)
    assert first == {name: (tmp_path / name).read_bytes() for name in first}
    (tmp_path / "kept.json").write_bytes(first["model.json"])
    bureau.link(*rows, model=tmp_path / "kept.json")
    assert first == {name: (tmp_path / name).read_bytes() for name in first}


def test_nothing_to_ask_is_no_fault(bureau: Bureau) -> None:
    assert bureau.link() == LinkCounts(0, len(EVERYBODY), 0, 0, 0, 0)
    assert duckdb.read_parquet(str(bureau.out / "links.parquet")).fetchall() == []


def test_leaves_nothing_of_its_own_on_the_connection(bureau: Bureau) -> None:
    bureau.link(row(AIHUA))
    names = [name for (name,) in bureau.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
    assert [name for name in names if name.startswith("__splink")] == []


def test_finds_people_who_are_registered_twice_and_asks_about_them(tmp_path: Path) -> None:
    con = connect(memory="1GB")
    again = BAOGUO | {"key": 200_001, "id_text": number("51302919380215055")}
    con.register("everybody", pa.Table.from_pylist([*EVERYBODY, again], PERSON))
    counts = find_doubles(con, "everybody", SETTINGS, tmp_path)
    assert counts.automatic == 0
    found = duckdb.read_parquet(str(tmp_path / "doubles.parquet")).filter("decision = 'judge'")
    assert (BAOGUO["key"], 200_001) in {tuple(sorted(pair)) for pair in found.project("key, person").fetchall()}


def test_somebody_without_a_number_may_be_merged_with_his_other_self(tmp_path: Path) -> None:
    con = connect(memory="1GB")
    nameless = BAOGUO | {"key": 200_002, "id_text": None}
    con.register("everybody", pa.Table.from_pylist([*EVERYBODY, nameless], PERSON))
    assert find_doubles(con, "everybody", SETTINGS, tmp_path).automatic == 1
