"""The platform with a whole city on it: loading registers, first pages, one person, and fifty clerks at once.

    python -m benchmarks.platform                       # 达州市, 1.2 million people
    python -m benchmarks.platform --area 511724         # one county, a few minutes
    python -m benchmarks.platform --data DIR            # keep the installation; a second run only measures the pages

Everything is real: the embedded PostgreSQL, the worker's code, gunicorn, HTTP over the loopback by logged-in accounts.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx

MONTHS = ("2026-10", "2026-11")
PASSWORD = "correct horse battery staple"
RESULTS = Path(__file__).parent / "results" / "platform.json"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--area", default="511700")
    words.add_argument("--elders", type=int)
    words.add_argument("--data", type=Path)
    words.add_argument("--load-only", action="store_true", help="stop once the first month is in")
    words.add_argument("--clerks", type=int, default=50)
    words.add_argument("--seconds", type=int, default=60)
    given = words.parse_args()
    data = given.data or Path(tempfile.mkdtemp(prefix="yiyang-platform-"))
    os.environ["YIYANG_DATA"] = str(data.resolve())
    from yiyang.site.start import start

    with start():
        found: dict[str, Any] = {"area": given.area, "loaded": loaded(data, given.area, given.elders)}
        if given.load_only:
            return
        found["next_month"] = next_month(data, int(given.area.ljust(12, "0")))
        samples = accounts(given.area)
        with server() as address:
            found["pages"] = pages(address, samples)
            found["clerks"] = at_once(address, samples, given.clerks, given.seconds)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def loaded(data: Path, area: str, elders: int | None) -> dict[str, Any]:
    """The first month, all registers, people resolved once at the end. Seconds of each; nothing if it is there."""
    from yiyang.access.scope import platform
    from yiyang.audit.record import work
    from yiyang.registry import accepting, linking
    from yiyang.registry.contracts import load_contracts
    from yiyang.registry.models import Delivery, Person, Statement
    from yiyang.site.demo_county import month_files
    from yiyang.site.serve import make_keys
    from yiyang.site.start import migrate
    from yiyang.synthetic.cli import make_into

    make_keys()
    migrate()
    folder, seconds = data / "city", {}
    if not folder.exists():
        make_into(folder, area=area, seed=1, elders=elders, months=",".join(MONTHS))
    with work(platform("benchmark")):
        there = set(Delivery.objects.filter(state="accepted").values_list("register", flat=True))
    # Linkage is measured by itself (benchmarks.linkage) and with the second month; here it would only make us wait.
    whole, linking.to_ask = linking.to_ask, lambda con: 0
    for register, file in month_files(folder / MONTHS[0], load_contracts()):
        if register not in there:
            seconds[register] = deliver(register, file, MONTHS[0], int(area.ljust(12, "0")), resolve=False)
            print(register, seconds[register], flush=True)
    linking.to_ask = whole
    if seconds:
        began = time.perf_counter()
        with work(platform("benchmark")), tempfile.TemporaryDirectory() as scratch:
            accepting.resolve_everybody(Path(scratch), lambda step: None)
        seconds["everybody resolved"] = {"accept": round(time.perf_counter() - began, 1)}
    with work(platform("benchmark")):
        counts = {"people": Person.objects.count(), "statements": Statement.objects.count()}
    return {"seconds": seconds, **counts}


def next_month(data: Path, area: int) -> dict[str, float]:
    """The register of people of the second month, as a worker takes it in: checked, accepted, everybody resolved."""
    from yiyang.registry.contracts import BASE, load_contracts
    from yiyang.site.demo_county import month_files

    register, file = month_files(data / "city" / MONTHS[1], load_contracts())[0]
    assert register == BASE, register
    taken = deliver(register, file, MONTHS[1], area, resolve=True)
    print("next month", taken, flush=True)
    return taken


def deliver(register: str, file: Path, month: str, area: int, *, resolve: bool) -> dict[str, float]:
    """One register, all the way in; seconds of its check and of its acceptance."""
    from yiyang.access.scope import platform
    from yiyang.audit.record import work
    from yiyang.registry import actions, tasks

    by = platform("benchmark")
    began = time.perf_counter()
    with work(by), file.open("rb") as given:
        delivery = actions.receive(
            by=by, register=register, month=month, area=area, known=date.fromisoformat(f"{month}-05"),
            file_name=file.name, blocks=iter(lambda: given.read(1 << 20), b""), source="command", is_synthetic=True,
        )  # fmt: skip
    tasks.check_delivery.func(delivery=delivery.pk, user=None, request="benchmark")
    checked = time.perf_counter()
    with work(by):
        delivery.refresh_from_db()
        actions.accept(by=by, delivery=delivery, reason="benchmark")
    tasks.bring_in(by, delivery, resolve=resolve)
    done = time.perf_counter()
    with work(by):
        delivery.refresh_from_db()
    if delivery.state != "accepted":
        raise SystemExit(f"{register}: {delivery.state} {delivery.problems}")
    return {
        "rows": delivery.counts["delivered"], "check": round(checked - began, 1), "accept": round(done - checked, 1)
    }  # fmt: skip


def accounts(area: str) -> dict[str, Any]:
    """A city (or county) officer, a county officer and fifty township clerks; and what they will look for."""
    from yiyang.access.scope import platform
    from yiyang.accounts.models import Grant, User
    from yiyang.areas.models import Area
    from yiyang.audit.record import work
    from yiyang.registry.models import Person

    whole = int(area.ljust(12, "0"))
    with work(platform("benchmark")):
        top = Area.objects.get(code=whole)
        role = "city_officer" if top.level == "city" else "county_officer"
        towns = list(Area.objects.filter(level="town", code__gte=whole).order_by("code")[:200])
        chosen = random.Random(1).sample(
            [t for t in towns if Person.objects.filter(area_code__gte=t.code).exists()], 50
        )
        for name, given, place in [
            ("top", role, top),
            *((f"clerk{i}", "township_clerk", t) for i, t in enumerate(chosen)),
        ]:
            if not User.objects.filter(username=name).exists():
                user = User.objects.create_user(name, PASSWORD, name=name, must_change_password=False, is_demo=True)
                Grant.objects.create(user=user, role=given, area=place, starts=date(2020, 1, 1))
        some = list(Person.objects.filter(is_current=True).order_by("id")[1000:1200:10])
        return {
            "people": [p.pk for p in some],
            "ids": [str.__str__(p.id_number) for p in some],
            "names": [p.name for p in some],
            "initials": [p.initials for p in some],
        }


@contextmanager
def server() -> Iterator[str]:
    """`yiyang web` on a free port, the second factor switched off for accounts made here."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"YIYANG_BIND": f"127.0.0.1:{port}", "YIYANG_SECOND_FACTOR": "0", "YIYANG_WORKERS": "2"}
    subprocess.run([sys.executable, "-m", "yiyang", "migrate"], env=environment, check=True)
    web = subprocess.Popen([sys.executable, "-m", "yiyang", "web"], env=environment, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        web.terminate()
        web.wait(30)


def logged_in(address: str, name: str) -> httpx.Client:
    """A browser of one account."""
    client = httpx.Client(base_url=address, follow_redirects=True, timeout=60)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/accounts/login/").text)
    assert token, "the login page has no form"
    words = {"login": name, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    answer = client.post("/accounts/login/", data=words, headers={"Referer": f"{address}/accounts/login/"})
    if answer.status_code != 200 or "/login" in str(answer.url):
        raise SystemExit(f"{name} cannot log in: {answer.status_code} {answer.url}")
    return client


Ask = Callable[[httpx.Client, random.Random], httpx.Response]


def routes(samples: dict[str, Any]) -> dict[str, Ask]:
    """What is asked for, by name."""

    def get(url: Callable[[random.Random], str]) -> Ask:
        return lambda client, chance: client.get(url(chance))

    def number(client: httpx.Client, chance: random.Random) -> httpx.Response:
        words = {"q": chance.choice(samples["ids"]), "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        return client.post("/search", data=words, headers={"Referer": f"{client.base_url}/"})

    return {
        "home": get(lambda _: "/"),
        "people, first page": get(lambda _: "/people/files/"),
        "people by name": get(lambda _: "/people/files/?sort=name"),
        "search by surname": get(lambda r: f"/people/files/?q={r.choice(samples['names'])[:1]}"),
        "search by name": get(lambda r: f"/people/files/?q={r.choice(samples['names'])}"),
        "search by initials": get(lambda r: f"/people/files/?q={r.choice(samples['initials'])}"),
        "search by id number, to the person": number,
        "living alone": get(lambda _: "/people/files/?group=living_alone"),
        "80 and older": get(lambda _: "/people/files/?from=80"),
        "groups": get(lambda _: "/people/groups/"),
        "deliveries": get(lambda _: "/people/deliveries/"),
        "doubles": get(lambda _: "/people/doubles/"),
        "one person": get(lambda r: f"/people/files/{r.choice(samples['people'])}/"),
        "one person, history": get(lambda r: f"/people/files/{r.choice(samples['people'])}/?tab=history"),
    }


def pages(address: str, samples: dict[str, Any], times: int = 15) -> dict[str, Any]:
    """Milliseconds of each page for whoever sees the whole area, one after the other."""
    client, chance, found = logged_in(address, "top"), random.Random(2), {}
    for name, ask in routes(samples).items():
        taken, size = [], 0
        for _ in range(times):
            began = time.perf_counter()
            answer = ask(client, chance)
            taken.append((time.perf_counter() - began) * 1000)
            answer.raise_for_status()
            size = len(answer.content)
        found[name] = {"first": round(taken[0]), **_spread(taken), "bytes": size}
        print(name, found[name], flush=True)
    return found


def at_once(address: str, samples: dict[str, Any], clerks: int, seconds: int) -> dict[str, Any]:
    """Clerks who each ask for a page, read for a second, and ask again."""
    taken: list[float] = []
    errors: list[str] = []
    asks = [
        ask for name, ask in routes(samples).items() if not name.startswith("one person") and "id number" not in name
    ]

    # Logging in is slow by design (Argon2): the measurement begins when all are in.
    together = threading.Barrier(clerks)

    def clerk(number: int) -> None:
        chance, client = random.Random(number), logged_in(address, f"clerk{number}")
        own = re.findall(r'href="(/people/files/\d+/)"', client.get("/people/files/").text)
        mine: list[Ask] = [*asks, *([lambda c, r: c.get(r.choice(own))] * 4 if own else [])]
        together.wait()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.perf_counter()
            answer = chance.choice(mine)(client, chance)
            taken.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:
                errors.append(f"{answer.status_code} {answer.url.path}")
            time.sleep(chance.uniform(0.5, 1.5))

    threads = [threading.Thread(target=clerk, args=(number,)) for number in range(clerks)]
    for thread in threads:
        thread.start()
        time.sleep(0.2)  # fifty Argon2 hashes in one instant would measure the hash
    for thread in threads:
        thread.join()
    found = {"clerks": clerks, "requests": len(taken), "errors": len(errors), **_spread(taken)}
    print("clerks", found, errors[:5], flush=True)
    return found


def _spread(taken: list[float]) -> dict[str, int]:
    ordered = sorted(taken)
    return {
        "median": round(statistics.median(ordered)),
        "p95": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]),
        "worst": round(ordered[-1]),
    }


if __name__ == "__main__":
    main()
