"""`yiyang doctor`: is this installation sound, and how to mend what is not. Each check is one small function."""
