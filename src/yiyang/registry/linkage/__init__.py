"""Putting rows without a usable id number to people, and finding people who are registered twice. Pure: no Django."""
