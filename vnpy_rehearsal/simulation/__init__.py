"""
Gateway, venue and strategy on one thread and one virtual clock: the same seed gives the same run, byte for byte.

``world.World`` is the entrance. Needs greenlet (extra ``mock``).
"""
