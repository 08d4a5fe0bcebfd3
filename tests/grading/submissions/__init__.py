"""The library of bad submissions: what arrives damaged, what goes wrong, what attacks."""
