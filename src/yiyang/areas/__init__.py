"""The tree of areas: codes, names, ranges, former codes, census figures, boundaries."""
