"""The portal's questions under load: two hundred people at once, each reading for a while before he goes on.

    python -m benchmarks.portal                 # two hundred people, a minute
    python -m benchmarks.portal --people 50 --seconds 20

Everything is real: the embedded PostgreSQL, gunicorn with the product's settings, HTTP over the loopback. Each asks for
another elder: other places, ages and answers; what the server keeps is of use as far as people are alike, and no more.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import tempfile
import threading
import time
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from benchmarks.platform import _spread, server

RESULTS = Path(__file__).parent / "results" / "portal.json"
PAGE = "/portal/entitlements/"
# Seconds for which somebody reads a page before he answers. A daughter on a telephone is quick with it.
READS = (2.0, 8.0)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--people", type=int, default=200)
    words.add_argument("--seconds", type=int, default=60)
    given = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="yiyang-portal-") as folder:
        os.environ["YIYANG_DATA"] = folder
        from yiyang.site.serve import make_keys
        from yiyang.site.start import start

        with start():
            make_keys()
            with server() as address:
                found = {
                    "reading": at_once(address, given.people, given.seconds, READS),
                    "without_pause": at_once(address, 8, min(given.seconds, 20), (0.0, 0.0)),
                }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def at_once(address: str, people: int, seconds: int, reads: tuple[float, float]) -> dict[str, Any]:
    """People who walk through the questions to the answer, and begin again for somebody else."""
    taken: list[float] = []
    errors: list[str] = []
    together, end = threading.Barrier(people), [0.0]

    def somebody(number: int) -> None:
        chance = random.Random(number)
        with httpx.Client(base_url=address, timeout=30) as client:
            together.wait()
            end[0] = end[0] or time.monotonic() + seconds
            # Not all press in the same instant.
            time.sleep(chance.uniform(0, reads[1]))
            form: dict[str, str] = {}
            while time.monotonic() < end[0]:
                began = time.perf_counter()
                answer = client.post(PAGE, data=form) if form else client.get(PAGE)
                taken.append((time.perf_counter() - began) * 1000)
                if answer.status_code != 200:
                    errors.append(f"{answer.status_code}")
                form = _next(answer.text, chance)
                time.sleep(chance.uniform(*reads))

    threads = [threading.Thread(target=somebody, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    a_second = round(len(taken) / seconds, 1)
    found = {"people": people, "pages": len(taken), "a_second": a_second, "errors": len(errors), **_spread(taken)}
    print(found, errors[:5], flush=True)
    return found


def _next(page: str, chance: random.Random) -> dict[str, str]:
    """What the form on a page sends when somebody answers it by chance; nothing at the end."""
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    offered = re.findall(r'type="radio" name="answer" value="([^"]+)"', page)
    if "下一步" not in page or not offered:
        return {}
    form = {name: unescape(value) for name, value in hidden.items() if name in ("so_far", "key")}
    if 'name="year"' in page:
        return form | {"year": str(chance.randint(1926, 1966)), "month": str(chance.randint(1, 12)), "day": ""}
    return form | {"answer": chance.choice(offered)}


if __name__ == "__main__":
    main()
