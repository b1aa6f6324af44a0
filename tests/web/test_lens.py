"""Another day, another knowledge; pages of lists."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rems.core.clock import day_in
from rems.core.errors import BadInput
from rems.web.lens import current_lens, keep_lens
from rems.web.paging import asked_page, page_by_key, page_of


def test_without_words_it_is_today_and_no_bar(app, now):
    with app.test_request_context("/closed"):
        lens = current_lens("Pacific/Auckland")
    assert lens.as_of == day_in("Pacific/Auckland", now)
    assert lens.known_at is None
    assert "Not today" not in app.test_client().get("/closed").text


@pytest.mark.parametrize(
    ("known", "moment"),
    [
        ("2022-01-31T16:20Z", datetime(2022, 1, 31, 16, 20, tzinfo=UTC)),
        ("2022-01-31T16:20:00+01:00", datetime(2022, 1, 31, 15, 20, tzinfo=UTC)),
        ("2022-01-31T16:20:00%2B01:00", datetime(2022, 1, 31, 15, 20, tzinfo=UTC)),
        ("2022-01-31", datetime(2022, 2, 1, 6, tzinfo=UTC)),
    ],
)
def test_a_day_and_a_knowledge_are_read(app, known, moment):
    with app.test_request_context(f"/closed?as_of=2021-12-15&known_at={known}"):
        lens = current_lens("America/Chicago")
    assert (lens.as_of, lens.known_at) == (date(2021, 12, 15), moment)


def test_the_bar_says_the_day_and_leads_back(client):
    text = client.get("/closed?page=2&as_of=2021-12-15&known_at=2022-01-31T23:59Z").text
    assert "This page shows 15 December 2021, as known on Mon 31 Jan 2022, 17:59:00 CST." in text
    assert 'href="/closed?page=2">Back to today</a>' in text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("as_of=31 Feb 2026", 'as_of "31 Feb 2026" is no date; write it like 24 Nov 2026 or 2026-11-24'),
        ("known_at=2022-01-31T16:20", 'known_at "2022-01-31T16:20" is no moment with its zone'),
        ("known_at=yesterday", 'known_at "yesterday" is no moment with its zone'),
        ("known_at=2199-01-01T00:00Z", "known_at 2199-01-01T00:00Z has not come yet"),
    ],
)
def test_a_bad_lens_says_what_is_expected(app, words, sentence):
    with app.test_request_context(f"/closed?{words}"), pytest.raises(BadInput) as refused:
        current_lens()
    assert refused.value.sentence.startswith(sentence)
    assert refused.value.field == words.split("=")[0]


def test_a_knowledge_of_today_is_what_is_known_now(app, now):
    with app.test_request_context(f"/closed?known_at={now.date().isoformat()}"):
        assert abs(current_lens().known_at - now) < timedelta(minutes=1)


def test_links_can_keep_the_lens(app):
    with app.test_request_context("/closed?as_of=2021-12-15&page=3"):
        assert keep_lens("/sites?x=1#a") == "/sites?x=1&as_of=2021-12-15#a"
    with app.test_request_context("/closed"):
        assert keep_lens("/sites") == "/sites"


def test_the_page_that_asks_for_a_day_leads_back_with_it(client):
    answer = client.get(
        "/another-day",
        query_string={"next": "/closed?x=1&as_of=2020-01-01", "as_of": "15 Dec 2021", "known_at": "31 Jan 2022"},
    )
    assert answer.location == "/closed?x=1&as_of=2021-12-15&known_at=2022-01-31"
    assert 'value="1 Jan 2020"' in client.get("/another-day", query_string={"next": "/closed?as_of=2020-01-01"}).text
    refused = client.get("/another-day", query_string={"next": "//evil.example", "as_of": "24/11"})
    assert refused.status_code == 422
    assert "is no date" in refused.text
    assert 'name="next" value="/"' in refused.text


def test_a_counted_list_knows_where_it_is(app):
    with app.test_request_context("/cases?page=2&state=open"):
        page = page_of(range(50), total=120, number=asked_page())
    assert (page.first, page.last) == (51, 100)
    assert page.previous_url == "/cases?state=open&page=1"
    assert page.next_url == "/cases?state=open&page=3"


def test_a_long_list_goes_on_by_key(app):
    with app.test_request_context("/reports?after=b"):
        page = page_by_key(["c", "d", "e"], key=str, size=2)
    assert list(page.rows) == ["c", "d"]
    assert (page.next_url, page.start_url) == ("/reports?after=d", "/reports")


@pytest.mark.parametrize("asked", ["0", "-1", "x", "9" * 5000, "²"])
def test_a_page_number_is_a_number(app, asked):
    with app.test_request_context("/cases", query_string={"page": asked}), pytest.raises(BadInput):
        asked_page()
