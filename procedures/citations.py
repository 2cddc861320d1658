"""How a legal text is cited, in Vietnamese and English; which ones there are is data of `procedures.regimes`."""

from dataclasses import dataclass

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class Citation:
    """A legal text, or an article of it, as it is cited; without an article the text alone is cited.

    As a string it speaks the language of the reader; letters ask for `text("vi")`.
    """

    text_vi: str
    text_en: str
    article: int | None = None
    clause: int | None = None
    point: str = ""

    def __str__(self) -> str:
        return self.text(get_language() or "vi")

    def text(self, language: str) -> str:
        """`khoản 9 Điều 19 Nghị định số 61/2018/NĐ-CP` or `Article 19.9 of Decree 61/2018/NĐ-CP`."""
        if language.startswith("en"):
            if self.article is None:
                return self.text_en
            clause = f".{self.clause}{self.point}" if self.clause else ""
            return f"Article {self.article}{clause} of {self.text_en}"
        if self.article is None:
            return self.text_vi
        point = f"điểm {self.point} " if self.point else ""
        clause = f"khoản {self.clause} " if self.clause else ""
        return f"{point}{clause}Điều {self.article} {self.text_vi}"

    def at(self, article: int, clause: int | None = None, point: str = "") -> "Citation":
        """An article of this text."""
        return Citation(self.text_vi, self.text_en, article, clause, point)

    def amended_by(self, other: "Citation") -> "Citation":
        return Citation(
            f"{self.text_vi}, được sửa đổi, bổ sung bởi {other.text_vi}",
            f"{self.text_en} as amended by {other.text_en}",
        )


def decree(number: str) -> Citation:
    return Citation(f"Nghị định số {number}/NĐ-CP", f"Decree {number}/NĐ-CP")


def decision(number: str) -> Citation:
    return Citation(f"Quyết định số {number}/QĐ-TTg", f"Decision {number}/QĐ-TTg")
