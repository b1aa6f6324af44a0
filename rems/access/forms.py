"""The sign-in form, and those of an administrator."""

from rems.access.passwords import SHORTEST
from rems.access.rules import ROLES
from rems.web.forms import BaseForm, ChoiceField, DayField, EmailField, HiddenField, PasswordField, TextField

NEW = f"{SHORTEST} characters or more; a sentence is easier to keep in mind than signs"


class SignInForm(BaseForm):
    email = TextField("E-mail address", width="mid", longest=254)
    password = PasswordField("Password", width="mid")
    next = HiddenField("next")


class AccountForm(BaseForm):
    name = TextField("Name", hint="As it is printed under a signature")
    email = EmailField("E-mail address", width="mid", hint="The person signs in with it")
    password = PasswordField("First password", width="mid", hint=NEW, autocomplete="new-password")


class GrantForm(BaseForm):
    role = ChoiceField("Role", choices=[(role.value, spec.title) for role, spec in ROLES.items()], width="mid")
    held = ChoiceField("For", hint="A site with its associated clinics, or a program", width="mid", optional=True)
    from_on = DayField("From")
    until_on = DayField("Last day", optional=True, hint="Leave empty while it has no end")


class EndForm(BaseForm):
    until_on = DayField("Last day", hint="The last day on which the role counts")


class PasswordForm(BaseForm):
    password = PasswordField("New password", width="mid", hint=NEW, autocomplete="new-password")


class OwnPasswordForm(BaseForm):
    old = PasswordField("Password now", width="mid")
    password = PasswordField("New password", width="mid", hint=NEW, autocomplete="new-password")
