"""Ability assessment: scales, agencies and assessors, from request to certificate, recognised city-wide."""
