"""The sign-in form."""

from rems.web.forms import BaseForm, HiddenField, PasswordField, TextField


class SignInForm(BaseForm):
    email = TextField("E-mail address", width="mid", longest=254)
    password = PasswordField("Password", width="mid")
    next = HiddenField("next")
