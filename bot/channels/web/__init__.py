"""The web page at ``/``: plain forms that work by themselves, and with JavaScript a live end by server-sent events."""
