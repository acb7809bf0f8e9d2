"""Planning: plans read as data and checked against themselves and each other; projects and tasks followed."""
