"""The tags and filters of the component kit: `{% load kit %}`."""
