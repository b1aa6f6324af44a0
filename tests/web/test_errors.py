"""One face for each error."""

import pytest

FACES = [
    ("NotFound", 404),
    ("NotAllowed", 403),
    ("IllegalMove", 409),
    ("StaleRecord", 409),
    ("BadInput", 422),
    ("DomainError", 400),
]


@pytest.mark.parametrize(("name", "status"), FACES)
def test_a_domain_error_has_its_page(client, name, status):
    answer = client.get(f"/fails/{name}")
    assert answer.status_code == status
    assert f"This is the sentence of {name}." in answer.text
    assert '<main class="page" id="main">' in answer.text


def test_what_is_missing_is_listed(client):
    answer = client.get("/fails/Incomplete")
    assert answer.status_code == 422
    assert "<li>Lot number</li><li>Weight</li>" in answer.text


def test_a_wrong_address_and_a_wrong_method_have_our_look(client):
    assert "There is no such page" in client.get("/nowhere").text
    answer = client.post("/closed")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "not made for that" in answer.text


def test_a_fault_of_ours_gives_a_number_and_no_story(app):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = app.test_client().get("/fails/KeyError")
    assert answer.status_code == 500
    assert "This failed on our side" in answer.text
    assert "a fault of ours" not in answer.text
    assert answer.headers["Content-Security-Policy"]


def test_a_machine_gets_the_sentence_as_json(client):
    answer = client.get("/fails/Incomplete", headers={"Accept": "application/json"})
    assert answer.json == {"error": "Two things are missing.", "missing": ["Lot number", "Weight"]}


def test_what_a_person_wrote_cannot_become_markup(client):
    assert "<script>x" not in client.get("/closed?as_of=<script>x").text
