"""What other programs call our commands: only ever suggested, never carried out."""

from collections.abc import Collection, Mapping

from lmsctl.kit.canonical import nearest

# A word that is no verb, and the verbs that it may stand for: the first that a noun has is meant.
VERBS: Mapping[str, tuple[str, ...]] = {
    word: meant
    for words, verbs in (
        ("remove rm del destroy drop erase purge", "delete remove remove-item revoke cancel unset"),
        ("add new make insert register", "create add add-item add-day enable sign-up mint"),
        ("update change modify alter patch rename", "edit set move"),
        ("set", "edit set-deadlines show"),
        ("get info view describe cat inspect display details", "show get list"),
        ("ls all index search find", "list show"),
        ("load read upload", "import bulk-upload apply"),
        ("dump download save", "export"),
        ("disable off suspend block stop pause", "deactivate disable lock archive close"),
        ("enable on unblock resume reactivate", "activate enable unlock restore open"),
        ("log audit events uses usage", "history list"),
        ("why reason", "explain"),
        ("give assign allow", "grant add"),
        ("take unassign deny", "revoke remove"),
        ("duplicate clone", "copy"),
        ("invite signup join enroll", "sign-up redeem add join submit"),
        ("use", "redeem sign-up"),
        ("url", "link"),
        ("generate", "mint create"),
        ("send", "resend"),
        ("verify validate", "check"),
        ("members people", "show list participants"),
        ("attendees", "participants attendance"),
        ("fire terminate", "end-employment deactivate"),
        ("undo", "restore"),
        ("migrate", "upgrade"),
        ("approve accept", "confirm"),
        ("reject refuse", "decline"),
    )
    for word in words.split()
    for meant in [tuple(verbs.split())]
}

# A word that is no noun, and the command that it stands for.
NOUNS: Mapping[str, str] = {
    word: meant
    for words, meant in (
        ("person people account member employee staff", "user"),
        ("student", "learner"),
        ("team", "group"),
        ("org organization organisation unit branch division tree", "department"),
        ("course topic article pathway folder item lesson class material", "content"),
        ("invite invitation profile signup sign-up registration-profile", "signup-profile"),
        ("link", "signup-profile"),
        ("code voucher coupon key access-code", "token"),
        ("event webinar meeting seminar workshop", "training"),
        ("date occurrence appointment", "session"),
        ("permission right privilege", "role"),
        ("attribute property custom-field", "field"),
        ("mail email message notice reminder", "notification"),
        ("log history activity", "audit list"),
        ("statistics stats analytics", "report"),
        ("setting preferences portal plan", "settings"),
        ("self-registration", "registration"),
        ("rule auto-enroll auto-enrollment", "autoenroll"),
        ("enrol assign", "enroll"),
        ("enrolment enrollments assignment", "enrollment"),
        ("calendar", "learner calendar"),
        ("database", "db"),
        ("setup install start", "init"),
        ("status health check validate", "doctor"),
        ("manual man reference", "docs"),
        ("login connect", "context"),
        ("whoami can", "can-i"),
        ("upgrade migrate", "db upgrade"),
        ("backup", "db backup"),
        ("restore", "db restore"),
        ("vacuum", "db vacuum"),
        ("import", "user import"),
        ("upload bulk-upload", "token bulk-upload"),
        ("redeem", "token redeem"),
        ("grant", "role grant"),
        ("revoke", "role revoke"),
        ("demo sample", "seed"),
    )
    for word in words.split()
}


_VERBS = frozenset(VERBS).union(*VERBS.values())


def is_verb(word: str) -> bool:
    """Say whether `word` is what one does, here or in other programs."""
    return word.lower() in _VERBS


def suggest_verb(word: str, known: Collection[str]) -> str | None:
    """Return the verb out of `known` that `word` most likely stands for, or None."""
    # A slip in a synonym is not looked for: it would be near to too much.
    return _meant(word, known, VERBS) or nearest(word[:100], known)


def suggest_noun(word: str, known: Collection[str]) -> str | None:
    """Return the command that `word` most likely stands for; its noun is one of `known`."""
    return noun_for(word, known) or nearest(word[:100], known)


def noun_for(word: str, known: Collection[str]) -> str | None:
    """Return the command that `word` is another word for, or None; its noun is one of `known`."""
    synonyms = {other: (meant,) for other, meant in NOUNS.items()}
    return _meant(word, {*known, *NOUNS.values()}, synonyms)


def _meant(
    word: str, known: Collection[str], synonyms: Mapping[str, tuple[str, ...]]
) -> str | None:
    for form in _forms(word):
        for meant in (form, *synonyms.get(form, ())):
            if meant in known:
                return meant
    return None


def _forms(word: str) -> list[str]:
    """Return `word` as commands are written, and what it may be the plural of."""
    plain = word[:100].lower().replace("_", "-")
    endings = (("", ""), ("s", ""), ("es", ""), ("ies", "y"))
    return [plain.removesuffix(end) + new for end, new in endings if plain.endswith(end)]
