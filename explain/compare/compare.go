package compare

import (
	"cmp"
	"crypto/sha256"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"inzage/explain/finding"
	"inzage/explain/register"
	"inzage/schema"
)

// Comparison takes records in, and reports. It is not safe for concurrent use.
type Comparison struct {
	registers *register.Registers
	sides     map[string][]*item // by source
	titles    map[string]title   // by event name
	paths     map[string]string  // one copy of each
	hosts     map[string]*Host
	tools     map[string]bool
	requests  Span
}

// title is what the catalog says of an event.
type title struct {
	words    string
	category schema.Category
	layer    schema.Layer
}

// The sources, as they name themselves.
const (
	viewer  = "dataviewer"
	network = "har"
	export  = "graphexport"
)

// New starts a comparison.
func New(r *register.Registers) *Comparison {
	return &Comparison{
		registers: r, sides: make(map[string][]*item), titles: make(map[string]title),
		paths: make(map[string]string), hosts: make(map[string]*Host), tools: make(map[string]bool),
	}
}

// item is one event as the matching needs it.
type item struct {
	name, key, host string
	seq             string // "" where it has none
	at              time.Time
	hash            [16]byte // of the data
	data            []part   // in the order of their paths
	matched         bool
}

// part is one field of the data.
type part struct {
	path string
	sum  uint64
}

// Add takes a record in. Records of other sources than the three are passed over.
func (c *Comparison) Add(e *schema.Explanation) {
	r := &e.Record
	switch r.Source {
	case viewer, export:
	case network:
		if !c.wire(r) {
			return
		}
	default:
		return
	}
	x := c.item(r)
	if _, ok := c.titles[x.name]; !ok {
		c.titles[x.name] = title{strings.Clone(e.Title), e.Facets.Category, e.Layer}
	}
	c.sides[r.Source] = append(c.sides[r.Source], x)
}

// wire notes what a capture says besides events, and reports whether the record
// is an event.
func (c *Comparison) wire(r *schema.Record) bool {
	switch r.Event {
	case finding.Request:
		c.request(r)
		return false
	case "capture.about":
		name, _ := r.Field("log.creator.name")
		version, _ := r.Field("log.creator.version")
		if tool := strings.TrimSpace(name.Reveal() + " " + version.Reveal()); tool != "" {
			c.tools[strings.Clone(tool)] = true
		}
		return false
	}
	if h := c.host(r); h != nil {
		h.Events++
	}
	return true
}

// request counts a request under its host.
func (c *Comparison) request(r *schema.Record) {
	c.requests.add(r.At)
	h := c.host(r)
	if h == nil {
		return
	}
	h.Requests++
	if body, _ := r.Field("capture.body"); body.Reveal() == "opaque" {
		size, _ := r.Field("capture.bytes")
		n, _ := strconv.ParseInt(size.Reveal(), 10, 64)
		h.Opaque++
		h.OpaqueBytes += max(n, 0)
	}
}

// host finds the row of the host that a record names, or nil.
func (c *Comparison) host(r *schema.Record) *Host {
	field, ok := r.Field(finding.PathHost)
	if !ok {
		return nil
	}
	name := field.Reveal()
	if h := c.hosts[name]; h != nil {
		return h
	}
	is, known := c.registers.Host(name)
	h := &Host{
		Host: strings.Clone(name), Name: is.Name, Legal: is.Legal, Country: cmp.Or(is.Country, "unknown"), Status: is.Status,
		Kind: kindOf(is, known),
	}
	if known {
		h.Checked = is.On.String()
	}
	c.hosts[h.Host] = h
	return h
}

// kindOf tells what a host is to a comparison.
func kindOf(h register.Host, known bool) HostKind {
	switch {
	case h.Telemetry:
		return HostTelemetry
	case known && h.Status == register.Processor:
		return HostService
	}
	return HostThirdParty
}

// item takes out of a record what is compared.
func (c *Comparison) item(r *schema.Record) *item {
	x := &item{name: c.keep(eventName(r.Event)), at: r.At}
	var epoch, seq string
	for _, f := range r.Fields {
		v := f.Value.Reveal()
		switch f.Path {
		case "iKey":
			x.key = c.keep(token(v))
		case "ext.utc.epoch", "ext.sdk.epoch":
			epoch = v
		case "ext.utc.seq", "ext.sdk.seq":
			seq = v
		case finding.PathHost:
			x.host = c.keep(v)
		}
		if strings.HasPrefix(f.Path, "data.") {
			h := fnv.New64a()
			_, _ = h.Write([]byte(v))
			x.data = append(x.data, part{c.keep(f.Path), h.Sum64()})
		}
	}
	if epoch != "" && seq != "" {
		x.seq = strings.Clone(epoch + " " + seq)
	}
	slices.SortFunc(x.data, func(a, b part) int { return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.sum, b.sum)) })
	sum := sha256.New()
	for _, p := range x.data {
		_, _ = sum.Write([]byte(p.path + "\x00" + strconv.FormatUint(p.sum, 16) + "\n"))
	}
	copy(x.hash[:], sum.Sum(nil))
	return x
}

// keep gives one copy of a text that many records have.
func (c *Comparison) keep(s string) string {
	if one, ok := c.paths[s]; ok {
		return one
	}
	s = strings.Clone(s)
	c.paths[s] = s
	return s
}

// eventName is the name of an event without what an older client put before it
// when it handed the event to Windows: "Aria.", a key of 32 characters, a dot.
func eventName(name string) string {
	const before = len("Aria.") + 32
	if strings.HasPrefix(name, "Aria.") && len(name) > before+1 && name[before] == '.' {
		return name[before+1:]
	}
	return name
}

// token is the part of an instrumentation key that all ways of writing it share:
// "o:" and 32 characters, "P-ARIA-" and those with a suffix, or those alone.
func token(key string) string {
	key = strings.ToLower(key)
	key = strings.TrimPrefix(strings.TrimPrefix(key, "o:"), "p-aria-")
	key, _, _ = strings.Cut(key, "-")
	return key
}
