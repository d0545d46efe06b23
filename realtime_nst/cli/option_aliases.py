"""Accept options in their old spellings, and in British ones."""

RENAMED = {
    "begin": "init-from",
    "scratch": "from-scratch",
    "truth": "ground-truth",
    "stabilise": "stabilize",
    "keep-colours": "keep-colors",
    "keep-colour": "keep-colors",
    "keep-color": "keep-colors",
}
"""Old and new names of options, without dashes; the help shows only the new ones."""


def normalize_option(name: str) -> str:
    """Return the present name of an option; fits ``token_normalize_func`` of a context."""
    return RENAMED.get(name, name)
