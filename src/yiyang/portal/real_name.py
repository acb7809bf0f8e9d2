"""Whether somebody is who he says: an interface, and what this installation can check without asking anybody else.

`settings.REAL_NAME` names the back end. One that asks the public security's service takes the place of `Registry`; it
answers the same question.
"""

from __future__ import annotations

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from yiyang.access import cleaning
from yiyang.access.scope import acting, platform
from yiyang.portal.models import Citizen
from yiyang.registry.models import Contact, Person

Proof = Citizen.Proof


class RealName(Protocol):
    """What a back end answers."""

    def proof(self, id_number: str, name: str, phone: str) -> str:
        """How far it is proved that the holder of this telephone is this person: one of `Citizen.Proof`."""


class Registry:
    """By the registry: number and name must be one's file's, and the telephone one that the file or a contact has.

    Everybody else is LOCAL: he answered from his telephone, and that is all we know. Whether a file exists under the
    number makes no difference to what he sees, so that nobody finds out who is registered here.
    """

    def proof(self, id_number: str, name: str, phone: str) -> str:
        """`registry` or `local`."""
        with acting(platform("实名核验")):
            # Both are asked whatever the first one says: the same work for everybody.
            file = Person.objects.filter(id_hash=id_number, merged_into=None).first()
            contact = Contact.objects.filter(person__id_hash=id_number, phone_hash=phone, ended_at=None).exists()
            own = Person.objects.filter(id_hash=id_number, phone_hash=phone).exists()
        is_named = file is not None and cleaning.text(file.name) == cleaning.text(name)
        is_born = file is not None and file.birth_date in (None, int(id_number[6:14]))
        return Proof.REGISTRY if is_named and is_born and (contact or own) else Proof.LOCAL


def proof_of(id_number: str, name: str, phone: str) -> str:
    """What the installation's back end says."""
    backend: RealName = import_string(settings.REAL_NAME)()
    return backend.proof(id_number, name, phone)
