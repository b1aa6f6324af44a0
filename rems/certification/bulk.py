"""How many sites stand under their programs on a day. Nothing here writes."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from rems.certification.queries import Standing, standing
from rems.core.actor import Actor
from rems.core.lens import Lens
from rems.sites.queries import Entry


def standings(actor: Actor, entries: Sequence[Entry], lens: Lens) -> Mapping[UUID, Standing]:
    """The standing of each entry under the lens, by its scope."""
    return {entry.scope_id: standing(actor, entry, lens) for entry in entries}
