"""The street: the only code that touches the network."""
