"""
Client of a QMT REST trading server, with the names of its manual (v1.0.0). Needs ``requests`` only::

    from qmt_trade_client import QMTTradeClient

    client = QMTTradeClient("http://localhost:9091", client_id="...", secret_key="...", trader_index=0)
    client.buy("000001", price=10.5, shares=500)
"""

from .client import QMTTradeClient
from .errors import QMTAPIError, QMTAuthenticationError, QMTTradeClientError, QMTTraderIndexWarning

__version__ = "1.0.0"

__all__ = ["QMTAPIError", "QMTAuthenticationError", "QMTTradeClient", "QMTTradeClientError", "QMTTraderIndexWarning"]
