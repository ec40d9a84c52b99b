"""Strategy days: a strategy once undisturbed and once for each fault of the matrix, on the same market, judged by the venue's journal."""
