"""Names as they sound and as they are miswritten. Python sees distinct names, never people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

import pyarrow as pa

from yiyang.base.errors import MissingPart
from yiyang.registry.linkage.settings import LinkageSettings

COLUMNS = ("name", "pinyin", "sound", "masks", "shorter")


def readings(names: Iterable[str], settings: LinkageSettings) -> pa.Table:
    """One row a distinct name.

    Columns: name; pinyin, syllables without tones (爱华 → ai hua; traditional characters sound as simplified ones do);
    sound, the same with sounds folded that are taken for one another; masks, the name with each character hidden in
    turn (two names of one length share a mask if they differ in one character); shorter, the name without each
    character in turn. DuckDB's levenshtein counts bytes, three a character, hence masks.

    >>> readings(["爱华"], load_settings()).to_pylist()[0]["masks"]    # doctest: +SKIP
    ['_华', '爱_']
    """
    known = list(names)
    spoken = [_syllables(name, settings.surnames) for name in known]
    folds = [(re.compile(pattern), other) for pattern, other in settings.folds]
    sounds = {s: _fold(s, folds) for s in {syllable for name in spoken for syllable in name}}
    columns = [
        pa.array(known, pa.string()),
        pa.array([" ".join(name) for name in spoken], pa.string()),
        pa.array([" ".join(sounds[s] for s in name) for name in spoken], pa.string()),
        pa.array([[f"{n[:i]}_{n[i + 1 :]}" for i in range(len(n))] for n in known], pa.list_(pa.string())),
        pa.array([[n[:i] + n[i + 1 :] for i in range(len(n))] for n in known], pa.list_(pa.string())),
    ]
    return pa.table(columns, names=list(COLUMNS))


def _syllables(name: str, surnames: dict[str, str]) -> list[str]:
    first = surnames.get(name[:1])
    return [first if place == 0 and first else _pinyin(character) for place, character in enumerate(name)]


@cache
def _pinyin(character: str) -> str:
    """The usual reading of one character; itself where it has none."""
    try:
        from pypinyin import Style, lazy_pinyin
    except ImportError as error:
        raise MissingPart(
            "人员关联需要 pypinyin。请安装：pip install 'yiyang[linkage]'",
            "Linkage needs pypinyin. Install it: pip install 'yiyang[linkage]'",
        ) from error
    return "".join(lazy_pinyin(character, style=Style.NORMAL, v_to_u=False)).lower()


def _fold(syllable: str, folds: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for pattern, other in folds:
        syllable = pattern.sub(other, syllable)
    return syllable
