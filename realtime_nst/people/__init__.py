"""Find people in images by small networks that are installed with the program."""
