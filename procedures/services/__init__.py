"""What is done with the catalogue: loading it, and asking who decides and what a fee is."""
