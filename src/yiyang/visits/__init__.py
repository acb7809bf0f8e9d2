"""Visits: who is looked in on and how often, the month planned, findings followed until somebody else closes them."""
