"""Running numbers for very many dossiers: each goes on behind what there is, and is stored at the end."""

from collections import Counter
from datetime import date

from django.db.models import Count

from cases import codes
from cases.models import (
    CashReport,
    CodeCounter,
    LogBook,
    ReceiptCounter,
    RegisterBook,
)
from cases.printouts import volume_of
from notifications.models import LetterRegister


class Numbers:
    """One at a time, in memory: nobody else draws while a database is being filled."""

    def __init__(self, identifiers: dict[int, str]):
        self.identifiers = identifiers
        self.codes = _last(CodeCounter, "agency_identifier", "day")
        self.log_books = _last(LogBook, "desk", "year")
        self.receipts = _last(ReceiptCounter, "agency_identifier", "year")
        self.letters = _last(LetterRegister, "agency_identifier", "kind", "year")
        self.registers = _last(RegisterBook, "agency", "kind", "year")
        self.books = dict(_keys(RegisterBook, "agency", "kind", "year"))
        self.next_book = _highest(RegisterBook) + 1
        self.reports: dict[tuple[int, int, date], int] = {}
        self.cash: Counter[int] = Counter()
        self.next_report = _highest(CashReport) + 1

    def code(self, desk: int, day: date) -> tuple[str, int, int]:
        """Code, year and number of the log book."""
        identifier = self.identifiers[desk]
        self.codes[identifier, day] += 1
        self.log_books[desk, day.year] += 1
        code = f"{identifier}-{day:%y%m%d}-{self.codes[identifier, day]:04d}"
        return code, day.year, self.log_books[desk, day.year]

    def receipt(self, desk: int, day: date) -> str:
        key = self.identifiers[desk], day.year
        self.receipts[key] += 1
        return f"{key[0]}/{key[1]}/{self.receipts[key]:06d}"

    def letter(self, agency: int, kind: str, day: date) -> tuple[int, int, str]:
        """Year, number, and the number as it is written before its symbol."""
        key = self.identifiers[agency], kind, day.year
        self.letters[key] += 1
        return day.year, self.letters[key], f"{self.letters[key]:02d}"

    def entry(self, agency: int, kind: str, day: date) -> tuple[int, int, str, str, str]:
        """Book and number in it; volume and year of its mark, the number as it is written, the name of the file."""
        key = agency, kind, day.year
        if key not in self.books:
            self.books[key], self.next_book = self.next_book, self.next_book + 1
        self.registers[key] += 1
        number = self.registers[key]
        volume = f"{volume_of(number):02d}/{day.year}"
        return self.books[key], number, volume, f"{number:02d}", f"{kind}-{day.year}-{number:05d}"

    def report(self, clerk: int, desk: int, day: date, cash: int) -> int:
        """Of this clerk, desk and day; `cash` (VND) goes into it."""
        key = clerk, desk, day
        if key not in self.reports:
            self.reports[key], self.next_report = self.next_report, self.next_report + 1
        report = self.reports[key]
        self.cash[report] += cash
        return report

    def last_reports(self) -> Counter[tuple[int, int]]:
        """How many cash reports each desk and year has already."""
        stored = CashReport.objects.order_by().values_list("desk", "closed_at__year")
        return Counter(dict((tuple(key), n) for *key, n in stored.annotate(n=Count("pk"))))

    def store(self) -> None:
        """Every counter stands where its numbers end."""
        _store(CodeCounter, self.codes, "agency_identifier", "day")
        _store(LogBook, self.log_books, "desk_id", "year")
        _store(ReceiptCounter, self.receipts, "agency_identifier", "year")
        _store(LetterRegister, self.letters, "agency_identifier", "kind", "year")
        _store(RegisterBook, self.registers, "agency_id", "kind", "year", keys=self.books)

    def check(self) -> None:
        """Raises ValueError for a desk and day with more dossiers than its codes can number."""
        for (identifier, day), last in self.codes.items():
            codes.compose(identifier, day, last)


def _store(model, last: Counter, *fields: str, keys: dict | None = None) -> None:
    model.objects.bulk_create(
        [
            model(
                **dict(zip(fields, key, strict=True)),
                last_number=number,
                **({"pk": keys[key]} if keys else {}),
            )
            for key, number in last.items()
        ],
        batch_size=5_000,
        update_conflicts=True,
        unique_fields=[field.removesuffix("_id") for field in fields],
        update_fields=["last_number"],
    )


def _keys(model, *fields: str):
    for pk, *key in model.objects.order_by().values_list("pk", *fields):
        yield tuple(key), pk


def _last(model, *fields: str) -> Counter:
    rows = model.objects.order_by().values_list("last_number", *fields)
    return Counter({tuple(key): last for last, *key in rows})


def _highest(model) -> int:
    return model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
