"""Each check says all is well where it is, and says how to mend where it is not: every one is made to fail."""
