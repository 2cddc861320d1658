"""The one door for letters and messages; every function is one transaction on a locked row."""
