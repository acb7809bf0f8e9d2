"""Reading plans: a file of any of four formats becomes a `Document`. Pure: no clock, no network, no database."""
