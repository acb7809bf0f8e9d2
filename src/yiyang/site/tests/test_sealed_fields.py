"""Sealed fields in a real PostgreSQL: unreadable dumps, hashes that follow every write, rotation that resumes."""

from __future__ import annotations

import contextlib
import copy
import json
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django import forms
from django.core.exceptions import FieldError
from django.db import connections, models
from django.template import Context, Engine
from django.test.utils import isolate_apps
from psycopg.conninfo import conninfo_to_dict

from yiyang.access import keyring, reseal, secrets
from yiyang.access.keyring import Cipher
from yiyang.access.sealed import HashIndexField, SealedText, SealedTextField
from yiyang.base.errors import SecretError
from yiyang.site.postgres import APP_URL_VARIABLE, Database
from yiyang.site.tests import servers

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
USING, AS_APP = "sealed", "sealed_app"
AIHUA, BAOGUO, CHUNLAN = "51172419500101123X", "511724194002021234", "511724193003031235"


@pytest.fixture(scope="module", params=["embedded", "postgres_15"])
def database(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[str]:
    """A database of its own beside Django's, known as USING and AS_APP; yields the owner's address."""
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack, django_db_blocker.unblock():
        patch.delenv(APP_URL_VARIABLE, raising=False)
        found = stack.enter_context(_server(request))
        found.prepare_roles()
        for alias, url in ((USING, found.owner_url), (AS_APP, found.app_url)):
            connections.settings[alias] = connections.configure_settings({"default": _named(url)})["default"]
        yield found.owner_url
        for alias in (USING, AS_APP):
            connections[alias].close()
            del connections[alias], connections.settings[alias]


@contextlib.contextmanager
def _server(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "embedded":
        with servers.embedded() as found:
            yield found
    else:
        programs = request.getfixturevalue("needs_postgres_15")
        with servers.postgres_15(programs) as admin, servers.folder() as home:
            yield Database(servers.new_database(admin, "sealed", "owner"), home)


def _named(url: str) -> dict[str, Any]:
    where = conninfo_to_dict(url)
    words = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    found = {name: str(where.get(word) or "") for name, word in words.items()}
    return {"ENGINE": "django.db.backends.postgresql", **found}


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "keys.json"
    monkeypatch.setenv("YIYANG_KEYS", str(path))
    keyring.create(path, now=NOW)
    return path


@pytest.fixture
def elders(database: str, keys: Path) -> Iterator[Any]:
    """A table of elders."""
    with isolate_apps("yiyang.access"):

        class Elder(models.Model):
            name = models.CharField(max_length=20)
            # The hash stands above its source: fields may come in any order.
            phone_hash = HashIndexField(of="phone", null=True)
            id_number = SealedTextField("elder.id_number", null=True)
            id_hash = HashIndexField(of="id_number", null=True, unique=True)
            phone = SealedTextField(null=True, blank=True)
            address = SealedTextField(null=True)

            class Meta:
                app_label = "access"

            def __str__(self) -> str:
                return self.name

        with connections[USING].schema_editor() as editor:
            editor.create_model(Elder)
        Elder.rows = Elder.objects.using(USING)  # type: ignore[attr-defined]
        yield Elder
        with connections[USING].schema_editor() as editor:
            editor.delete_model(Elder)


def _aihua(elders: Any) -> Any:
    return elders.rows.create(name="爱华", id_number=AIHUA, phone="13800001111", address="大竹县庙坝镇长乐村3组")


def test_a_dump_shows_no_plain_text(elders: Any, database: str) -> None:
    _aihua(elders)
    with psycopg.connect(database) as connection, connection.cursor().copy("COPY access_elder TO STDOUT") as copying:
        dump = b"".join(map(bytes, copying))
    assert "爱华".encode() in dump
    for plain in (AIHUA, "13800001111", "庙坝"):
        assert plain.encode() not in dump
        assert plain.encode().hex().encode() not in dump


def test_python_reads_plain_text_and_pages_a_mask(elders: Any) -> None:
    found = elders.rows.get(pk=_aihua(elders).pk)
    assert found.id_number == AIHUA
    assert f"{found.phone} {found.address}" == "13800001111 大竹县庙坝镇长乐村3组"
    page = Engine().from_string("{{ e.id_number }} {{ e.phone }} {{ e.address }}").render(Context({"e": found}))
    assert page == "5117********123X 138****5678 大竹县庙坝镇****".replace("5678", "1111")


def test_no_repr_shows_the_plain_text(elders: Any) -> None:
    found = elders.rows.get(pk=_aihua(elders).pk)
    shown = repr([found, vars(found), list(elders.rows.values())])
    assert AIHUA not in shown
    assert "13800001111" not in shown
    assert "5117********123X" in shown


def test_copies_keep_their_mask() -> None:
    text = SealedText.of(AIHUA, "elder.id_number")
    for other in (copy.copy(text), copy.deepcopy(text), pickle.loads(pickle.dumps(text))):
        assert (other, other.masked) == (AIHUA, "5117********123X")
    assert type(str(text)) is str
    assert json.dumps(text) == f'"{AIHUA}"'


def test_finds_by_any_spelling_of_the_number(elders: Any) -> None:
    _aihua(elders)
    assert elders.rows.filter(phone_hash="+86 138-0000-1111").get().name == "爱华"
    assert elders.rows.filter(id_hash__in=[BAOGUO, AIHUA.lower()]).get().name == "爱华"
    assert not elders.rows.filter(phone_hash="").exists()
    assert not elders.rows.exclude(phone_hash=None).filter(phone_hash="13900001111").exists()


def test_refuses_to_compare_what_cannot_be_compared(elders: Any) -> None:
    for question in ({"phone": "13800001111"}, {"phone__contains": "138"}, {"phone_hash__gt": "1"}):
        with pytest.raises(FieldError):
            elders.rows.filter(**question).exists()
    assert not elders.rows.filter(phone__isnull=True).exists()


def test_two_people_cannot_have_one_id_number(elders: Any) -> None:
    _aihua(elders)
    with pytest.raises(Exception, match="duplicate key"):
        elders.rows.create(name="保国", id_number=AIHUA.lower())


def test_the_hash_follows_every_way_of_writing(elders: Any, database: str) -> None:
    def check(phone: str) -> None:
        assert elders.rows.filter(phone_hash=phone).count() == 1
        assert elders.rows.get().phone == phone

    person = _aihua(elders)
    person.phone = "13800002222"
    person.save(using=USING, update_fields=["phone"])
    check("13800002222")
    elders.rows.update(phone="13800003333")
    check("13800003333")
    person.phone = "13800004444"
    elders.rows.bulk_update([person], ["phone"])
    check("13800004444")
    with psycopg.connect(database) as connection:
        sealed = secrets.seal("13800005555", "access_elder.phone")
        connection.execute("UPDATE access_elder SET phone = %s", [sealed])
    check("13800005555")
    elders.rows.all().delete()
    elders.rows.bulk_create([elders(name="春兰", id_number=CHUNLAN, phone="13800006666")])
    check("13800006666")


def test_rows_copied_in_bulk_are_found(elders: Any, database: str) -> None:
    phones = [f"138{number:08d}" for number in range(1000)]
    with (
        psycopg.connect(database) as connection,
        connection.cursor().copy("COPY access_elder (name, phone) FROM STDIN") as copying,
    ):
        for sealed in secrets.seal_many(phones, "access_elder.phone"):
            copying.write_row(("保国", sealed))
    assert elders.rows.get(phone_hash=phones[500]).phone == phones[500]


def test_a_number_nobody_can_search_by_is_kept_and_has_no_hash(elders: Any) -> None:
    person = elders.rows.create(name="春兰", phone="无")
    assert elders.rows.get(pk=person.pk).phone == "无"
    assert elders.rows.get(pk=person.pk).phone_hash is None
    elders.rows.filter(pk=person.pk).update(phone=None)
    assert elders.rows.get(pk=person.pk).phone is None


def test_a_form_shows_nothing_and_keeps_what_is_left_empty(elders: Any) -> None:
    person = elders.rows.get(pk=_aihua(elders).pk)
    made = forms.modelform_factory(elders, fields=["name", "phone"])
    assert "1380" not in str(made(instance=person))
    form = made({"name": "爱华", "phone": ""}, instance=person)
    assert form.is_valid(), form.errors
    assert form.save(commit=False).phone == "13800001111"
    form = made({"name": "爱华", "phone": "13900009999"}, instance=person)
    assert form.is_valid()
    assert form.save(commit=False).phone == "13900009999"


def test_a_field_that_carries_no_hash_cannot_be_indexed() -> None:
    with isolate_apps("yiyang.access"):

        class Wrong(models.Model):
            note = SealedTextField(null=True)
            note_hash = HashIndexField(of="note", null=True)

            class Meta:
                app_label = "access"

    assert [found.id for found in Wrong._meta.get_field("note_hash").check()] == ["access.E001"]


def test_migrations_can_write_the_fields_down(elders: Any) -> None:
    for name in ("phone", "id_number", "phone_hash"):
        field = elders._meta.get_field(name)
        _, path, args, options = field.deconstruct()
        assert path.startswith("yiyang.access.sealed.")
        assert type(field)(*args, **options).deconstruct()[1:] == field.deconstruct()[1:]


def _thousand(elders: Any) -> None:
    elders.rows.bulk_create(
        [elders(name=f"春兰{n}", id_number=f"5117241930{n:08d}", phone=f"138{n:08d}") for n in range(1000)]
    )


def test_resealing_moves_every_value_to_the_active_key(elders: Any, keys: Path) -> None:
    _thousand(elders)
    before = {person.pk: (person.id_number, person.phone, person.id_hash) for person in elders.rows.all()}
    old = secrets.ring().active.id
    assert reseal.keys_in_use(elders, USING) == {old: 2000}
    new = keyring.rotate(keys, now=NOW, cipher=Cipher.SM4).active.id
    told: list[int] = []
    assert reseal.reseal(elders, using=USING, batch=300, progress=told.append) == 1000
    assert told == [300, 300, 300, 100]
    assert reseal.keys_in_use(elders, USING) == {new: 2000}
    assert {person.pk: (person.id_number, person.phone, person.id_hash) for person in elders.rows.all()} == before


def test_resealing_is_taken_up_where_it_stopped(elders: Any, keys: Path) -> None:
    _thousand(elders)
    new = keyring.rotate(keys, now=NOW).active.id

    class Killed(Exception):
        pass

    def stop(_: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        reseal.reseal(elders, using=USING, batch=300, progress=stop)
    assert reseal.keys_in_use(elders, USING)[new] == 600
    assert reseal.reseal(elders, using=USING, batch=300) == 700
    assert reseal.reseal(elders, using=USING, batch=300) == 0
    assert reseal.keys_in_use(elders, USING) == {new: 2000}


def test_resealing_refuses_a_connection_that_sees_only_its_scope(elders: Any) -> None:
    with connections[USING].cursor() as cursor:
        cursor.execute("ALTER TABLE access_elder ENABLE ROW LEVEL SECURITY")
        cursor.execute("GRANT SELECT, UPDATE ON access_elder TO yiyang_app")
    with pytest.raises(SecretError, match="Row-level security hides rows"):
        reseal.reseal(elders, using=AS_APP)
