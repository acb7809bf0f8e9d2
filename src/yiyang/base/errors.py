"""Errors a user can act on. Each kind has its own exit code; `docs/exit-codes.md` lists them."""

from __future__ import annotations

from collections.abc import Sequence


class YiyangError(Exception):
    """A problem stated as what is wrong, where, and what to do. Shown without a traceback.

    Args:
        zh, en: the whole sentence(s), remedy included.
        problems: further lines, all problems at once, as (zh, en) pairs.
    """

    exit_code = 1

    def __init__(self, zh: str, en: str, problems: Sequence[tuple[str, str]] = ()) -> None:
        # All three are kept as `args`, so that an error comes whole out of another process.
        super().__init__(zh, en, tuple(problems))
        self.zh, self.en, self.problems = zh, en, tuple(problems)

    def __str__(self) -> str:
        return "\n".join([self.en, *(f"  · {en}" for _, en in self.problems)])


class UsageError(YiyangError):
    """The command's words do not fit (unknown area, month, name)."""

    exit_code = 2


class PolicyError(YiyangError):
    """A file of `policy/` breaks the schema or the rules of a list."""

    exit_code = 3


class ConditionError(PolicyError):
    """A condition cannot be read: unknown fact, wrong type, impossible value."""


class BelowFloor(YiyangError):
    """A list falls below the list of the level above."""

    exit_code = 4


class DeliveryError(YiyangError):
    """A delivered register cannot be used at all (empty, columns missing, wrong month)."""

    exit_code = 5


class SnapshotError(YiyangError):
    """A snapshot or run folder is missing, damaged or of another kind."""

    exit_code = 6


class NoEffect(YiyangError):
    """A change names something that does not exist or changes nothing."""

    exit_code = 7


class MissingPart(YiyangError):
    """An optional part (Spark, z3, WeasyPrint, a font) is not installed."""

    exit_code = 8


class StorageError(YiyangError):
    """The disk is full or a folder cannot be written."""

    exit_code = 9


class CaseFailed(YiyangError):
    """A worked case of a list gives another answer than it states."""

    exit_code = 10


class DatabaseError(YiyangError):
    """PostgreSQL cannot be reached or started, is too old, or lacks a role."""

    exit_code = 11


class BackupError(YiyangError):
    """A backup cannot be made, read, opened with this key, or put back here."""

    exit_code = 12


class SecretError(YiyangError):
    """The key ring is missing, readable by others or damaged; or a sealed value does not open."""

    exit_code = 13


class AuditError(YiyangError):
    """The audit log is not what was written: a line was removed, changed, inserted or moved, or its end was cut off."""

    exit_code = 14


class InstallationError(YiyangError):
    """The doctor found something wrong with the installation."""

    exit_code = 15


class NotAsPublished(YiyangError):
    """What was published (a draw) does not follow from what it says it was made of."""

    exit_code = 16


class Contradiction(YiyangError):
    """Plans contradict themselves or each other."""

    exit_code = 17


class Interrupted(YiyangError):
    """Stopped by the user (Ctrl-C); earlier output is untouched."""

    exit_code = 130
