"""Reading plans: a file of any of four formats becomes a `Document`. Pure: no clock, no network, no database."""

from yiyang.planning.reading.reader import SUFFIXES, read

__all__ = ["SUFFIXES", "read"]
