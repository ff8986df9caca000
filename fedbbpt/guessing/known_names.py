"""Names that columns of data files usually have, by what they hold; small letters, no marks."""

INPUTS = frozenset(
    [
        "text",
        "input",
        "sentence",
        "review",
        "message",
        "question",
        "prompt",
        "content",
        "body",
        "comment",
        "comments",
        "tweet",
        "post",
        "document",
        "query",
        "utterance",
        "description",
        "ticket",
        "email",
        "mail",
        "abstract",
        "article",
        "passage",
        "note",
        "feedback",
        "complaint",
        "headline",
        "request",
        "transcript",
        "statement",
        "premise",
    ]
)

STRONG_TARGETS = ("label", "labels", "target", "class", "gold", "goldlabel", "groundtruth")
"""Names that nothing but the right answer has; the earlier win over the later."""

TARGETS = frozenset(
    [
        "category",
        "categories",
        "sentiment",
        "answer",
        "answers",
        "output",
        "intent",
        "topic",
        "tag",
        "rating",
        "ratings",
        "stars",
        "score",
        "y",
        "priority",
        "urgency",
        "severity",
        "polarity",
        "emotion",
        "kind",
        "type",
        "response",
        "completion",
        "expected",
        "result",
        "outcome",
        "verdict",
        "status",
    ]
)

IDS = frozenset(
    ["id", "ids", "uid", "uuid", "guid", "key", "index", "idx", "nr", "no", "number", "rowid"]
)

DOMAINS = frozenset(
    [
        "domain",
        "source",
        "site",
        "region",
        "department",
        "dept",
        "branch",
        "hospital",
        "clinic",
        "country",
        "state",
        "city",
        "store",
        "shop",
        "brand",
        "customer",
        "client",
        "tenant",
        "owner",
        "organisation",
        "organization",
        "company",
        "unit",
        "team",
        "office",
        "location",
        "bank",
        "school",
        "product",
        "language",
        "lang",
        "channel",
        "platform",
    ]
)

ALL = INPUTS | frozenset(STRONG_TARGETS) | TARGETS | IDS | DOMAINS
