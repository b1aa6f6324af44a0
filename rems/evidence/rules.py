from enum import StrEnum


class EvidenceKind(StrEnum):
    REPRESENTATIVE_DESIGNATED = "representative-designated"
    ENROLLMENT_FORM = "enrollment-form"
    LIVE_TRAINING = "live-training"
    MATERIAL_REVIEW = "material-review"
    KNOWLEDGE_ASSESSMENT = "knowledge-assessment"
    STAFF_TRAINING = "staff-training"
    PROCEDURE_NEW_STAFF = "procedure-new-staff"
    PROCEDURE_VERIFY_TOCILIZUMAB = "procedure-verify-tocilizumab"
    SITE_QUALIFICATION = "site-qualification"
    TOCILIZUMAB_VERIFIED = "tocilizumab-verified"
    WALLET_CARD = "wallet-card"
    ALERT_CARD = "alert-card"
    CASE_REPORT = "case-report"
    RECORDS_KEPT = "records-kept"
    AUDIT = "audit"
    REGISTRY_CONSENT = "registry-consent"
    TRACEABILITY = "traceability"
    INFUSION = "infusion"
    CONTACT = "contact"
    RETRAINING = "retraining"


class SubjectKind(StrEnum):
    SITE = "site"
    PERSON = "person"
    PATIENT = "patient"
    INFUSION = "infusion"
    CASE = "case"
