"""IONOS's locations: how the FTP servers and how the API call them."""

PLACES = {
    "fra": "de/fra",
    "fra-2": "de/fra/2",
    "fkb": "de/fkb",
    "txl": "de/txl",
    "lhr": "gb/lhr",
    "bhx": "gb/bhx",
    "las": "us/las",
    "ewr": "us/ewr",
    "mci": "us/mci",
    "vit": "es/vit",
    "par": "fr/par",
}
DIRECTORIES = ["iso-images", "hdd-images", "confidential-images"]


def fragment(location):
    """The FTP servers' name for a location in any of its forms: de/fra/2, fra/2 and fra-2 are all fra-2."""
    for short, full in PLACES.items():
        if location in (short, full, full.partition("/")[2]):
            return short
    return location.replace("/", "-")
