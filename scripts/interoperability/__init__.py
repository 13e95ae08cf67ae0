"""What scripts/tweed_weights.py is made of: files, networks, and what frameworks keep differently."""
