"""What the room keeps."""

from __future__ import annotations
