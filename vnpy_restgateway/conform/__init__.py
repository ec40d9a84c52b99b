"""Moved to vnpy_rehearsal.conform."""
