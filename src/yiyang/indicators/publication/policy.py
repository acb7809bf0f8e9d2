"""`policy/publication.yaml`: what is published when, what counts no people, and what is told of sums."""

from __future__ import annotations

from functools import cache

from yiyang.base.paths import policy_dir
from yiyang.catalog import loader
from yiyang.catalog.publication_schema import PublicationFile

FILE = "publication.yaml"


@cache
def load_publication() -> PublicationFile:
    """The file. Raises PolicyError with file and line."""
    return loader.load(policy_dir() / FILE, PublicationFile)
