"""No item vanishes silently: `items.txt` names them all.

After adding, renaming or ending an item on purpose: `python -m yiyang.catalog.tests.test_items` writes the file anew.
"""

from __future__ import annotations

from pathlib import Path

from yiyang.catalog.lists import list_areas, load_list

ITEMS = Path(__file__).with_name("items.txt")


def items() -> list[str]:
    """area/item of every list."""
    return [f"{area}/{item}" for area in list_areas() for item in sorted(load_list(area).items)]


def test_every_item_is_still_there() -> None:
    expected, found = ITEMS.read_text(encoding="utf-8").split(), items()
    how = "if this is meant, run: python -m yiyang.catalog.tests.test_items"
    assert sorted(set(expected) - set(found)) == [], f"vanished; {how}"
    assert sorted(set(found) - set(expected)) == [], f"not yet named in items.txt; {how}"


if __name__ == "__main__":
    ITEMS.write_text("\n".join(items()) + "\n", encoding="utf-8")
