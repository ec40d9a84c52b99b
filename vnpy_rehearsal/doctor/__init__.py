"""``python -m vnpy_rehearsal doctor``: what is wrong with a set-up, a line each."""
