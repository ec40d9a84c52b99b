"""
``python -m vnpy_rehearsal trade``: CTA strategies in a process without a window, which a supervisor (systemd, Docker) starts again when it
dies. It reads what VeighNa Trader has saved, and nothing else: connect settings, strategies and their variables.
"""
