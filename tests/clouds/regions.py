"""GET /regions of the stand-in: the shape of the real list."""

STORAGE = ["Linodes", "Block Storage", "Object Storage", "Kubernetes", "Cloud Firewall", "Metadata"]
PLAIN = ["Linodes", "Block Storage", "Kubernetes", "Cloud Firewall"]
DISTRIBUTED = ["Linodes", "Cloud Firewall", "Distributed Plans"]

_WITH_STORAGE = """
ap-west:in:Mumbai, IN|ap-south:sg:Singapore, SG|us-southeast:us:Atlanta, GA|us-east:us:Newark, NJ|eu-central:de:Frankfurt, DE
us-iad:us:Washington, DC|us-ord:us:Chicago, IL|fr-par:fr:Paris, FR|us-sea:us:Seattle, WA|br-gru:br:Sao Paulo, BR
nl-ams:nl:Amsterdam, NL|se-sto:se:Stockholm, SE|es-mad:es:Madrid, ES|in-maa:in:Chennai, IN|jp-osa:jp:Osaka, JP
it-mil:it:Milan, IT|us-mia:us:Miami, FL|id-cgk:id:Jakarta, ID|us-lax:us:Los Angeles, CA|gb-lon:gb:London 2, UK
au-mel:au:Melbourne, AU|in-bom-2:in:Mumbai 2, IN|de-fra-2:de:Frankfurt 2, DE|sg-sin-2:sg:Singapore 2, SG|jp-tyo-3:jp:Tokyo 3, JP
"""
_PLAIN = "ca-central:ca:Toronto, CA|ap-southeast:au:Sydney, AU|us-central:us:Dallas, TX|us-west:us:Fremont, CA|eu-west:gb:London, UK"
_DISTRIBUTED = "us-den-10:us:Denver, CO|de-ham-10:de:Hamburg, DE"


def _region(text, capabilities, site_type):
    name, country, label = text.strip().split(":")
    return {
        "id": name,
        "label": label,
        "country": country,
        "capabilities": capabilities,
        "status": "ok",
        "resolvers": {"ipv4": "192.0.2.5, 192.0.2.6", "ipv6": "2001:db8::5, 2001:db8::6"},
        "placement_group_limits": {"maximum_pgs_per_customer": 100, "maximum_linodes_per_pg": 5},
        "site_type": site_type,
    }


REGIONS = (
    [_region(t, STORAGE, "core") for t in _WITH_STORAGE.strip().replace("\n", "|").split("|")]
    + [_region(t, PLAIN, "core") for t in _PLAIN.split("|")]
    + [_region(t, DISTRIBUTED, "distributed") for t in _DISTRIBUTED.split("|")]
)
