"""The ground floor: database, clock, errors, settings, mail, ids. It knows no feature and no page."""
