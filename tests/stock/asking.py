"""Ask a page of the stock, send its form, and look what is on hand."""

from rems.core.db import reading
from rems.core.lens import Lens
from rems.stock import queries
from tests.factories import csrf


def text(answer) -> str:
    return " ".join(answer.get_data(as_text=True).split())


def send(client, url, **fields):
    token = csrf(client.get(url).get_data(as_text=True))
    return client.post(url, data={"csrf_token": token, **fields})


def on_hand(hospital, today) -> int:
    with reading(hospital.coordinator):
        return sum(v.vials for v in queries.on_hand(hospital.site_id, Lens(today)))
