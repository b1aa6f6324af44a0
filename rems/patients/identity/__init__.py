"""Who a patient is: contact details that the treating site alone opens, and the card that leads back without a name."""
