"""The people of a test portal. Each follows from the seed and their number alone."""

import unicodedata
from dataclasses import dataclass
from random import Random  # noqa: TID251 - what `secret.foreseen` returns

from lmsctl.kit import secret

# Accents, apostrophes and hyphens are there because real lists have them.
_FIRST_NAMES = (
    "Ada", "Ahmed", "Aiko", "Alva", "Amara", "Anders", "Anna", "Anton", "Astrid", "Ayşe", "Ben",
    "Bo", "Camille", "Carla", "Chidi", "Chloé", "Clara", "Daan", "Dagny", "Dario", "Diego", "Dilek",
    "Elif", "Elín", "Emeka", "Emil", "Emma", "Esra", "Farid", "Femke", "Fiona", "Freja", "Grace",
    "Guillaume", "Hana", "Hannah", "Hassan", "Hilde", "Hugo", "Ida", "Ines", "Ingrid", "Iris",
    "Isaac", "Jakub", "Jana", "Jonas", "José", "Juan", "Jürgen", "Kaito", "Karin", "Kim", "Klara",
    "Kofi", "Lars", "Leila", "Lena", "Liam", "Linh", "Lucía", "Łukasz", "Magnus", "Mai", "Marek",
    "María", "Marta", "Mateo", "Maya", "Mehmet", "Mia", "Mikko", "Mina", "Nadia", "Nils", "Noah",
    "Nora", "Nour", "Olga", "Omar", "Paula", "Per", "Petra", "Pia", "Priya", "Rafael", "Rosa",
    "Sana", "Sara", "Selma", "Siv", "Sofia", "Sven", "Tariq", "Tove", "Uma", "Vera", "Viktor",
    "Wei", "Yara", "Yusuf", "Zoë",
)  # fmt: skip
_LAST_NAMES = (
    "Abe", "Adeyemi", "Ahmadi", "Almeida", "Andersson", "Bakker", "Baldwin", "Barros", "Becker",
    "Berg", "Bianchi", "Björk", "Brandt", "Carr", "Castillo", "Chen", "Costa", "Dahl", "Demir",
    "Diallo", "Dubois", "Eriksen", "Farah", "Fischer", "Fontaine", "Fraser", "García", "Gonçalves",
    "Green", "Grünwald", "Haddad", "Halvorsen", "Hansen", "Hoffmann", "Horvat", "Ito", "Jansen",
    "Jensen", "Kaya", "Keller", "Khan", "Kim", "Kowalski", "Kruse", "Kumar", "Laine", "Larsen",
    "Lefèvre", "Lindqvist", "López", "Mäkinen", "Marin", "Meyer", "Moreau", "Müller", "Mwangi",
    "Nakamura", "Nguyen", "Nielsen", "Novák", "Nowak", "O'Brien", "Oduya", "Öztürk", "Okafor",
    "Olsen", "Ortiz", "Owens", "Park", "Patel", "Pereira", "Petrov", "Rossi", "Sato", "Schäfer",
    "Schmidt", "Silva", "Singh", "Sørensen", "Suzuki", "Svensson", "Tanaka", "Torres", "Van-Dijk",
    "Varga", "Virtanen", "Walsh", "Weber", "Wójcik", "Yang", "Yılmaz", "Zhang", "Zimmermann",
    "Smith-Jones",
)  # fmt: skip
# Letters that do not fall apart into a plain one and an accent.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "ı": "i", "ş": "s", "'": "", "-": ""})
DEPARTMENTS = (
    "Sales",
    "Sales/EMEA",
    "Sales/Americas",
    "Engineering",
    "Engineering/Platform",
    "Engineering/Quality",
    "Operations",
    "Operations/Logistics",
    "Customer support",
    "Partners",
)
OFFICES = ("Berlin", "Nairobi", "Oslo", "Porto", "Toronto")
_STEP = 1_000_003


@dataclass(frozen=True, slots=True)
class SeedPerson:
    """One person: what a file or a sign-up says of them."""

    number: int
    login: str
    first_name: str
    last_name: str
    email: str
    office: str
    chance: Random


def person(seed: int, number: int, domain: str = "example.com") -> SeedPerson:
    """Return the person with that number, with a source of chance of their own."""
    chance = secret.foreseen(seed * _STEP + number)
    first = chance.choice(_FIRST_NAMES)
    last = chance.choice(_LAST_NAMES)
    login = f"{_plain(first)}.{_plain(last)}{number}"
    return SeedPerson(
        number, login, first, last, f"{login}@{domain}", chance.choice(OFFICES), chance
    )


def _plain(name: str) -> str:
    apart = unicodedata.normalize("NFD", name.lower().translate(_PLAIN))
    return "".join(sign for sign in apart if sign.isascii())
