"""Django fields of sealed values: ciphertext in the database, text in Python, a mask on every page and in every repr.

    phone = SealedTextField(null=True)
    phone_hash = HashIndexField(of="phone", null=True)

    Person.objects.filter(phone_hash="+86 138 1234 5678")

PostgreSQL generates the hash's column out of the sealed value, so it cannot be stale, however that was written; COPY
and INSERT leave it out.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import checks
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.expressions import BaseExpression
from django.utils.html import escape

from yiyang.access import cleaning, masks, secrets

# The hash within a sealed value; see access.secrets. NOTHING is no hash: nothing was left to search by.
_HASH_SQL = (
    f"CASE get_byte(%(expressions)s, 0) WHEN {secrets.INDEXED[0]} THEN nullif(substring(%(expressions)s "
    f"from {secrets.KEY_END + 1} for {secrets.INDEX_BYTES}), '\\x{secrets.NOTHING.hex()}'::bytea) END"
)


class SealedText(str):
    """Text that was sealed. `str` in every way, but pages and reprs show its mask; `str(value)` is the plain text."""

    column = ""

    @classmethod
    def of(cls, text: str, column: str) -> SealedText:
        """The text, and the column that says how to mask it."""
        made = cls(text)
        made.column = column
        return made

    @property
    def masked(self) -> str:
        """As it may be shown to whoever sees the person."""
        return masks.of_column(self.column)(str(self))

    def __str__(self) -> str:
        # str() would hand back this object, mask and all.
        return "".join(self)

    def __repr__(self) -> str:
        return f"<{self.masked}>"

    def __html__(self) -> str:
        # What a template prints for {{ person.phone }}. Revealing is a deliberate act: a view passes str(value).
        return escape(self.masked)


class SealedTextField(models.Field[Any, Any]):
    """Text stored encrypted as bytea.

    Args:
        label: bound to every value and lasting; its last word says how it is masked and cleaned for search
            (id_number, phone, address, name). None = table.column. Name it when either is renamed, or the values no
            longer open.
    """

    empty_strings_allowed = False

    def __init__(self, label: str | None = None, **options: Any) -> None:
        self._label = label
        super().__init__(**options)

    @property
    def label(self) -> str:
        """What `secrets.seal_many` is given as the column."""
        return self._label or f"{self.model._meta.db_table}.{self.column}"

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | ({"label": self._label} if self._label else {})

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> SealedText | None:
        return None if value is None else SealedText.of(secrets.unseal(value, self.label), self.label)

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, SealedText) else SealedText.of(str(value), self.label)

    def get_prep_value(self, value: Any) -> Any:
        # Bytes are sealed already: bulk copies pass them through.
        if value is None or isinstance(value, bytes | memoryview | BaseExpression):
            return value
        return secrets.seal(str(value), self.label)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed; search by the HashIndexField that belongs to it")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: Any) -> str:
        # For dumpdata: no plain text in a file that nobody guards.
        raise FieldError(f"{self.name} is sealed and is not dumped; use yiyang backup")

    def formfield(self, **options: Any) -> Any:
        # A password's input: it never shows what is stored.
        widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"})
        chosen: dict[str, Any] = {"form_class": KeptCharField, "widget": widget} | options
        return super().formfield(**chosen)

    def save_form_data(self, instance: Any, data: Any) -> None:
        if data:
            super().save_form_data(instance, data)


class KeptCharField(forms.CharField):
    """A form's field that shows nothing of the stored value. Left empty, it keeps it."""

    def prepare_value(self, value: Any) -> Any:
        return None if isinstance(value, SealedText) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)


class _Digest(models.BinaryField[Any, Any]):
    """How a hash is asked for: a text is hashed as its column's values are."""

    label = ""

    def get_prep_value(self, value: Any) -> Any:
        return secrets.index_of(str(value), self.label) if isinstance(value, str) else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in ("exact", "in", "isnull"):
            raise FieldError("a keyed hash can be asked for by exact, in and isnull only")
        return super().get_lookup(lookup_name)

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> bytes | None:
        return None if value is None else bytes(value)


class HashIndexField(models.GeneratedField):
    """The keyed hash of the sealed field `of`, generated by PostgreSQL; `filter(phone_hash="138…")` hashes the text."""

    def __init__(self, of: str, **options: Any) -> None:
        self.of = of
        expression: models.Func = models.Func(models.F(of), template=_HASH_SQL, output_field=models.BinaryField())
        super().__init__(expression=expression, output_field=_Digest(), db_persist=True, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        for made_here in ("expression", "output_field", "db_persist"):
            del options[made_here]
        return name, path, args, options | {"of": self.of}

    @property
    def source(self) -> SealedTextField:
        """The sealed field."""
        found: Any = self.model._meta.get_field(self.of)
        return found

    def get_col(self, alias: str, output_field: Any = None) -> Any:
        # Here, not when the class is made: the sealed field may stand below.
        digest: Any = self.output_field
        digest.label = self.source.label
        return super().get_col(alias, output_field)

    def check(self, **options: Any) -> list[checks.CheckMessage]:
        found = super().check(**options)
        if cleaning.kind_of(self.source.label) is None:
            hint = "A searchable label ends in a kind that access.cleaning.kind_of knows, such as id_number or phone."
            found.append(checks.Error(f"{self.of} carries no hash.", hint=hint, obj=self, id="access.E001"))
        return found
