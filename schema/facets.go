package schema

// Facets place a record in what article 15(1) GDPR asks an answer to tell: the
// category of data, who receives it and in which role, where it went, what for,
// and how old it is. Each is a code that is part of the public output; what
// cannot be told from the record has a code that says so.
type Facets struct {
	// Category is the category of data, as Microsoft divides it.
	Category Category
	// Service is the code of the service in the catalog ("teams"), "unknown"
	// where it cannot be told.
	Service string
	// Platform is what the person worked on, by the code in the catalog:
	// "windows", "macos", "ios", "android", "web", or "unknown".
	Platform string
	// Region tells where the collector stands, as far as its name shows.
	Region Region
	// Role is Microsoft's role for this service.
	Role Role
	// Purpose is one of the three agreed purposes, or PurposeUnmapped.
	Purpose Purpose
	// Age is the number of whole days between the record and the day of the
	// request, -1 where one of them is unknown or the record is later.
	Age int
}

// Category is a category of diagnostic data.
type Category string

// The categories.
const (
	CategoryRequired  Category = "required-diagnostic-data"
	CategoryOptional  Category = "optional-diagnostic-data"
	CategoryService   Category = "required-service-data"
	CategoryEssential Category = "essential-services"
	CategoryWindows   Category = "windows-diagnostic-data"
	CategoryReport    Category = "admin-report" // what an administrator can see
	CategoryUnknown   Category = "unknown"
)

// Categories lists the categories in the order in which people read them.
func Categories() []Category {
	return []Category{
		CategoryRequired, CategoryOptional, CategoryService, CategoryEssential, CategoryWindows, CategoryReport, CategoryUnknown,
	}
}

// Region is where the collector of a record stands.
type Region string

// The regions.
const (
	RegionEU      Region = "eu"
	RegionOutside Region = "outside"
	RegionUnknown Region = "unknown"
)

// Regions lists the regions.
func Regions() []Region { return []Region{RegionEU, RegionOutside, RegionUnknown} }

// Role is the role of the recipient of a record (GDPR art. 4(7) and 4(8)).
type Role string

// The roles.
const (
	RoleProcessor  Role = "processor"
	RoleController Role = "controller" // decides by itself, as for Bing
	RoleUnknown    Role = "unknown"
)

// Purpose is what a record is processed for. The agreements of the Dutch State
// and of higher education with Microsoft allow exactly three purposes.
type Purpose string

// The purposes, and the code for a record that fits none of them: a finding.
const (
	PurposeProvide  Purpose = "provide" // provide and improve the service
	PurposeUpdate   Purpose = "update"  // keep it up to date
	PurposeSecure   Purpose = "secure"  // keep it secure
	PurposeUnmapped Purpose = "unmapped"
)

// Purposes lists the three agreed purposes.
func Purposes() []Purpose { return []Purpose{PurposeProvide, PurposeUpdate, PurposeSecure} }
