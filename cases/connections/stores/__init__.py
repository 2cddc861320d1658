"""Stores of papers and results: the personal data store (kho dữ liệu điện tử của tổ chức, cá nhân)."""
