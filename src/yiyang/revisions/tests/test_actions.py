"""The way of a list by the hands of five; who may not, what is refused, and that the database refuses it too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from conftest import DAZHOU, DAZHU
from yiyang.access.scope import Scope, platform
from yiyang.accounts.middleware import today
from yiyang.accounts.scopes import scope_of
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.catalog import issued
from yiyang.revisions import actions, floor, installing
from yiyang.revisions.actions import Changed, fingerprint
from yiyang.revisions.models import Act, Revision
from yiyang.revisions.steps import moves
from yiyang.revisions.text import put

pytestmark = pytest.mark.django_db
ALLOWANCE, CARE = "old_age_allowance.yaml", "destitute_care_allowance.yaml"


@pytest.fixture(autouse=True)
def own_data(settings: Any, tmp_path: Path) -> None:
    """Nothing issued by one test is in force in another."""
    settings.DATA = tmp_path


@pytest.fixture
def office(grant: Callable[..., Any]) -> dict[str, Scope]:
    """爱华 revises, 保国 checks the law, 春兰 approves, 德明 issues, 恩慧 of the city files; 福生 revises too."""
    people = {
        "revise": ("爱华", "county_officer", DAZHU), "legal": ("保国", "legal_officer", DAZHU),
        "approve": ("春兰", "approver", DAZHU), "issue": ("德明", "bureau_head", DAZHU),
        "file": ("恩慧", "city_officer", DAZHOU), "other": ("福生", "county_officer", DAZHU),
    }  # fmt: skip
    found = {}
    for part, words in people.items():
        user = grant(*words)
        with work(platform("test")):
            found[part] = scope_of(user, today(), request="test", address="test")
    return found


def begun(office: dict[str, Scope], area: int = DAZHU, by: str = "revise") -> Revision:
    with work(office[by]):
        return actions.start(by=office[by], area=area, starts=timezone.localdate(), reason="提高标准")


def write(office: dict[str, Scope], found: Revision, name: str, text: str | None, by: str = "revise") -> Revision:
    seen = {name: fingerprint(found.files.get(name, ""))}
    with work(office[by]):
        return actions.save(by=office[by], revision=found, changes={name: text}, seen=seen)


def raised(office: dict[str, Scope], fen: int = 7000) -> Revision:
    """A draft with 高龄津贴 of the eighties at another figure from its first day."""
    found = begun(office)
    return write(
        office, found, ALLOWANCE, put(found.files[ALLOWANCE], ("values", "eighties", "from", found.starts), fen)
    )


def take(office: dict[str, Scope], found: Revision, *steps: str, opinion: str = "同意") -> Revision:
    for step in steps:
        part = step.removesuffix("_back").replace("submit", "revise").replace("drop", "revise")
        with work(office[part]):
            found = actions.take(by=office[part], revision=found, step=step, opinion=opinion)
    return found


def explained(office: dict[str, Scope], found: Revision) -> Revision:
    items = {one["item"]: one["name"] for one in found.floor["items"] if one["sort"] != floor.NEW}
    until = timezone.localdate() + timedelta(365)
    with work(office["legal"]):
        return actions.declare(by=office["legal"], revision=found, items=items, reason="现行清单已有", until=until)


def test_the_table_of_steps_is_the_databases() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT slug, part, source, target FROM revisions_moves()")
        assert set(cursor.fetchall()) == moves()


def test_goes_from_draft_to_filed_by_five_people_and_is_in_force(
    office: dict[str, Scope], django_capture_on_commit_callbacks: Any
) -> None:
    found = take(office, explained(office, take(office, raised(office), "submit")), "legal", "approve")
    with django_capture_on_commit_callbacks(execute=True):
        found = take(office, found, "issue")
    found = take(office, found, "file")
    assert found.state == "filed"
    with work(office["revise"]):
        acts = list(Act.objects.filter(revision=found).values_list("slug", "by_name", "hash"))
        stands = installing.standings()
    assert [act[0] for act in acts] == ["start", "submit", "declare", "legal", "approve", "issue", "file"]
    assert len({act[1] for act in acts}) == 5
    assert {act[2] for act in acts[1:]} == {found.hash}
    assert "7000" in (issued.current(installing.data()) or Path()).joinpath(f"lists/511724/{ALLOWANCE}").read_text()
    assert [(one.area, one.state) for one in stands] == [("511724", "ahead")]


def test_nobody_does_two_parts(office: dict[str, Scope], grant: Callable[..., Any]) -> None:
    both = grant("爱华", "legal_officer", DAZHU)
    with work(platform("test")):
        scope = scope_of(both, today(), request="test", address="test")
    found = take(office, raised(office), "submit")
    assert scope.user == office["revise"].user
    with pytest.raises(UsageError, match="another person"), work(scope):
        actions.take(by=scope, revision=found, step="legal")


def test_raw_sql_cannot_do_two_parts_or_skip_a_step(office: dict[str, Scope]) -> None:
    found = take(office, raised(office), "submit")
    reviser, officer = office["revise"], office["legal"]
    for by, slug, part, source, target in (
        (reviser, "legal", "legal", "legal", "approval"),  # he drafted it
        (officer, "issue", "issue", "legal", "issued"),  # skips two hands
        (officer, "approve", "approve", "approval", "to_issue"),  # not its state
    ):
        with pytest.raises(DatabaseError, match="revisions:"), work(by), transaction.atomic():
            _act(found, by.user, slug, part, source, target)
    with pytest.raises(DatabaseError, match="signed by whoever"), work(officer), transaction.atomic():
        _act(found, 999_999, "legal", "legal", "legal", "approval")


def _act(found: Revision, by: int | None, slug: str, part: str, source: str, target: str) -> None:
    Act.objects.create(
        revision=found, by=by or 0, by_name="某人", slug=slug, part=part, from_state=source, to_state=target,
        hash=found.hash, floor_holds=True,
    )  # fmt: skip


@pytest.mark.parametrize("words", [{"state": "issued"}, {"files": {}}, {"starts": date(2020, 1, 1)}, {"declared": {}}])
def test_raw_sql_cannot_move_or_change_what_is_past_its_draft(office: dict[str, Scope], words: dict[str, Any]) -> None:
    found = take(office, explained(office, take(office, raised(office), "submit")), "legal")
    with pytest.raises(DatabaseError, match="revisions:"), work(office["revise"]), transaction.atomic():
        Revision.objects.filter(pk=found.pk).update(**words)


def test_an_issued_list_and_its_way_cannot_be_deleted(office: dict[str, Scope]) -> None:
    found = raised(office)
    for table in ("revisions_act", "revisions_revision"):
        with pytest.raises(DatabaseError, match="permission denied"), work(office["revise"]), transaction.atomic():
            connection.cursor().execute(f"DELETE FROM {table} WHERE true")
    assert found.pk


def test_who_has_not_the_right_there_is_refused(office: dict[str, Scope]) -> None:
    found = take(office, raised(office), "submit")
    for part, step in (("approve", "legal"), ("legal", "approve"), ("issue", "file"), ("revise", "issue")):
        with pytest.raises(PermissionDenied), work(office[part]):
            actions.take(by=office[part], revision=found, step=step)


def test_a_lower_allowance_is_shown_with_the_person_who_loses_and_waits_for_a_word(office: dict[str, Scope]) -> None:
    found = raised(office, 5000)
    first = found.floor["items"][0]
    assert first["sort"] == floor.LOWERED
    said = floor.in_words(first)
    assert "80周岁、户籍地在大竹县的老人" in said
    assert "每月 ¥60.00" in said
    assert "本清单每月 ¥50.00" in said
    found = take(office, found, "submit")
    with pytest.raises(UsageError) as refused, work(office["legal"]):
        actions.take(by=office["legal"], revision=found, step="legal")
    assert any("本清单每月 ¥50.00" in zh for zh, _ in refused.value.problems)


def below_the_city(office: dict[str, Scope]) -> Revision:
    """A draft without an item that the city's list has and the county's had."""
    return swap(office, begun(office), None)


def swap(office: dict[str, Scope], found: Revision, files: dict[str, str] | None) -> Revision:
    """Take the item out, or put it back."""
    names = (CARE, CARE.replace(".yaml", ".cases.yaml"))
    seen = {name: fingerprint(found.files.get(name, "")) for name in names}
    changes = {name: files[name] if files else None for name in names}
    with work(office["revise"]):
        return actions.save(by=office["revise"], revision=found, changes=changes, seen=seen)


def test_a_list_newly_below_the_level_above_is_refused_at_once_and_cannot_be_declared(office: dict[str, Scope]) -> None:
    found = below_the_city(office)
    new = [one for one in found.floor["items"] if one["sort"] == floor.NEW]
    assert [one["item"] for one in new] == ["destitute_care_allowance"]
    with pytest.raises(UsageError, match="below the level above") as refused, work(office["revise"]):
        actions.take(by=office["revise"], revision=found, step="submit")
    assert "达州市清单" in refused.value.problems[0][0]
    found = swap(office, found, found.base)
    found = write(
        office, found, ALLOWANCE, put(found.files[ALLOWANCE], ("values", "eighties", "from", found.starts), 7000)
    )
    assert take(office, found, "submit").state == "legal"


def test_the_floor_is_looked_at_again_at_each_step(office: dict[str, Scope], monkeypatch: pytest.MonkeyPatch) -> None:
    found = take(office, explained(office, take(office, raised(office), "submit")), "legal", "approve")
    # Meanwhile the city raises its list.
    city = issued.shipped_files("511700")
    city[ALLOWANCE] = found.base[ALLOWANCE].replace("2020-12-31: 6000", "2020-12-31: 9000")
    issued.install(installing.data(), "511700", city, "新", timezone.localdate())
    with pytest.raises(UsageError, match="below the level above") as refused, work(office["issue"]):
        actions.take(by=office["issue"], revision=found, step="issue")
    assert any("达州市清单每月 ¥90.00" in zh for zh, _ in refused.value.problems)


def test_a_new_shortfall_cannot_be_declared(office: dict[str, Scope]) -> None:
    found = take(office, raised(office), "submit")
    with pytest.raises(UsageError, match="only mended"), work(office["legal"]):
        actions.declare(
            by=office["legal"], revision=found, items={"old_age_allowance": "高龄津贴"}, reason="没有钱",
            until=timezone.localdate(),
        )  # fmt: skip


def test_a_faulty_list_does_not_go_on(office: dict[str, Scope]) -> None:
    found = begun(office)
    found = write(office, found, ALLOWANCE, put(found.files[ALLOWANCE], ("who",), "agee >= 80"))
    assert [(one["item"], one["field"]) for one in found.problems if one["level"] == "error"] == [
        ("old_age_allowance", "who")
    ]
    with pytest.raises(UsageError, match="has errors"), work(office["revise"]):
        actions.take(by=office["revise"], revision=found, step="submit")


def test_the_second_editor_is_told_and_nothing_is_lost(office: dict[str, Scope]) -> None:
    found = begun(office)
    mine = put(found.files[ALLOWANCE], ("name", "zh"), "高龄老人津贴")
    theirs = put(found.files[ALLOWANCE], ("name", "zh"), "尊老金")
    write(office, found, ALLOWANCE, mine)
    with pytest.raises(Changed) as told:
        write(office, found, ALLOWANCE, theirs, by="other")
    assert told.value.text == mine
    # Another file is nobody's business.
    other = put(found.files["family_doctor.yaml"], ("name", "zh"), "家庭医生")
    found = write(office, found, "family_doctor.yaml", other, by="other")
    assert found.files[ALLOWANCE] == mine
    assert found.edition == 2


def test_sent_back_with_an_opinion_mended_and_handed_on_again(office: dict[str, Scope]) -> None:
    found = take(office, raised(office), "submit")
    with pytest.raises(UsageError, match="Say why"), work(office["legal"]):
        actions.take(by=office["legal"], revision=found, step="legal_back")
    found = take(office, found, "legal_back", opinion="缺依据")
    found = write(office, found, ALLOWANCE, put(found.files[ALLOWANCE], ("source", "article"), "第二章"))
    assert found.state == "draft"
    assert take(office, explained(office, take(office, found, "submit")), "legal").state == "approval"


def test_one_open_revision_an_area_and_a_day_to_come(office: dict[str, Scope]) -> None:
    begun(office)
    with pytest.raises(UsageError, match="open already"):
        begun(office, by="other")
    with pytest.raises(UsageError, match="past"), work(office["file"]):
        actions.start(by=office["file"], area=DAZHOU, starts=date(2020, 1, 1), reason="修订")


def test_a_county_without_a_list_begins_from_nothing(office: dict[str, Scope]) -> None:
    found = begun(office, 511722000000, by="file")
    assert list(found.files) == ["list.yaml"]
    assert 'upper: "511700"' in found.files["list.yaml"]
    assert {one["sort"] for one in found.floor["items"]} == {floor.KNOWN}


def test_the_content_shown_is_the_content_judged(office: dict[str, Scope]) -> None:
    found = raised(office)
    with pytest.raises(UsageError, match="content has changed"), work(office["revise"]):
        actions.take(by=office["revise"], revision=found, step="submit", expected="0" * 64)


def test_what_was_issued_is_exported_and_then_the_repository_agrees(
    office: dict[str, Scope], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    from yiyang.base.paths import policy_dir

    checkout = tmp_path / "checkout"
    shutil.copytree(policy_dir(), checkout)
    found = take(office, explained(office, take(office, raised(office), "submit")), "legal", "approve", "issue")
    with work(platform("test")):
        assert [one.state for one in installing.standings()] == ["missing"]
        assert installing.lay_in_all() == 1
        assert [one.state for one in installing.standings()] == ["ahead"]
        done = installing.export(checkout)
        assert {path.name for path in done["511724"]} == {ALLOWANCE, "list.yaml"}
        monkeypatch.setenv("YIYANG_POLICY", str(checkout))
        assert [one.state for one in installing.standings()] == ["same"]
    assert issued.shipped_files("511724") == found.files
