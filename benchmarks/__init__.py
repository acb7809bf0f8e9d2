"""Time, memory and growth, measured against OpenFisca. `python -m benchmarks --help`."""
