"""The drill with the real tables: sealed numbers open, the audit chain holds and the doctor is content afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from yiyang.site import postgres
from yiyang.site.tests import servers

PEOPLE = 300
FILL = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from yiyang.site import start

found = start.start(Path(sys.argv[1]))
from yiyang.access import keyring
keyring.create(keyring.default_path(), now=datetime.now(UTC))
start.migrate()

from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.registry.identity import check_character, person_of
from yiyang.registry.models import Person

def elder(index):
    body = f"51302919400101{index:03d}"
    number = body + check_character(body)
    return Person(id=person_of(number), id_number=number, phone=f"138{index:08d}", name="春兰", pinyin="chunlan",
        initials="cl", birth_date=19400101, area_code=511724001000 if index % 2 else 511702000000,
        registered_code=511724001000 if index % 2 else 511702000000, month="2026-11")

with work(platform("drill")):
    Person.objects.bulk_create([elder(index) for index in range(int(sys.argv[2]))])
(Path(sys.argv[1]) / "files").mkdir(exist_ok=True)
(Path(sys.argv[1]) / "files" / "附件.pdf").write_bytes(b"%PDF-1.7")
found.close()
"""
LOOK = """
import json, sys
from pathlib import Path
from yiyang.site import start

found = start.start(Path(sys.argv[1]))
from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.registry.models import Person

blind = Person.objects.count()
with work(platform("look")):
    people = list(Person.objects.order_by("id").values_list("id_number", "phone", "name"))
print(json.dumps([blind, people]))
found.close()
"""


@pytest.fixture
def homes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in (postgres.URL_VARIABLE, postgres.APP_URL_VARIABLE, "YIYANG_DATA", "YIYANG_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("YIYANG_BACKUP_PASSPHRASE", "三岔路口的老槐树下有一口井甜")
    with servers.folder() as home:
        yield home


def run(*words: str | Path) -> str:
    done = subprocess.run([sys.executable, *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def yiyang(data: Path, *words: str | Path) -> str:
    os.environ["YIYANG_DATA"] = str(data)
    return run("-m", "yiyang", "--lang", "en", *words)


@pytest.mark.slow
def test_a_city_is_lost_and_comes_back_whole(homes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, file = homes / "old", homes / "new", homes / "city.tar.sealed"
    # Both servers run all the while, so that no command has to start and stop one.
    with postgres.database(old) as first, postgres.database(new) as second:
        run("-c", FILL, old, str(PEOPLE))
        before = json.loads(run("-c", LOOK, old))
        made = json.loads(yiyang(old, "backup", file, "--encrypt", "--json"))
        restored = json.loads(yiyang(new, "restore", file, "--json"))
        with capsys.disabled():
            times = f"backup {made['seconds']} s, restore {restored['seconds']} s"
            sys.stdout.write(f"\ndrill with {PEOPLE} people: {times}, {made['bytes']:,} bytes\n")

        assert restored["content"] == made["content"]
        assert made["content"]["tables"]["public.registry_person"][0] == PEOPLE
        assert made["content"]["tables"]["public.audit_line"][0] > 0
        assert json.loads(run("-c", LOOK, new)) == before
        assert (before[0], len(before[1])) == (0, PEOPLE)  # without a scope nobody, with one everybody
        assert before[1][0][0].startswith("513029")
        yiyang(new, "audit", "verify")
        assert (noted(first), noted(second)) == (["backup"], ["restore"])
        names = ("database", "app role", "migrations", "second lock", "no scope", "audit", "keys")
        assert set(states(new, *names).values()) == {"ok"}


def noted(where: postgres.Database) -> list[str]:
    """What the audit log says of backups; a backup does not hold the line about itself."""
    with psycopg.connect(where.owner_url) as connection:
        lines = connection.execute("SELECT what FROM audit_line WHERE what IN ('backup', 'restore')").fetchall()
    return [what for (what,) in lines]


def states(data: Path, *names: str) -> dict[str, str]:
    """What the doctor says of some checks."""
    words, environment = [sys.executable, "-m", "yiyang", "doctor", "--json"], {**os.environ, "YIYANG_DATA": str(data)}
    said = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    found = {line["check"]: line["state"] for line in json.loads(said.stdout)}
    return {name: found[name] for name in names}


def test_the_roles_file_for_a_server_of_ones_own_gives_all_that_is_needed(
    needs_postgres_15: Path, homes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roles = Path(__file__).parents[4] / "deploy" / "roles.sql"
    with servers.postgres_15(needs_postgres_15) as admin:
        passwords = ["-v", "owner_password=o'wner", "-v", "app_password=a pp"]
        psql = [needs_postgres_15 / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *passwords, "-f", roles, admin]
        subprocess.run([str(word) for word in psql], check=True)
        owner = postgres.as_url(admin, user="yiyang_owner", password="o'wner", dbname="yiyang")
        app = postgres.as_url(admin, user="yiyang_app", password="a pp", dbname="yiyang")
        monkeypatch.setenv(postgres.URL_VARIABLE, owner)
        monkeypatch.setenv(postgres.APP_URL_VARIABLE, app)
        yiyang(homes / "production", "migrate")
        with psycopg.connect(app) as connection:
            assert connection.execute("SELECT count(*) FROM areas_area").fetchone() != (0,)
            assert connection.execute("SELECT current_setting('statement_timeout')").fetchone() == ("5min",)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("DELETE FROM audit_line")
        names = ("database", "app role", "migrations", "second lock", "static files")
        assert set(states(homes / "production", *names).values()) == {"ok"}
