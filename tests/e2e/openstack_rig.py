"""The binary before a real Glance, and what came of an upload."""

import hashlib

from tool import FAST, Tool


class OpenStackRig(Tool):
    """glance is the server; without keystone nobody is asked for a token."""

    def __init__(self, home, glance, ca, keystone=None):
        super().__init__(home, {"OS_CACERT": ca})
        self.glance = glance
        self.keystone = keystone
        if keystone:
            user = keystone.user
            self.env |= {"OS_AUTH_URL": keystone.url, "OS_USERNAME": user.name, "OS_PASSWORD": user.password}
            self.env |= {"OS_PROJECT_NAME": user.project, "OS_USER_DOMAIN_NAME": user.domain, "OS_PROJECT_DOMAIN_NAME": user.domain}
            self.env |= {"OS_REGION_NAME": "RegionOne"}
        else:
            self.env |= {"OS_AUTH_TYPE": "none", "OS_ENDPOINT": glance.url}

    def upload(self, *args, **options):
        return self.run("openstack", *FAST[:2], *args, **options)

    def begin(self, *args, **options):
        return self.start("openstack", *FAST[:2], *args, **options)

    def token(self):
        return self.keystone.token() if self.keystone else None

    def images(self):
        """Every record that there is, the newest first."""
        return self.glance.api("GET", "/v2/images?limit=100", token=self.token()).json["images"]

    def arrived(self, result, data, store="fast"):
        """The one image that this run has made: active, and exactly these bytes."""
        assert result.status == 0, result
        (image,) = [image for image in self.images() if image["id"] in result.out]
        assert image["status"] == "active" and image["os_hash_value"] == hashlib.sha512(data).hexdigest()
        assert self.glance.file(image["id"], store).read_bytes() == data
        return image
