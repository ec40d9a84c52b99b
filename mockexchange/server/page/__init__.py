"""The page for people under ``/_mock/``: its files, and the websocket that keeps it up to date (docs/page.md)."""
