"""Stand-ins for what reads and writes lines: encoders, decoders and scores."""
