"""A database of one's own in which transactions are committed, for tests of several at once."""

from yiyang.cases.tests.conftest import committed

__all__ = ["committed"]
