"""The only code that tells people something: once for one thing, by the ways that are due and wanted.

In the app always; a text message where a telephone is known; a letter where none is, or where a decision is told.
Whoever does not want a way is not told by it, and that is kept too (`not_wanted`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg.types.json import Jsonb

from yiyang.access.scope import Scope, acting, current, platform
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.notices.models import Instant, Notice, OptOut
from yiyang.notices.templates import Template, fen_key, template
from yiyang.registry.models import Person
from yiyang.registry.reach import reaches

Channel, State = Notice.Channel, Notice.State
CODE_LASTS = timedelta(minutes=10)


def tell(
    *,
    by: Scope,
    person: int,
    area: int,
    template: str,
    about: str,
    data: Mapping[str, Any],
    channels: tuple[str, ...] | None = None,
) -> int:
    """Tell one person about one thing.

    Args:
        by: whose act it is; the rows are written within this scope.
        person, area: key of the person, and the code of the area that answers.
        template: id of `policy/notices/`.
        about: what it is about, as `table:key`; told of the same before, nothing happens.
        data: what the template's keys need; an amount as `fen` and `every`, an item beside its `list_area`.
        channels: only these; None = the template's.

    Returns:
        How many notices are new.

    Raises:
        UsageError: no such template, or the data lack something.
    """
    with acting(by):
        return tell_many(
            template=template,
            rows="SELECT %s::bigint AS person, %s::bigint AS area_code, %s::text AS about, %s::jsonb AS data",
            parameters=(person, area, about, Jsonb(dict(data))),
            channels=channels,
        )


def tell_many(
    *, template: str, rows: str, parameters: Sequence[Any] = (), channels: tuple[str, ...] | None = None
) -> int:
    """Tell all people of a query, in one statement a way. Runs in the caller's transaction, under the scope in force.

    Args:
        rows: SQL giving `person bigint, area_code bigint, about text, data jsonb`; see `tell` for the data.

    Returns:
        How many notices are new.

    Raises:
        UsageError: no such template, or somebody's data lack something.
    """
    chosen = _template(template)
    ways = [way for way in chosen.channels if channels is None or way in channels]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS telling")
        cursor.execute(f"CREATE TEMP TABLE telling ON COMMIT DROP AS SELECT * FROM ({rows}) AS told", parameters)
        _refuse_missing(cursor, chosen)
        _keep_wording(cursor, chosen)
        found = sum(_insert(cursor, chosen, way) for way in ways)
        cursor.execute("DROP TABLE telling")
    return found


def _template(slug: str) -> Template:
    return template(slug)


def _keep_wording(cursor: Any, chosen: Template) -> None:
    cursor.execute(
        "INSERT INTO notices_wording (template, version, body, since) VALUES (%s, %s, %s, now()) "
        "ON CONFLICT DO NOTHING",
        [chosen.id, chosen.version, Jsonb(chosen.body)],
    )


def _refuse_missing(cursor: Any, chosen: Template) -> None:
    needed = [
        fen_key(name) if key.kind == "amount" else name for name, key in chosen.keys.items() if not key.is_optional
    ]
    cursor.execute(
        "SELECT name FROM unnest(%s::text[]) AS name WHERE EXISTS (SELECT 1 FROM telling WHERE data->>name IS NULL)",
        [needed],
    )
    if lacking := [name for (name,) in cursor.fetchall()]:
        raise UsageError(
            f"告知“{chosen.zh}”缺少内容：{'、'.join(lacking)}。", f"{chosen.id} lacks {', '.join(lacking)} in its data."
        )


# To whom a way is open, and in which state the notice begins. The dead get no text messages and no letters.
LIVING = "p.alive IS DISTINCT FROM 0"
REFUSED = "EXISTS (SELECT 1 FROM notices_optout AS o WHERE o.person = t.person AND o.channel = '{way}')"
TEXTED = f"p.phone_hash IS NOT NULL AND NOT {REFUSED.format(way='sms')}"
INSERT = """
INSERT INTO notices_notice (person, area_code, channel, template, template_version, about, data, state, problem,
                            made_at, sent_at)
SELECT DISTINCT ON (t.person, t.about) t.person, t.area_code, %(way)s, %(template)s, %(version)s, t.about, t.data,
       CASE WHEN {refused} THEN 'not_wanted' ELSE %(state)s END, '', now(),
       CASE WHEN %(state)s = 'sent' THEN now() END
FROM telling AS t LEFT JOIN registry_person AS p ON p.id = t.person
WHERE {open} ORDER BY t.person, t.about
ON CONFLICT (person, channel, template, about) DO NOTHING
"""


def _insert(cursor: Any, chosen: Template, way: str) -> int:
    is_due = way == Channel.IN_APP or (way == Channel.LETTER and chosen.by_law)
    refused = "false" if is_due else REFUSED.format(way=way)
    words = {
        "way": way,
        "template": chosen.id,
        "version": chosen.version,
        "state": State.SENT if way == Channel.IN_APP else State.WAITING,
    }
    cursor.execute(INSERT.format(refused=refused, open=_open_to(chosen, way)), words)
    return int(cursor.rowcount)


def _open_to(chosen: Template, way: str) -> str:
    if way == Channel.SMS:
        return f"{LIVING} AND p.phone_hash IS NOT NULL"
    if way == Channel.LETTER:
        always = {"always": "true", "without_sms": f"NOT ({TEXTED})", "never": "false"}[chosen.letter]
        return f"{LIVING} AND coalesce({always}, true)"
    return "true"


def read(*, by: Scope, notices: Sequence[int]) -> int:
    """Note that the person, or who acts for him, has read messages in the app; returns how many were new."""
    with acting(by):
        mine = Notice.objects.filter(pk__in=notices, channel=Channel.IN_APP, state=State.SENT, person__in=by.persons)
        return mine.update(state=State.READ, read_at=timezone.now())


def opt_out(*, by: Scope, person: Person, channel: str) -> None:
    """Tell somebody no longer by a way; what waits is not sent. Decisions are told by letter all the same, by law.

    Raises:
        UsageError: not a way that can be left. PermissionDenied: neither the person himself nor staff who may.
    """
    _require(by, person)
    if channel not in (Channel.SMS, Channel.LETTER):
        raise UsageError("只能选择不接收短信或书面告知。", "Only text messages and letters can be declined.")
    with acting(by):
        OptOut.objects.get_or_create(person=person.pk, channel=channel, defaults={"said_by_name": by.name})
        waiting = Notice.objects.filter(person=person.pk, channel=channel, state=State.WAITING)
        if channel == Channel.LETTER:
            from yiyang.notices.templates import load_templates

            due = [slug for slug, each in load_templates().items() if each.by_law]
            waiting = waiting.exclude(template__in=due)
        waiting.update(state=State.NOT_WANTED)
        _note(person, "opt_out", channel)


def opt_in(*, by: Scope, person: Person, channel: str) -> None:
    """Tell somebody by a way again, from now on. Raises PermissionDenied."""
    _require(by, person)
    with acting(by):
        OptOut.objects.filter(person=person.pk, channel=channel).delete()
        _note(person, "opt_in", channel)


def _require(by: Scope, person: Person) -> None:
    if person.pk not in by.persons and not reaches(by, "case.tell", person):
        by.require("case.tell", person.area_code)


def _note(person: Person, act: str, channel: str) -> None:
    record("write", what="notices:optout", person=person.pk, area=person.area_code, detail={"act": act, "way": channel})


def send_code(phone: str, text: str, *, lasts: timedelta = CODE_LASTS) -> int:
    """Hand a text message to the gateway at once; the number under which it lies in the outbox.

    It is read by `yiyang notices take`, which the city's connection to its gateway runs; see `notices.outbox`.
    """
    with acting(platform("即时短信", current().request)):
        made = Instant.objects.create(phone=phone, text=text, expires_at=timezone.now() + lasts)
    return int(made.pk)
