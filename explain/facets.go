package explain

import (
	"maps"
	"slices"
	"strings"
	"time"

	"inzage/schema"
)

// The shape of facets/*.yaml. Everything it decides is a code of terms/.
type rawFacets struct {
	Categories []rawCategory         `yaml:"categories"`
	Services   map[string]rawService `yaml:"services"`
	Platforms  []rawPlatform         `yaml:"platforms"`
	Regions    struct {
		Fields []string          `yaml:"fields"`
		Hosts  map[string]string `yaml:"hosts"`
	} `yaml:"regions"`
	Purposes struct {
		Kinds  map[string]string `yaml:"kinds"`
		Abouts map[string]string `yaml:"abouts"`
	} `yaml:"purposes"`
	Ages struct {
		Sources   []string     `yaml:"sources"` // whose records come from where the terms hold
		Exception rawException `yaml:"exception"`
		Longest   int          `yaml:"longest"`
	} `yaml:"ages"`
}

type rawCategory struct {
	Ref     string `yaml:"ref"`
	Source  string `yaml:"source"`
	Service string `yaml:"service"`
	Is      string `yaml:"is"`
}

type rawService struct {
	Role string   `yaml:"role"`
	Apps []string `yaml:"apps"` // in English
}

type rawPlatform struct {
	Field  string            `yaml:"field"`
	Values map[string]string `yaml:"values"`
}

// rawException is the one service that may send what people chose themselves in
// clear text (schema.Exposure), and for how many days that may be kept.
type rawException struct {
	Service string `yaml:"service"`
	Days    int    `yaml:"days"`
}

// facets decides the facets of records, as the catalog's tables say.
type facets struct {
	categories []rawCategory
	services   map[string]string // English app → code
	roles      map[string]schema.Role
	platforms  []rawPlatform
	hosts      map[string]schema.Region
	fields     map[string]facetField // by canonical path
	purposes   map[string]schema.Purpose
	exception  rawException
	longest    int
	aging      []string // sources
}

// facetField is a field whose value says something of the record as a whole.
type facetField struct {
	values map[string]string // platform by folded value; nil in a field of hosts
	rank   int               // from 1; the lowest that says something wins
}

const unknownCode = "unknown"

func (c *Catalog) addFacets(at *place, raw rawFacets) {
	f := &c.facets
	if f.services == nil {
		*f = facets{
			services: make(map[string]string), roles: make(map[string]schema.Role), hosts: make(map[string]schema.Region),
			fields: make(map[string]facetField), purposes: make(map[string]schema.Purpose),
		}
	}
	for _, r := range raw.Categories {
		at.needTerm("categories", "categories", r.Is)
		at.needTerm("categories: service", "services", r.Service)
		if !slices.Contains(schema.Categories(), schema.Category(r.Is)) {
			at.fail("categories: no category %q", r.Is)
		}
		if !strings.HasSuffix(r.Ref, "*") {
			at.needRef(r.Ref)
		}
	}
	f.categories = append(f.categories, raw.Categories...)
	for _, code := range slices.Sorted(maps.Keys(raw.Services)) {
		at.service(f, code, raw.Services[code])
	}
	for _, p := range raw.Platforms {
		f.platforms = append(f.platforms, p)
		values := make(map[string]string, len(p.Values))
		for v, code := range p.Values {
			at.needTerm("platforms", "platforms", code)
			values[strings.ToLower(v)] = code
		}
		f.fields[canonical(p.Field)] = facetField{values: values, rank: len(f.platforms)}
	}
	for _, name := range raw.Regions.Fields {
		f.fields[canonical(name)] = facetField{}
	}
	for host, region := range raw.Regions.Hosts {
		if !slices.Contains(schema.Regions(), schema.Region(region)) {
			at.fail("regions: no region %q", region)
		}
		f.hosts[strings.ToLower(host)] = schema.Region(region)
	}
	at.purposes(f, "kind", raw.Purposes.Kinds)
	at.purposes(f, "about", raw.Purposes.Abouts)
	if x := raw.Ages.Exception; x != (rawException{}) {
		at.needTerm("ages: service", "services", x.Service)
		f.exception = x
	}
	f.aging = append(f.aging, raw.Ages.Sources...)
	if raw.Ages.Longest > 0 {
		f.longest = raw.Ages.Longest
	}
}

func (p *place) service(f *facets, code string, raw rawService) {
	p.needTerm("services", "services", code)
	role := schema.Role(raw.Role)
	switch role {
	case "":
		role = schema.RoleProcessor
	case schema.RoleProcessor, schema.RoleController, schema.RoleUnknown:
	default:
		p.fail("services: no role %q", raw.Role)
	}
	f.roles[code] = role
	for _, app := range raw.Apps {
		if other, twice := f.services[app]; twice && other != code {
			p.fail("services: app %q given twice", app)
		}
		f.services[app] = code
	}
}

func (p *place) purposes(f *facets, table string, codes map[string]string) {
	for code, purpose := range codes {
		p.needTerm("purposes", table+"s", code)
		if to := schema.Purpose(purpose); to != schema.PurposeUnmapped && !slices.Contains(schema.Purposes(), to) {
			p.fail("purposes: no purpose %q", purpose)
		}
		f.purposes[table+"."+code] = schema.Purpose(purpose)
	}
}

// plan decides the facets that are the same for each record of an event.
func (f *facets) plan(r *schema.Record, p *plan) schema.Facets {
	x := schema.Facets{
		Category: schema.CategoryUnknown, Service: unknownCode, Platform: unknownCode,
		Region: schema.RegionUnknown, Role: schema.RoleUnknown, Purpose: schema.PurposeUnmapped, Age: -1,
	}
	if code, ok := f.services[p.called.EN]; ok {
		x.Service, x.Role = code, f.roles[code]
	}
	for _, c := range f.categories {
		if like(c.Ref, p.ref) && like(c.Source, r.Source) && (c.Service == "" || c.Service == x.Service) {
			x.Category = schema.Category(c.Is)
			break
		}
	}
	if to, ok := f.purposes["about."+p.about]; ok {
		x.Purpose = to
	} else if to, ok := f.purposes["kind."+p.kind]; ok {
		x.Purpose = to
	}
	return x
}

// like compares with a pattern that may end in * and fits all where empty.
func like(pattern, s string) bool {
	if start, star := strings.CutSuffix(pattern, "*"); star {
		return strings.HasPrefix(s, start)
	}
	return pattern == "" || pattern == s
}

// field takes in what a field says of the record; rank is that of the platform
// that was found so far, 0 for none. It returns the new one.
func (f *facets) field(x *schema.Facets, of facetField, value string, rank int) int {
	if of.values == nil {
		if region := f.region(value); region != schema.RegionUnknown {
			x.Region = region
		}
		return rank
	}
	if value == "" || rank != 0 && rank <= of.rank {
		return rank
	}
	code := of.values[strings.ToLower(value)]
	if code == "" {
		code = of.values["*"]
	}
	if code == "" {
		return rank
	}
	x.Platform = code
	return of.rank
}

// region tells where a collector stands by its name, with or without the rest
// of an address around it.
func (f *facets) region(address string) schema.Region {
	host := strings.ToLower(address)
	if _, rest, ok := strings.Cut(host, "://"); ok {
		host = rest
	}
	if i := strings.IndexAny(host, "/?#"); i >= 0 {
		host = host[:i]
	}
	host, _, _ = strings.Cut(host[strings.LastIndexByte(host, '@')+1:], ":")
	for host != "" {
		if r, ok := f.hosts[host]; ok {
			return r
		}
		_, host, _ = strings.Cut(host, ".")
	}
	return schema.RegionUnknown
}

// findings says what of an explained record the data protection officer must
// know, and whether it falls under the exception. Most records have none.
func (f *facets) findings(e *schema.Explanation) []schema.FindingID {
	if len(f.services) == 0 { // a catalog without tables decides nothing
		return nil
	}
	var list []schema.FindingID
	x := &e.Facets
	if x.Purpose == schema.PurposeUnmapped {
		list = append(list, schema.FindingPurpose)
	}
	exposed := f.exception.Days > 0 && slices.ContainsFunc(e.Notes, func(n schema.Note) bool { return n.Exposes != schema.ExposesNothing })
	e.Excepted = exposed && x.Service == f.exception.Service
	switch {
	case !slices.Contains(f.aging, e.Record.Source): // a copy of the person's own, say
	case e.Excepted && x.Age > f.exception.Days:
		list = append(list, schema.FindingExceptionAge)
	case f.longest > 0 && x.Age > f.longest:
		list = append(list, schema.FindingAge)
	}
	if exposed && !e.Excepted && x.Category != schema.CategoryReport {
		list = append(list, schema.FindingIdentified)
	}
	if x.Region == schema.RegionOutside {
		list = append(list, schema.FindingOutsideEU)
	}
	if x.Role == schema.RoleController {
		list = append(list, schema.FindingOwnController)
	}
	return list
}

// age is the number of whole days from a record to the day of the request.
func age(at, asked time.Time) int {
	if at.IsZero() || asked.IsZero() || at.After(asked) {
		return -1
	}
	return int(asked.Sub(at) / (24 * time.Hour))
}

// homeless lists the apps of the catalog that belong to no service.
func (c *Catalog) homeless() []string {
	if len(c.facets.services) == 0 {
		return nil
	}
	apps := make(map[string]bool)
	for _, list := range []map[string]*namespace{c.namespaces, c.spaces} {
		for _, n := range list {
			apps[n.app.EN] = true
		}
	}
	for _, e := range c.entries() {
		apps[e.app.EN] = true
	}
	for key, t := range c.terms {
		if strings.HasPrefix(key, "products.") {
			apps[t.App.EN] = true
		}
	}
	var list []string
	for _, app := range slices.Sorted(maps.Keys(apps)) {
		if _, ok := c.facets.services[app]; !ok && app != "" {
			list = append(list, app)
		}
	}
	return list
}
