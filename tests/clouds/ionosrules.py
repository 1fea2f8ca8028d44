"""What the Images API demands of a query and of a PATCH."""

LICENCES = ["LINUX", "RHEL", "WINDOWS", "WINDOWS2016", "WINDOWS2019", "WINDOWS2022", "WINDOWS2025", "UNKNOWN", "OTHER"]
APPLICATIONS = ["UNKNOWN"] + [f"MSSQL-{year}-{edition}" for year in (2019, 2022) for edition in ("Web", "Standard", "Enterprise")]
SWITCHES = [f"{part}Hot{way}" for part in ("cpu", "ram", "nic", "discVirtio", "discScsi") for way in ("Plug", "Unplug")]
SWITCHES += ["exposeSerial", "requireLegacyBios"]
CHOICES = {"licenceType": LICENCES, "applicationType": APPLICATIONS, "cloudInit": ["V1", "NONE"]}
TEXTS = ["name", "description"]
FILTERS = TEXTS + SWITCHES + list(CHOICES) + ["location", "public", "size", "imageType", "imageAliases"]
# The filters that take part of a value; the others want the whole.
CONTAINED = {"name", "description"}


def body_problems(fields):
    """Messages for a PATCH body; none when it is right."""
    if not isinstance(fields, dict):
        return ["the body must be an object"]
    found = []
    for key, value in fields.items():
        if key in SWITCHES:
            good = isinstance(value, bool)
        elif key in CHOICES:
            good = value in CHOICES[key]
        elif key in TEXTS:
            good = isinstance(value, str) and value != ""
        else:
            found.append(f"[(root)] unexpected property '{key}'")
            continue
        if not good:
            found.append(f"[(root).{key}] attribute value '{value}' is not valid")
    return found


def _number(least, most):
    return lambda value: value.isdigit() and least <= int(value) <= most


QUERY = {
    "depth": _number(0, 10),
    "offset": _number(0, 1 << 31),
    "limit": _number(1, 1000),
    "maxResults": _number(1, 1000),
    "pretty": lambda value: value in ("true", "false"),
    "order-by": lambda value: value != "",
    "orderBy": lambda value: value != "",
}


def query_problems(pairs):
    """Messages for a query as a list of pairs."""
    found = []
    for key, value in pairs:
        if key.startswith("filter."):
            if key.removeprefix("filter.") not in FILTERS:
                found.append(f"filter '{key}' is not supported")
        elif key not in QUERY:
            found.append(f"query parameter '{key}' is not supported")
        elif not QUERY[key](value):
            found.append(f"query parameter '{key}' has the invalid value '{value}'")
    return found


def accepts(properties, pairs):
    """Do the filters take an image?  Filters of one name are alternatives, different names must all take it."""
    wanted = {}
    for key, value in pairs:
        if key.startswith("filter."):
            wanted.setdefault(key.removeprefix("filter."), []).append(value.lower())
    for name, values in wanted.items():
        has = properties.get(name)
        text = str(has).lower() if not isinstance(has, list) else " ".join(has).lower()
        if not any(value in text if name in CONTAINED else value == text for value in values):
            return False
    return True
