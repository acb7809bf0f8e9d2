"""Targets that a bureau's own documents state: joined to indicators, confirmed once, beside those of policy."""
