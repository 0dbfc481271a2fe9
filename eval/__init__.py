"""Scores the assistant on cases with known answers: ``python -m eval``."""
