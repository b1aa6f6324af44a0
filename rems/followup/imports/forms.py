"""The forms of an import: the file with where it comes from, and the same once it was shown."""

from rems.sites.forms import WholeListField
from rems.web.forms import BaseForm, HiddenField, TextField, UploadField

MEGABYTES = 4


class ListForm(BaseForm):
    reason = TextField(
        "Where from",
        hint="Such as: register of the site, copied on 3 Mar 2026. It is kept with each line.",
        longest=300,
    )
    file = UploadField("List", kinds=("csv",), megabytes=MEGABYTES, hint="CSV in UTF-8, up to 4 MB and 5,000 lines")


class TakeForm(BaseForm):
    """What was shown, sent back to be taken, or to be handed back as far as it is refused."""

    content = WholeListField(longest=MEGABYTES * 1024 * 1024)
    reason = HiddenField(longest=300)
