"""The main job's bad day: faults of the matrix strike at seeded moments while the strategy trades."""
