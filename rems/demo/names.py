"""Invented names of people, towns and hospitals; none is meant to be a real one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Town:
    """Where an invented hospital stands, its time zone, and how it calls itself."""

    city: str
    region: str
    country: str
    timezone: str
    hospital: str
    prefix: str


TOWNS: tuple[Town, ...] = (
    Town("Harrow Lake", "Illinois", "US", "America/Chicago", "Harrow Lake University Hospital", "HL"),
    Town("Northfield Bay", "Massachusetts", "US", "America/New_York", "Northfield Bay Cancer Center", "NB"),
    Town("Saltmarsh", "Georgia", "US", "America/New_York", "Saltmarsh Regional Medical Center", "SM"),
    Town("Cedar Bluff", "Texas", "US", "America/Chicago", "Cedar Bluff Medical Center", "CB"),
    Town("Alder Mesa", "Arizona", "US", "America/Phoenix", "Alder Mesa Hospital", "AM"),
    Town("Port Ellison", "Washington", "US", "America/Los_Angeles", "Port Ellison Cell Therapy Institute", "PE"),
    Town("Grand Willow", "Michigan", "US", "America/Detroit", "Grand Willow Children's Hospital", "GW"),
    Town("Stone Creek", "Colorado", "US", "America/Denver", "Stone Creek Medical Center", "SC"),
    Town("Fairmont Hills", "California", "US", "America/Los_Angeles", "Fairmont Hills Hospital", "FH"),
    Town("Blackwater Falls", "Ohio", "US", "America/New_York", "Blackwater Falls Clinic", "BF"),
    Town("Kealani", "Hawaii", "US", "Pacific/Honolulu", "Kealani Medical Center", "KM"),
    Town("Birch Harbor", "Maine", "US", "America/New_York", "Birch Harbor Hospital", "BH"),
    Town("Nordheim", "Niedersachsen", "DE", "Europe/Berlin", "Universitätsklinikum Nordheim", "NH"),
    Town("Wesertal", "Bremen", "DE", "Europe/Berlin", "Klinikum Wesertal", "WT"),
    Town("Bergamünde", "Sachsen", "DE", "Europe/Berlin", "Krankenhaus Bergamünde", "BM"),
    Town("Saint-Aubin-les-Eaux", "Bretagne", "FR", "Europe/Paris", "Hôpital Saint-Aubin", "SA"),
    Town("Montclair-sur-Vère", "Occitanie", "FR", "Europe/Paris", "Centre hospitalier de Montclair", "MV"),
    Town("Valdoria", "Emilia-Romagna", "IT", "Europe/Rome", "Ospedale Maggiore di Valdoria", "VD"),
    Town("Puerto Lirio", "Andalucía", "ES", "Europe/Madrid", "Hospital Universitario Puerto Lirio", "PL"),
    Town("Lindeborg", "Västra Götaland", "SE", "Europe/Stockholm", "Lindeborgs universitetssjukhus", "LB"),
    Town("Νέα Αύρα", "Αττική", "GR", "Europe/Athens", "Πανεπιστημιακό Νοσοκομείο Νέας Αύρας", "NA"),
    Town("Светлина", "Пловдив", "BG", "Europe/Sofia", "Университетска болница Светлина", "SV"),
    Town("Zwanendam", "Utrecht", "NL", "Europe/Amsterdam", "Zwanendam Medisch Centrum", "ZD"),
    Town("Jeziorany Nowe", "Mazowieckie", "PL", "Europe/Warsaw", "Szpital Kliniczny w Jezioranach", "JN"),
)

# Hospitals whose certification did not go straight.
WAITS = Town("Kaltenfels", "Tirol", "AT", "Europe/Vienna", "Landeskrankenhaus Kaltenfels", "KF")
WAS_RETURNED = Town("Ribeira Alta", "Norte", "PT", "Europe/Lisbon", "Hospital da Ribeira Alta", "RA")
IS_SUSPENDED = Town("Sint-Aldegonde", "Limburg", "BE", "Europe/Brussels", "Algemeen Ziekenhuis Sint-Aldegonde", "AL")
GAVE_UP = Town("Tammerniemi", "Pirkanmaa", "FI", "Europe/Helsinki", "Tammerniemen sairaala", "TN")
HAS_LAPSED = Town("Quarry Ridge", "Pennsylvania", "US", "America/New_York", "Quarry Ridge Medical Center", "QR")
WAS_SHORT = Town("Kestrel Point", "Oregon", "US", "America/Los_Angeles", "Kestrel Point Hospital", "KP")

GIVEN = [
    "Maren",
    "Tobias",
    "Ilse",
    "Rafael",
    "Helena",
    "Tomasz",
    "Annika",
    "Jannis",
    "Lene",
    "Noor",
    "Priya",
    "Hollis",
    "Sunniva",
    "Jonas",
    "Amara",
    "Mateo",
    "Ingrid",
    "Kofi",
    "Yuki",
    "Élodie",
    "Zofia",
    "Dimitra",
    "Élise",
    "Bram",
    "Nadia",
    "Oskar",
    "Wren",
    "Soraya",
    "Lucio",
    "Maeve",
    "Anders",
    "Chiara",
    "Elif",
    "Ruben",
    "Vesna",
    "Hana",
    "Emil",
    "Paloma",
    "Teun",
    "Sigrid",
]
FAMILY = [
    "Oyelaran",
    "Renquist",
    "Vantongeren",
    "Castellane",
    "Dragomir",
    "Brekke",
    "Sorensen",
    "Thorwald",
    "Marquardt",
    "Haddad",
    "Ramanath",
    "Greer",
    "Kell",
    "Achterberg",
    "Ferrante",
    "Okonjo",
    "Lindqvist",
    "Marchetti",
    "Abernathy",
    "Kowalczyk",
    "Papadaki",
    "Stoyanova",
    "Bakker",
    "Delacroix",
    "Hollingberry",
    "Nakagawa",
    "Pereiro",
    "Ellingsen",
    "Varga",
    "Quintanilla",
    "Rosengren",
    "Tamsin",
    "Underhill",
    "Winterbourne",
    "Yilmazer",
    "Zabriskie",
    "Ashdown",
    "Calloway",
    "Demirova",
    "Eastlake",
]
INDICATIONS = (
    "Relapsed or refractory large B-cell lymphoma",
    "Relapsed follicular lymphoma",
    "B-cell acute lymphoblastic leukemia",
    "Relapsed or refractory multiple myeloma",
)
