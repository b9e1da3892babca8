"""Signing people in at the built-in identity provider of local mode."""


def tokens(base):
    """Access tokens by name."""
    return {}
