"""How a state looks: a tone and an icon for every slug in use. The word comes from the model's choices."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """`tone`: good, bad, wait, info, or plain."""

    tone: str
    icon: str


GOOD, BAD, WAIT, INFO = Look("good", "done"), Look("bad", "error"), Look("wait", "waiting"), Look("info", "info")
RUNNING, ENDED, UNKNOWN = Look("info", "running"), Look("plain", "ended"), Look("wait", "unknown")
PLAIN = Look("plain", "info")

SLUGS: dict[str, str] = {
    "good": "closed accepted ready active ok same entitled yes succeeded in_force good done mended issued filed "
    "granted in_effect sent read taken settled valid upheld operating",
    "bad": "missed not_found failed stopped refused overdue wrong locked bad broken expired deny",
    "wait": "owed acted assigned received checked open waiting due_soon contested doubtful wait warning todo not_yet "
    "legal approval to_issue sent_back conflict requested filled signed returned",
    "running": "checking accepting taking_back running doing draft again reading building",
    "ended": "taken_back revoked ended withdrawn undone different inactive no cancelled aborted left kept dropped "
    "declined void not_wanted replaced excused dismissed",
    "unknown": "undecided unknown",
    "info": "info found new entered selected told agreed applied handed_over printed planned changed "
    "proposed approved funded",
}
LOOKS = {"good": GOOD, "bad": BAD, "wait": WAIT, "running": RUNNING, "ended": ENDED, "unknown": UNKNOWN, "info": INFO}
_BY_SLUG = {slug: LOOKS[look] for look, slugs in SLUGS.items() for slug in slugs.split()}


def look_of(slug: str) -> Look:
    """The look of a state; a slug that nobody sorted is plain."""
    return _BY_SLUG.get(slug, PLAIN)
