"""
What happens to a gateway on a bad day: the fault matrix (rows F1 to F75), run on any ``BaseGateway`` that can be pointed at
a simulated venue, ending each time in the ground truth, the venue's own journal.

Knows no venue and no gateway: a ``Profile`` says how one is pointed at the other. The mock exchange's command
``conform`` finds this driver by its entry point and brings the venue.
"""
