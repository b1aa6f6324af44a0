"""Audits of a site: plan, checklist, findings, evidence files, signed report, answers of the site, further programs."""
