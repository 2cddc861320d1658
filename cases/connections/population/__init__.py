"""The National Population Database (CSDL quốc gia về dân cư): looked up for one person at a time."""
