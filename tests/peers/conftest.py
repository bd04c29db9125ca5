"""The peers run in environments of their own; this one could not even import them."""

collect_ignore = ["sapient_peer.py"]
