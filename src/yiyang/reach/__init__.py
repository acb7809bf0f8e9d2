"""Reach: who gets to a facility within how many minutes, and where to build the next one."""
