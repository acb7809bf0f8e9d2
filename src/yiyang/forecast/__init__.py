"""Forecast: how many elders there will be by area, sex and age, with what disability, and what they will need."""
