"""Indicators: every promised figure beside the measured one; statistics published in which nobody can be found."""
