/* The table of columns that ionosctl can show. */
#include "cloud/ionos/columns.h"

const struct object_column ionos_columns[] = {
	{ "ImageId", "id" },
	{ "Name", "properties.name" },
	{ "ImageAliases", "properties.imageAliases" },
	{ "Location", "properties.location" },
	{ "Size", "properties.size" },
	{ "LicenceType", "properties.licenceType" },
	{ "ImageType", "properties.imageType" },
	{ "Description", "properties.description" },
	{ "Public", "properties.public" },
	{ "CloudInit", "properties.cloudInit" },
	{ "CreatedDate", "metadata.createdDate" },
	{ "CreatedBy", "metadata.createdBy" },
	{ "CreatedByUserId", "metadata.createdByUserId" },
	{ "ExposeSerial", "properties.exposeSerial" },
	{ "RequireLegacyBios", "properties.requireLegacyBios" },
	{ "ApplicationType", "properties.applicationType" },
	{ "RequiredFeatures", "properties.requiredFeatures" },
	{ NULL, NULL },
};
