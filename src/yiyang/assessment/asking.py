"""A scale as the generic form that the phone and the tablet render (see `field.kinds`). Pure."""

from __future__ import annotations

from typing import Any

from yiyang.assessment.instrument import Instrument, Item

CIRCUMSTANCES = "影响等级的情况"


def form_of(instrument: Instrument) -> dict[str, Any]:
    """Sections of questions with one choice each; the ids are item codes, the values those that `scales.score` takes.

    Points are not shown: who assesses chooses what fits, not what sums up.
    """
    parts = [(part.name, part.items) for part in instrument.parts]
    beside = [(CIRCUMSTANCES, instrument.circumstances)] if instrument.circumstances else []
    sections = [
        {"title": title, "questions": [_question(item) for item in items]} for title, items in (*parts, *beside)
    ]
    return {"version": instrument.version, "sections": sections}


def _question(item: Item) -> dict[str, Any]:
    options = [{"value": option.value, "text": option.text} for option in item.options]
    return {"id": item.code, "text": item.asks, "help": item.help, "kind": "one", "required": True, "options": options}
