"""The archive (kho lưu trữ hồ sơ): what ended in a past year, in a schema of its own, `archive_2023`.

Its tables are those of the same name in `public`, with the same columns, constraints and indexes. Whoever
reads a year puts its schema before `public` (`reading.reading`), and every query of the product reads
there. See docs/decisions/0039-a-year-is-a-schema.md.
"""


def schema_of(year: int) -> str:
    return f"archive_{year:04d}"
