package har

import (
	"net/url"
	"strconv"
	"strings"

	"inzage/schema"
)

// exchange is one request and its answer, without what is left out.
type exchange struct {
	host, key string
	from      string // the host of the page that it came from
	telemetry bool
	started   string
	fields    []schema.Field

	body, encoding, mime, packing string
	size                          string // of the body as it was sent, in bytes
}

// entry reads the fields of a request, and reports whether it is one.
func (r *reading) entry(fields []schema.Field) (x exchange, ok bool) {
	for _, f := range fields {
		switch f.Path {
		case "request.url":
			u, err := url.Parse(f.Value.Reveal())
			if err == nil {
				x.host = strings.ToLower(u.Hostname())
			}
			x.telemetry, ok = isTelemetry(x.host), true
		case "startedDateTime":
			x.started = f.Value.Reveal()
		case "request.postData.text":
			x.body = f.Value.Reveal()
		case "request.postData.encoding", "request.postData._encoding":
			x.encoding = f.Value.Reveal()
		case "request.postData.mimeType":
			x.mime = f.Value.Reveal()
		case "request.bodySize":
			x.size = f.Value.Reveal()
		}
	}
	if !ok {
		return x, false
	}
	k := keeper{x: &x, tally: r.tally, address: "://" + x.host}
	for i := 0; i < len(fields); i++ {
		i += k.take(fields[i:])
	}
	if k.content {
		r.tally.Repair(schema.RepairContent, 1)
	}
	return x, true
}

// keeper decides what of a request remains.
type keeper struct {
	x       *exchange
	tally   *schema.Tally
	address string
	content bool // something else than a secret was left out
}

// take decides on the first of the fields and returns how many behind it belong
// to it: a header is a name and a value.
func (k *keeper) take(fields []schema.Field) int {
	f := fields[0]
	v := f.Value.Reveal()
	switch list, rest := cutList(f.Path); list {
	case "request.headers", "response.headers", "request.queryString":
		if rest != "name" || len(fields) < 2 || !strings.HasSuffix(fields[1].Path, "].value") {
			k.content = true
			return 0
		}
		k.pair(list, fields[0], fields[1])
		return 1
	case "request.cookies", "response.cookies":
		if rest == "value" {
			k.tally.Repair(schema.RepairSecret, 1)
		}
		return 0
	}
	switch {
	case f.Kind == schema.EmptyArray, f.Kind == schema.EmptyObject:
	case f.Path == "request.url":
		if k.x.telemetry {
			k.keep(f, origin(v)+path(v))
		} else if v != "" {
			k.content = true
		}
		return 0
	case f.Path == "request.postData.text":
		k.content = k.content || !k.x.telemetry && v != ""
		return 0 // the events in it are records, or it is counted as opaque
	case !kept(f.Path):
		k.content = k.content || v != ""
		return 0
	case isToken(v):
		k.tally.Repair(schema.RepairSecret, 1)
		return 0
	}
	k.x.fields = append(k.x.fields, f)
	return 0
}

// pair decides on a header or a parameter.
func (k *keeper) pair(list string, nameField, valueField schema.Field) {
	name, value := strings.ToLower(nameField.Value.Reveal()), valueField.Value.Reveal()
	switch {
	case isSecret(name), isToken(value):
		k.tally.Repair(schema.RepairSecret, 1)
	case name == "origin", name == "referer":
		// Which site it was sent from says which service it is of; the page on it
		// is the name of a document.
		if at := origin(value); at != "" {
			k.x.fields = append(k.x.fields, nameField)
			k.keep(valueField, at)
			k.x.from = at[strings.Index(at, "://")+len("://"):]
		}
		k.content = k.content || path(value) != ""
	case !k.x.telemetry, !isTechnical(name):
		k.content = true
	default:
		switch name {
		case "apikey", "x-apikey":
			k.x.key = value
		case "content-encoding":
			if list == "request.headers" {
				k.x.packing = strings.ToLower(value)
			}
		}
		k.x.fields = append(k.x.fields, nameField, valueField)
	}
}

func (k *keeper) keep(f schema.Field, value string) {
	f.Value, f.Kind = schema.NewPersonal(value), schema.String
	k.x.fields = append(k.x.fields, f)
}

// The beginning of the paths of what this package says itself, and the path that
// events have too.
const (
	own      = "capture."
	pathHost = own + "host"
)

// request hands over a request, and then its events.
func (r *reading) request(x exchange, offset int64) bool {
	text, events, kind := events(&x)
	rec := r.record(offset)
	rec.Event, rec.Spaces, rec.Fields = eventRequest, []string{space}, x.fields
	rec.At = r.moment(x.started)
	add := func(path, value string) {
		if value != "" {
			rec.Fields = append(rec.Fields, schema.Field{Path: own + path, Value: schema.NewPersonal(value)})
		}
	}
	add("host", x.host)
	add("from", x.from)
	add("body", kind)
	add("key", x.key)
	if kind == bodyEvents {
		add("events", strconv.Itoa(events))
	}
	if kind == bodyOpaque {
		r.tally.Repair(schema.RepairOpaque, 1)
		add("bytes", sizeOf(&x))
	}
	if !r.yield(rec, nil) {
		return false
	}
	return kind != bodyEvents || r.each(text, &x)
}

// sizeOf is the size of a body as the capture gives it, else of its text.
func sizeOf(x *exchange) string {
	if n, err := strconv.ParseInt(x.size, 10, 64); err == nil && n >= 0 {
		return x.size
	}
	return strconv.Itoa(len(x.body))
}

// cutList splits "request.headers[3].name" into the list and the rest.
func cutList(path string) (list, rest string) {
	list, rest, ok := strings.Cut(path, "[")
	if !ok {
		return "", ""
	}
	if _, rest, ok = strings.Cut(rest, "]."); !ok || strings.Contains(list, "postData") {
		return "", ""
	}
	return list, rest
}

// origin is the scheme and host of an address, path what stands behind them up to
// the parameters; neither holds what a person filled in.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

func path(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Path == "/" {
		return ""
	}
	return u.EscapedPath()
}
