"""Statistics published in which nobody can be found: small cells hidden, and a proof that they stay hidden."""
