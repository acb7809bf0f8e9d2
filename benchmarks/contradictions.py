"""Contradictions in plans: precision and recall against what was found by reading, and how many planted ones are seen.

    python -m benchmarks.contradictions --dir FOLDER               # the documents, named as `contradictions.yaml` says
    python -m benchmarks.contradictions --dir FOLDER --planted 150 # change so many figures, one at a time

The documents are not shipped. A planted change multiplies one figure by 1.2. Many figures stand only once and are no
sum of anything, so that not every change can be seen by anybody. Those that were not are listed with --show.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from yiyang.planning.coherence import Finding, check
from yiyang.planning.reading import SUFFIXES, read
from yiyang.planning.records import Document

TRUTH = Path(__file__).parent / "contradictions.yaml"
_FIGURE = re.compile(r"(?<![\d.〔])\d+(?:\.\d+)?(?=\s*(?:万|亿|%|张|个|家|所|人|元|$))")


def main() -> None:
    """Print what was measured."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--dir", type=Path, required=True)
    words.add_argument("--planted", type=int, default=0)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--show", action="store_true")
    asked = words.parse_args()
    files = sorted(each for each in asked.dir.glob("*") if each.suffix.lower() in SUFFIXES)
    against_truth(files)
    if asked.planted:
        planted(files, asked.planted, asked.seed, asked.show)


def against_truth(files: Sequence[Path]) -> None:
    """Precision and recall, by whether the document was tuned on."""
    truth = yaml.safe_load(TRUTH.read_text(encoding="utf-8"))
    begun = time.perf_counter()
    documents = [read(file) for file in files]
    middle = time.perf_counter()
    found = check(documents).contradictions
    print(f"read {middle - begun:.2f} s, checked {time.perf_counter() - middle:.2f} s, {len(documents)} documents")
    tuned = tuple(truth["tuned_on"])
    for label, is_tuned in (("tuned on", True), ("held out", False)):
        mine = [each for each in found if each.places[0].document.startswith(tuned) == is_tuned]
        wanted = [each for each in truth["found"] if (each["documents"][0] in tuned) == is_tuned]
        right = [each for each in mine if any(_is_it(each, one) for one in wanted)]
        seen = [one for one in wanted if any(_is_it(each, one) for each in mine)]
        print(f"{label}: told {len(mine)}, of them true {len(right)}; true {len(wanted)}, of them told {len(seen)}")
        for each in mine:
            if each not in right:
                print("  not in the truth:", each.why_zh)
        for one in wanted:
            if one not in seen:
                print("  not told:", one)


def _is_it(found: Finding, wanted: dict[str, Any]) -> bool:
    pairs = zip(sorted(each.document for each in found.places), sorted(wanted["documents"]), strict=True)
    if not all(document.startswith(name) for document, name in pairs):
        return False
    if names := wanted.get("names"):
        texts = [each.text for each in found.figures]
        return all(any(str(name) in text for text in texts) for name in names)
    return sorted(map(_value, found.figures)) == sorted(Decimal(str(each)) for each in wanted["figures"])


def _value(amount: Any) -> Decimal:
    return Decimal(-1) if amount.value is None else Decimal(amount.value)


def planted(files: Sequence[Path], count: int, seed: int, show: bool) -> None:
    """Change one figure at a time in the TXT files that were tuned on, and see whether something new is told."""
    tuned = tuple(yaml.safe_load(TRUTH.read_text(encoding="utf-8"))["tuned_on"])
    texts = {file: file.read_text(encoding="utf-8").split("\n") for file in files if file.stem.startswith(tuned)}
    documents = {file: read(file) for file in texts}
    known = {each.key for each in check(list(documents.values())).contradictions}
    spots = [(file, at, match) for file, lines in texts.items() for at, line in enumerate(lines) for match in _in(line)]
    chosen = random.Random(seed).sample(spots, min(count, len(spots)))
    missed = [spot for spot in chosen if not _is_seen(spot, texts, documents, known)]
    print(f"planted {len(chosen)}, seen {len(chosen) - len(missed)}")
    for file, at, match in missed if show else ():
        print(f"  {file.stem[:3]} line {at + 1}: {match[0]}")


def _in(line: str) -> list[re.Match[str]]:
    return [match for match in _FIGURE.finditer(line) if not re.fullmatch(r"20[12]\d", match[0])]


def _is_seen(
    spot: tuple[Path, int, re.Match[str]],
    texts: dict[Path, list[str]],
    documents: dict[Path, Document],
    known: set[str],
) -> bool:
    file, at, match = spot
    lines = list(texts[file])
    lines[at] = lines[at][: match.start()] + _other(match[0]) + lines[at][match.end() :]
    changed = read("\n".join(lines).encode(), slug=file.stem, area=documents[file].area)
    report = check([changed if each == file else document for each, document in documents.items()])
    return any(each.key not in known for each in report.contradictions)


def _other(figure: str) -> str:
    if "." in figure:
        return f"{float(figure) * 1.2:.{len(figure.partition('.')[2])}f}"
    return str(int(figure) + max(1, int(figure) // 5))


if __name__ == "__main__":
    main()
