"""The form in English."""

LANGUAGE = "en"
SECTIONS = {
    "time": "Your time",
    "languages": "Your languages",
    "plans": "What you bring",
    "you": "About you",
    "safety": "Your safety",
}
MISSING = "Answer this question."
BELOW_FLOOR = "This role asks for more time. You may still apply; look at the other roles, too."
QUESTIONS = {
    "weekly_hours": (
        "How many hours a week can you give?",
        "People notice when somebody has no time for them. We only ask of you what you say here.",
    ),
    "months": (
        "For how many months can you promise this?",
        "Trust grows slowly, and somebody who leaves early is missed.",
    ),
    "less_time": (
        "You can give less time than this role asks for. Why could it work all the same?",
        "A person reads this and decides. No rule turns you away.",
    ),
    "zone": ("In which time zone do you live?", "So that we find somebody who is free when you are."),
    "free_hours": (
        "At which hours of the week are you free?",
        "So that we find somebody who is free when you are. You may leave this out.",
    ),
    "languages": ("Which languages can you write in?", "You are paired with somebody who writes one of them."),
    "skills": (
        "What can you help with?",
        "You are paired with somebody who wants to learn it. You may leave this out.",
    ),
    "goals": ("What do you want to learn?", "We look for somebody who knows it. You may leave this out."),
    "motivation": ("Why would you like to do this?", "It is what we talk about when we get to know you."),
    "experience": (
        "Where have you worked with people like those in this role?",
        "So that we know how much training you need. No experience is an answer, too.",
    ),
    "care": (
        "When did you have to keep something to yourself, and how did you do it?",
        "In this role you see what others trust us with.",
    ),
    "born_on": ("When were you born?", "The law says what we must ask people of an age, and who agrees for the young."),
    "lives_in": ("In which country do you live?", "The law of that place says what we must ask, and what we must not."),
    "levels": ("How well do you write each language?", "So that neither of you is lost. You may leave this out."),
    "countries": (
        "Which countries do you know, and how?",
        "Somebody who knows a place understands more of a life there. You may leave this out.",
    ),
    "style": (
        "How do you like to write, and to be written to?",
        "Your partner is shown this, so that nobody has to guess. You may leave this out.",
    ),
    "dislikes": (
        "What would you rather not have to do with?",
        "People get on well who dislike the same things. You may leave this out.",
    ),
    "wishes": (
        "What do you wish for in a partner?",
        "The staff of your site read this, and your partner never does. You may leave this out.",
    ),
    "adjustments": (
        "What makes it easier for you to take part?",
        "We do not ask why you need it. You may leave this out.",
    ),
    "safe_hours": (
        "At which hours of the week is it safe to write to you?",
        "At other hours nothing is sent to you. You may leave this out.",
    ),
    "forbidden_channels": (
        "On which ways must we never reach you?",
        "What you name here is not used. You may leave this out.",
    ),
    "may_know": (
        "Who may know that you take part?",
        "So that nobody hears of it from us by mistake. You may leave this out.",
    ),
    "no_photos": ("Must there be no photos of you?", "Then we neither take nor show any. You may leave this out."),
}
