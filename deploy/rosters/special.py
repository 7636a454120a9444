"""Columns whose header speaks of a special category of personal data, or of criminal records.

They are dropped unless the map names a purpose and a legal basis (GDPR articles 9 and 10). Headers are all there is to
go by, so a map should still name what it drops: a header of one's own wording escapes any list.
"""

import re

from deploy.rosters.reading import fold

_PATTERNS = {
    "personal characteristics": r"\bcharacteristics?\b|\bprotected\b|\bdiversity\b",
    "identity": r"\bidentit(y|ies)\b|\bidentif(y|ies)\b|\bidentité|\bidentidad|الهوية|هویت",
    "gender": r"\bgender|\bsex\b|\bpronouns?\b|\bgenre\b|\bgénero\b|geschlecht|الجنس|جنسیت",
    "sexual orientation": r"\bsexual|\bsexuell|\blgbt|\btransgender|\bnon-binary\b",
    "ethnicity": r"\bethni|\brace\b|\bracial|\bcaste\b|\btrib(e|al)\b|\betnia|\borigine\b|العرق|قومیت|قبیله",
    "religion": r"\breligi|\bfaith|\bbelief|\bworship|\bglaube|\bcreencia|الدين|الديانة|\bدین\b|مذهب",
    "health": r"\bhealth|\bmedical|\bmedication|\billness|\ballerg|\bdiagnos|\bpregnan|\bgesundheit|\bsanté\b|\bsalud\b"
    r"|الصحة|صحی|سلامت",
    "disability": r"\bdisab|\bimpairment|\bneurodi|\bspecial needs|\bhandicap|\bbehinderung|\bdiscapacidad"
    r"|إعاقة|معلولیت",
    "politics": r"\bpolitical|\bparty member|\btrade union|\bunion member",
    "genetics and biometrics": r"\bgenetic|\bbiometric|\bfingerprint",
    "criminal records": r"\bcriminal|\bconviction|\boffen[cs]e|\bpolice (check|record)",
}
_COMPILED = {category: re.compile(pattern) for category, pattern in _PATTERNS.items()}


def category_of(column: str) -> str | None:
    """The special category that a column's name speaks of."""
    name = fold(column.replace("_", " "))
    return next((category for category, pattern in _COMPILED.items() if pattern.search(name)), None)
