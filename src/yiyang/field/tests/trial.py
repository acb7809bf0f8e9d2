"""A kind of work for tests: looks in on everybody whom the visitor may see. Who is first is first."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from yiyang.access.scope import Scope
from yiyang.base.errors import UsageError
from yiyang.field import files
from yiyang.field.kinds import Conflict, Piece
from yiyang.field.models import Entry
from yiyang.registry.models import Person

FORM = {
    "version": "1",
    "sections": [
        {
            "title": "见面",
            "help": "先说明来意。",
            "questions": [
                {
                    "id": "met",
                    "text": "见到本人了吗？",
                    "kind": "one",
                    "options": [
                        {"value": "yes", "text": "见到了"},
                        {"value": "no", "text": "没有见到", "alarm": True, "help": "问邻居，再打电话"},
                    ],
                },
                {
                    "id": "where",
                    "text": "本人在哪里？",
                    "kind": "text",
                    "shown_if": {"question": "met", "in": ["no"]},
                },
            ],
        },
        {
            "title": "身体",
            "questions": [
                {"id": "weight", "text": "体重", "kind": "number", "unit": "千克", "min": 20, "max": 200},
                {"id": "since", "text": "几点起床？", "kind": "time", "required": False},
                {
                    "id": "meals",
                    "text": "今天吃了哪几顿？",
                    "kind": "many",
                    "required": False,
                    "options": [{"value": "a", "text": "早饭"}, {"value": "b", "text": "午饭"}],
                },
                {"id": "picture", "text": "拍一张房间的照片", "kind": "photo"},
                {"id": "voice", "text": "补充说明", "kind": "voice"},
                {"id": "signed", "text": "家属签名", "kind": "sign", "required": False},
            ],
        },
    ],
}


class Trial:
    """Looking in."""

    right: ClassVar[str] = "visit.do"
    title: ClassVar[str] = "看望"

    def pack(self, scope: Scope, on: date) -> list[Piece]:
        """The first twenty people of the visitor's area."""
        people = Person.objects.filter(merged_into=None, alive=1).order_by("id")[:20]
        return [
            Piece(
                str(each.pk), "1", each.pk, each.area_code, each.name or "无名", ["八十二岁，独居", "村东第二户"], FORM,
                {"phone": "13800000000", "directions": "过桥右转，\n第二家。", "turn": turn, "at": 510 + 30 * turn},
            )
            for turn, each in enumerate(people)
        ]  # fmt: skip

    def take(self, scope: Scope, entry: Entry, body: dict[str, Any]) -> None:
        """One report a person."""
        if body["answers"].get("weight") == 66:
            raise RuntimeError("a fault of ours")
        if body["answers"].get("met") not in ("yes", "no"):
            raise UsageError("没有写明是否见到本人。", "It does not say whether he was met.")
        first = Entry.objects.filter(kind="trial", about=entry.about, state="taken").first()
        if first is not None:
            raise Conflict("已有人看望过。", "Somebody was here.", theirs={"办理人": first.user.name, "见面": "见到了"})
        person = Person.objects.get(pk=entry.person)
        files.keep(by=scope, person=person, body=body, title="看望照片")

    def instead(self, scope: Scope, entry: Entry, body: dict[str, Any]) -> None:
        """The first one steps back."""
        Entry.objects.filter(kind="trial", about=entry.about, state="taken").update(state="settled")
