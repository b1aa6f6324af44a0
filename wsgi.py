"""The web program, for gunicorn: `gunicorn wsgi:app`."""

from rems.app import create_app

app = create_app()
