"""Delivered files lie sealed, staged ones too; what killed processes leave is removed."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from yiyang.access import keyring, secrets
from yiyang.access.sealed_files import key_of, reseal_file, seal_file
from yiyang.accounts import second_factor
from yiyang.audit.record import work
from yiyang.base.errors import DeliveryError, SecretError
from yiyang.registry import kept, mending, resealing, tasks
from yiyang.registry.actions import file_of
from yiyang.registry.linking import ROW_LABEL
from yiyang.registry.models import PossibleDouble
from yiyang.registry.tests.arrivals import BY, accept, allowance, check, fresh, people_rows, receive
from yiyang.registry.tests.hall import AIHUA, csv_bytes

pytestmark = pytest.mark.django_db
ROWS = csv_bytes(people_rows())
PLAIN = (AIHUA.encode(), "爱华".encode(), b"13800000001")


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


def lying(data: Path) -> bytes:
    """Every byte in the data folder."""
    return b"".join(path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file())


def test_nothing_of_a_delivery_lies_open_at_any_rest(data: Path) -> None:
    made = receive("police_households", ROWS)
    assert not [secret for secret in PLAIN if secret in lying(data)], "while it waits for its check"
    made = check(made)
    assert made.state == "checked", made.problems
    assert not [secret for secret in PLAIN if secret in lying(data)], "while it waits for a decision"
    assert not tasks.stage_of(made).exists()
    assert {path.suffix for path in data.rglob("*") if path.is_file()} == {".sealed"}
    made = accept(made)
    assert made.state == "accepted", made.problems
    tasks.tell_contacts.func(delivery=made.pk, user=None, request="")
    assert [path.name for path in file_of(made).parent.iterdir()] == [file_of(made).name + ".sealed"]


def test_the_rows_to_mend_are_read_from_the_sealed_file(data: Path) -> None:
    made = check(receive("civil_low_income", [allowance("1234", "某人")]))
    with kept.opened(file_of(made)) as plain:
        assert "某人".encode() in plain.read_bytes()
    assert not plain.exists()
    assert mending.ADDED


def test_a_file_put_in_anothers_place_or_gone_is_told(data: Path) -> None:
    one, other = (fresh(receive("police_households", ROWS, month)) for month in ("2026-10", "2026-11"))
    sealed = [file_of(each).with_name(file_of(each).name + ".sealed") for each in (one, other)]
    sealed[0].replace(sealed[1])
    with pytest.raises(SecretError), kept.opened(file_of(other)):
        pass
    with pytest.raises(DeliveryError, match="missing"), kept.opened(file_of(one)):
        pass


def test_a_file_delivered_before_files_were_sealed_is_still_read(data: Path) -> None:
    made = receive("police_households", ROWS)
    path = file_of(made)
    path.with_name(path.name + ".sealed").unlink()
    path.write_bytes(ROWS)
    assert check(made).state == "checked"


def test_rotation_reaches_every_file(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = data / "secrets" / "keys.json"
    monkeypatch.setenv("YIYANG_KEYS", str(path))
    keyring.create(path, now=timezone.now())
    made = check(receive("police_households", ROWS))
    for name, label in (("documents/ab/abc.sealed", "document:abc.sealed"), ("exports/7/list.sealed", "export:7")):
        (data / name).parent.mkdir(parents=True)
        seal_file([b"x"], data / name, label)
    new = keyring.rotate(path, now=timezone.now()).active.id
    files = list(kept.sealed_files(data))
    assert len(files) >= 6
    assert all(reseal_file(file, label) for file, label in files)
    assert {key_of(file) for file, _ in files} == {new}
    assert not any(reseal_file(file, label) for file, label in files)
    assert accept(made).state == "accepted"


def test_what_killed_processes_left_is_swept_after_a_day(data: Path) -> None:
    made = receive("police_households", ROWS)
    orphan, young, busy = (data / "deliveries" / name for name in ("orphan", "young", file_of(made).parent.name))
    left = [orphan, data / ".opened-x", data / "merge-x", data / "arriving" / "token"]
    for folder in (*left, young, busy / "stage"):
        folder.mkdir(parents=True)
    for folder in (*left, busy, busy / "stage"):
        os.utime(folder, (time.time() - 2 * kept.DAY,) * 2)
    tasks.sweep_files.func(timestamp=0)
    assert [folder for folder in left if folder.exists()] == []
    assert young.exists()
    assert (busy / "stage").exists(), "a job may be at work there"
    check(made)
    (busy / "stage").mkdir()
    os.utime(busy / "stage", (time.time() - 2 * kept.DAY,) * 2)
    tasks.sweep_files.func(timestamp=0)
    assert not (busy / "stage").exists()
    assert accept(fresh(made)).state == "accepted"


def test_rotation_reaches_rows_in_question_and_one_time_codes(
    data: Path, monkeypatch: pytest.MonkeyPatch, grant: Any
) -> None:
    path = data / "secrets" / "keys.json"
    monkeypatch.setenv("YIYANG_KEYS", str(path))
    keyring.create(path, now=timezone.now())
    adapter, user = second_factor.MfaAdapter(), grant("爱华", "auditor", 511724000000)
    words = {"sealed": secrets.seal('{"id_number": null}', ROW_LABEL).hex(), "name": "爱华"}
    with work(BY):
        row = PossibleDouble.objects.create(row_key=1, row=words, probability=0.9)
        for kind, given in (
            ("totp", {"secret": adapter.encrypt("ABC")}),
            ("recovery_codes", {"seed": adapter.encrypt("S"), "used_mask": 0}),
        ):
            Authenticator.objects.create(user=user, type=kind, data=given)
        new = keyring.rotate(path, now=timezone.now()).active.id
        assert (second_factor.reseal("default"), resealing.reseal_rows("default")) == (2, 1)
        assert second_factor.keys_in_use("default") == {new: 2}
        assert resealing.keys_in_use("default") == {new: 1}
        assert (second_factor.reseal("default"), resealing.reseal_rows("default")) == (0, 0)
        row.refresh_from_db()
        assert secrets.unseal(bytes.fromhex(row.row["sealed"]), ROW_LABEL) == '{"id_number": null}'
        totp, codes = (Authenticator.objects.get(user=user, type=kind).data for kind in ("totp", "recovery_codes"))
    assert adapter.decrypt(totp["secret"]) == "ABC"
    assert (adapter.decrypt(codes["seed"]), codes["used_mask"]) == ("S", 0)
