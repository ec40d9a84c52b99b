"""What every gateway here shares: clients, the order table, reconciliation. Knows no venue."""

__version__: str = "0.1.0"
