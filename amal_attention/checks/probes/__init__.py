"""How the modules of each kind are called, and how their replies are read."""
