"""The PDF kit: fonts, page, parts, marks, charts. It knows no feature; text comes in plain and is made safe here."""
