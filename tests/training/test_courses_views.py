"""The pages of courses: the list, an edition with its material, publishing and withdrawing, through the client."""

import io
from datetime import timedelta
from uuid import UUID

import pytest

from rems.access.rules import Role
from rems.core.clock import utcnow
from rems.core.ids import uuid7
from rems.training.courses import publishing, queries
from tests.factories import EUROPE, KYMRIAH, Hospital, csrf
from tests.training.teaching import PDF, look, publish

HERE = f"/programs/{EUROPE}/courses"
DAY = timedelta(days=1)


@pytest.fixture
def now():
    """The pages read the clock of the machine, so these tests act at its moment."""
    return utcnow()


@pytest.fixture
def hospital(world) -> Hospital:
    return world.hospital(EUROPE)


@pytest.fixture
def sponsor(world, client, hospital):
    world.sign_in(client, hospital.manager)
    return client


def text(answer) -> str:
    return " ".join(answer.get_data(as_text=True).split())


def send(client, url, **fields):
    """What a form sends back: what it holds already, with these changes."""
    token = csrf(client.get(url).get_data(as_text=True))
    return client.post(url, data={"csrf_token": token, **fields}, content_type="multipart/form-data")


def said(on) -> str:
    return f"{on.day} {on:%b} {on.year}"


def course(now, **change):
    given = {"title": "Umgang mit CAR-T-Zellen", "edition": "1.0", "kind": "staff-training", "page": "# Dose\n\nTwice."}
    return {**given, "from_on": said(now.date()), **change}


def root_of(location: str) -> UUID:
    return UUID(location.rsplit("/", 1)[-1])


def test_without_a_course_the_page_says_what_comes_and_the_sponsor_publishes_one(sponsor):
    page = text(sponsor.get(HERE))
    assert "No course yet" in page and "No live session is planned" in page
    assert f'href="{HERE}/new"' in page and f'href="/programs/{EUROPE}/sessions/new"' in page


def test_a_page_is_published_and_read(sponsor, now):
    answer = send(sponsor, f"{HERE}/new", **course(now))
    assert answer.status_code == 302
    page = text(sponsor.get(answer.location))
    assert "The course is published." in page and "Umgang mit CAR-T-Zellen" in page
    assert "<h3>Dose</h3>" in page and "In use since" in page
    listed = text(sponsor.get(HERE))
    assert f'href="{answer.location}"' in listed and "In use" in listed and "1 edition" in listed


def test_a_pdf_is_published_and_shown_in_its_place(sponsor, now):
    fields = course(now, page="", file=(io.BytesIO(PDF), "Übersicht.pdf"))
    answer = send(sponsor, f"{HERE}/new", **fields)
    assert answer.status_code == 302
    page = text(sponsor.get(answer.location))
    assert f'href="{answer.location}/material.pdf"' in page and "Übersicht.pdf" in page and "SHA-256" in page
    file = sponsor.get(f"{answer.location}/material.pdf")
    assert (file.status_code, file.mimetype, file.data) == (200, "application/pdf", PDF)
    assert file.headers["Content-Disposition"].startswith("inline")
    assert file.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "Title is missing"),
        ({"edition": ""}, "Edition is missing"),
        ({"from_on": "soon"}, "First day: &#34;soon&#34; is no date"),
        ({"kind": "audit"}, "is not in the list; choose one of it"),
        ({"page": ""}, "Material is missing: write the page, or choose a PDF."),
        ({"file": (io.BytesIO(PDF), "a.pdf")}, "A course is a page or a PDF, not both; take one away."),
        ({"file": (io.BytesIO(b"MZ"), "a.pdf"), "page": ""}, "&#34;a.pdf&#34; is not a PDF"),
        ({"from_on": "1 Feb 2020", "renews": "1"}, "What must be taken anew begins today or later"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(sponsor, now, change, words):
    given = {"title": "Ärzte & Pflege", "page": "Kept <text>", **change}
    answer = send(sponsor, f"{HERE}/new", **course(now, **given))
    page = text(answer)
    assert answer.status_code == 422 and words in page
    assert "title" in change or 'value="Ärzte &amp; Pflege"' in page
    assert "page" in change or "Kept &lt;text&gt;" in page
    assert "No course yet" in text(sponsor.get(HERE))


def test_the_next_edition_begins_with_what_the_last_one_said(sponsor, hospital, now):
    root = publish(hospital)
    form = text(sponsor.get(f"/courses/{root}/edition"))
    assert 'value="Handling CAR-T cells"' in form and "Check the **dose** twice." in form
    on = now.date() + 9 * DAY
    fields = course(now, title="Handling CAR-T cells", edition="2.0", from_on=said(on), renews="1")
    answer = send(sponsor, f"/courses/{root}/edition", **fields)
    assert answer.status_code == 302
    page = text(sponsor.get(answer.location))
    assert (
        "In use from" in page
        and "From then on training of this kind that was taken before does not count any more" in page
    )
    assert f'<a href="/courses/{root}">1.0</a>' in page
    listed = text(sponsor.get(HERE))
    assert "Coming" in listed and "What was taken before does not count" in listed
    withdraw = text(sponsor.get(f"{answer.location}/withdraw"))
    assert "What was taken before it counts again, unless a newer edition" in withdraw
    assert "counts again" not in text(sponsor.get(f"/courses/{root}/withdraw"))
    again = send(sponsor, f"/courses/{root}/edition", **{**fields, "edition": "1.0"})
    assert again.status_code == 422 and "There is an edition 1.0 of Handling CAR-T cells already." in text(again)


def test_an_edition_is_withdrawn_through_its_form(sponsor, hospital, now):
    root = publish(hospital)
    path = f"/courses/{root}/withdraw"
    seen = look(hospital.manager, lambda: queries.edition(root)).id
    early = send(sponsor, path, seen=str(seen), on=said(now.date() - DAY))
    assert early.status_code == 422 and "cannot be withdrawn for a day that is over" in text(early)
    assert said(now.date() - DAY) in text(early)
    lost = send(sponsor, path, seen="nothing", on=said(now.date()))
    assert lost.status_code == 422 and "The page does not say which state it showed" in text(lost)
    later = send(sponsor, path, seen=str(seen), on=said(now.date() + DAY))
    assert later.status_code == 302
    page = text(sponsor.get(later.location))
    assert "The edition is withdrawn." in page and ", not from " in page and "/withdraw" not in page
    assert sponsor.get(path).status_code == 409
    stale = text(sponsor.get(path))
    assert "was withdrawn already, from" in stale


def test_a_page_that_was_opened_before_somebody_else_changed_it_is_refused(sponsor, hospital, now):
    root = publish(hospital)
    seen, today = look(hospital.manager, lambda: queries.edition(root)).id, now.date()
    token = csrf(text(sponsor.get(f"/courses/{root}/withdraw")))
    publishing.withdraw(seen, on=today, by=hospital.manager, now=now)
    sent = {"csrf_token": token, "seen": str(seen), "on": said(today)}
    answer = sponsor.post(f"/courses/{root}/withdraw", data=sent)
    assert answer.status_code == 409 and "withdrawn already" in text(answer)
    assert "Withdrawn from" in text(sponsor.get(f"/courses/{root}"))


@pytest.mark.parametrize("role", [Role.SITE_COORDINATOR, Role.PHARMACIST, Role.AUDITOR])
def test_sites_read_and_see_no_button_of_the_sponsor(world, client, hospital, now, role):
    root, coming = publish(hospital), publish(hospital, title="Another", from_on=now.date() + 3 * DAY)
    world.sign_in(client, world.account(role, site_id=hospital.site_id))
    listed, page = text(client.get(HERE)), text(client.get(f"/courses/{root}"))
    assert "Handling CAR-T cells" in listed and "Coming" in listed
    assert client.get(f"/courses/{coming}").status_code == 200
    for words in ("Publish a course", "Plan a live session", "Next edition", "Withdraw<", "Assessments</a>"):
        assert words not in listed + page
    for path in (f"{HERE}/new", f"/courses/{root}/edition", f"/courses/{root}/withdraw"):
        answer = client.get(path)
        assert answer.status_code == 403 and "It is for: program manager" in text(answer)


def test_another_program_s_courses_are_not_found(world, client, hospital):
    root, filed = publish(hospital), publish(hospital, title="Another", file=("a.pdf", PDF))
    stranger = world.hospital(KYMRIAH)
    for actor in (stranger.manager, stranger.coordinator):
        world.sign_in(client, actor)
        for path in ("", "/edition", "/withdraw", "/material.pdf"):
            for key in (root, filed):
                assert client.get(f"/courses/{key}{path}").status_code == 404
        assert "No course yet" in text(client.get(HERE))


def test_a_course_that_is_a_page_has_no_file_and_one_that_is_none_is_not_found(sponsor, hospital):
    answer = sponsor.get(f"/courses/{publish(hospital)}/material.pdf")
    assert answer.status_code == 404 and "The material of this course is a page, not a file." in text(answer)
    assert sponsor.get(f"/courses/{uuid7()}").status_code == 404


def test_a_page_written_with_ill_will_shows_harmlessly(sponsor, hospital):
    written = (
        "<script>alert(1)</script>\n\n![x](https://elsewhere.example/x.png)\n\n[go](javascript:alert(1))\n\n"
        '<a href="x" style="position:fixed">y</a>\n\n| a |\n|--:|\n| 1 |\n'
    )
    root = publish(hospital, title="<b>臨床</b> & 'x'", page=written)
    page = sponsor.get(f"/courses/{root}").get_data(as_text=True)
    read = page[page.index('<div class="read">') :].split("</section>")[0]
    for never in ("<script", "<img", ' style="', 'href="javascript', 'href="x"'):
        assert never not in read
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in read
    assert "&lt;b&gt;臨床&lt;/b&gt; &amp; &#39;x&#39;" in page and "<b>臨床" not in page
