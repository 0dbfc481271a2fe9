"""The script that fits the numbers of grounding, and the numbers."""
