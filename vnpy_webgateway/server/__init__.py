"""A WebTrader server of one's own: the trading process, and the web process with a launcher that repairs what can be repaired from outside."""
