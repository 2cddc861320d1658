"""Model fields for personal data at rest: encrypted when written, clear when loaded.

Nothing can be compared inside a ciphertext, so every look-up but equality is refused. Equality is asked of
the keyed hash beside it, which also keeps a number unique.
"""

import json

from django.core.exceptions import FieldError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.lookups import Exact, In, Lookup

from onestop.encryption import (
    PREFIX,
    CannotDecrypt,
    Unreadable,
    decrypt,
    decrypt_or_mark,
    encrypt,
    keyed_hash,
)

# The last two are those of the triggers, which compare the row of before with the row of after.
POSSIBLE = {"exact", "in", "isnull", "encrypted", "df", "ndf"}


class _Encrypted:
    """What both fields share: a column of text, bound to its table and name."""

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def db_type(self, connection) -> str:
        return "text"

    def cast_db_type(self, connection) -> str:
        return "text"

    def get_lookup(self, lookup_name):
        found = self.get_lookups().get(lookup_name)
        if found is None or lookup_name not in POSSIBLE:
            raise FieldError(
                f"{self.name} is encrypted: nothing can be looked up in it but equality, by its hash."
            )
        return found

    def get_transform(self, lookup_name):
        return None


class EncryptedCharField(_Encrypted, models.CharField):
    """A short text; `max_length` is of the clear text. `hashed_in` names the `KeyedHashField` to find it by.

    `may_be_marked`: pages show a sentence in its place when no key opens it, see `marking_unreadable`.
    """

    def __init__(self, *args, hashed_in: str = "", may_be_marked: bool = False, **kwargs):
        self.hashed_in, self.may_be_marked = hashed_in, may_be_marked
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | ({"hashed_in": self.hashed_in} if self.hashed_in else {})

    def get_db_prep_save(self, value, connection):
        if isinstance(value, Unreadable):
            raise CannotDecrypt(f"{self.place} could not be read, so it is not written either.")
        value = super().get_db_prep_save(value, connection)
        return encrypt(value, self.place) if value else value

    def from_db_value(self, value, expression, connection):
        read = decrypt_or_mark if self.may_be_marked else decrypt
        return read(value, self.place) if value else value


class EncryptedJSONField(_Encrypted, models.Field):
    """JSON-like content, encrypted as one text."""

    def get_internal_type(self) -> str:
        return "TextField"

    def get_db_prep_save(self, value, connection):
        if value is None or hasattr(value, "as_sql"):
            return value
        return encrypt(json.dumps(value, cls=DjangoJSONEncoder), self.place)

    def from_db_value(self, value, expression, connection):
        return None if value is None else json.loads(decrypt(value, self.place))


class KeyedHashField(models.CharField):
    """The keyed hash of another field of the row; follows it whenever the row is saved."""

    def __init__(self, *args, of: str, **kwargs):
        self.of = of
        super().__init__(*args, **{"max_length": 64, "default": "", "editable": False, **kwargs})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for made in ("max_length", "default", "editable"):
            kwargs.pop(made, None)
        return name, path, args, kwargs | {"of": self.of}

    def pre_save(self, model_instance, add):
        value = keyed_hash(getattr(model_instance, self.of) or "")
        setattr(model_instance, self.attname, value)
        return value


def _hash_column(lookup: Lookup):
    """The column that equality is asked of instead."""
    field = lookup.lhs.output_field
    if not field.hashed_in:
        raise FieldError(f"{field.name} is encrypted and has no hash: nothing can be looked up in it.")
    return field.model._meta.get_field(field.hashed_in).get_col(lookup.lhs.alias)


@EncryptedCharField.register_lookup
class _SameNumber(Exact):
    def as_sql(self, compiler, connection):
        if not isinstance(self.rhs, str):
            raise FieldError("An encrypted field is compared with a text.")
        if not self.rhs:
            return super().as_sql(compiler, connection)
        return Exact(_hash_column(self), keyed_hash(self.rhs)).as_sql(compiler, connection)


@EncryptedCharField.register_lookup
class _OneOfTheNumbers(In):
    def as_sql(self, compiler, connection):
        hashes = [keyed_hash(number) for number in self.rhs]
        return In(_hash_column(self), hashes).as_sql(compiler, connection)


@EncryptedCharField.register_lookup
@EncryptedJSONField.register_lookup
class _IsEncrypted(Lookup):
    """For constraints: the database takes no clear text."""

    lookup_name = "encrypted"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        return f"LEFT({column}, {len(PREFIX)}) = '{PREFIX}'", params
