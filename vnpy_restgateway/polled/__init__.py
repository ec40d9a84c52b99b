"""For venues that push nothing: everything is asked for, again and again, one request after the other."""
