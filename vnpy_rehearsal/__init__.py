"""Trying gateways and strategies on bad days: the main job, the fault matrix, and the journal check both end in."""
