from enum import StrEnum


class MovementKind(StrEnum):
    RECEIPT = "receipt"
    USED = "used"
    WASTED = "wasted"
    EXPIRED = "expired"
    RETURNED = "returned"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"
    COUNT_ADJUSTMENT = "count_adjustment"
