"""Check what the record holds, from the command line."""

from uuid import UUID

from rems.app import create_app
from rems.core import place
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.errors import BadInput
from rems.core.settings import Settings
from rems.signatures import checking

READER = Actor.system("command line")


def check_signature(chosen: Settings, where: place.Place, key: str) -> int:
    """Say how one signature stands against its record: exit code 0 when the record is the one that was signed, else 1.

    Raises BadInput for what is no key, NotFound.
    """
    try:
        signature_id = UUID(key)
    except ValueError as error:
        raise BadInput(f'"{key}" is no key of a signature; copy it from the page of the signature.') from error
    app = create_app(chosen, where)
    with app.app_context():
        try:
            with reading(READER):
                found = checking.look(READER, signature_id)
                print(*checking.report(found), sep="\n")
                return 1 if checking.broken(found) else 0
        finally:
            db.engine.dispose()
