"""Model files: what they contain, how they are read and where they are found."""
