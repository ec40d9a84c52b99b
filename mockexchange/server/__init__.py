"""The venue as a server: HTTP, websocket, the control API under ``/_mock/`` and the command line."""
