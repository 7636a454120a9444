"""Routes whose row is still to be written; their own tests say meanwhile who may. Nothing is added here."""

WITHOUT_A_ROW: dict[str, frozenset[str]] = {
    "intake": frozenset(),
    "screening": frozenset(
        {
            "GET /cases/{clearance}/adverse-action",
            "GET /cases/{clearance}/vendor-orders",
            "GET /incidents/summary",
            "GET /onsite-duties",
            "GET /people/{person}/outcomes",
            "GET /places/{site}/onsite-duties",
            "GET /waiting-list",
            "POST /cases/{clearance}/adverse-action/authorisation",
            "POST /cases/{clearance}/adverse-action/dispute",
            "POST /cases/{clearance}/adverse-action/final-notice",
            "POST /cases/{clearance}/adverse-action/notice",
            "POST /cases/{clearance}/adverse-action/settlement",
            "POST /cases/{clearance}/onsite-duties/agreement",
            "POST /cases/{clearance}/onsite-duties/reports",
            "POST /cases/{clearance}/vendor-orders",
            "POST /places/{site}/onsite-duties",
            "POST /vendor/reports",
            "PUT /cases/{clearance}/waiting-list",
        }
    ),
    "matching": frozenset(),
    "messaging": frozenset(),
    "notify": frozenset(),
}
