package har

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"io"
	"strings"
	"time"

	"inzage/schema"
	"inzage/workers/internal/identity"
	"inzage/workers/internal/jsonstream"
)

// What a body is, by the codes of "capture.body".
const (
	bodyNone   = "none"
	bodyEvents = "events"
	bodyOpaque = "opaque" // telemetry that cannot be read
	bodyOther  = "other"  // of a host that receives no telemetry
)

const (
	// maxBody is how long a body may be once it is unpacked, in bytes. A client
	// sends 3 MiB at most, compressed.
	maxBody = 16 << 20
	// maxRatio bounds how much comes out of a byte, from ratioFrom bytes on.
	maxRatio  = 500
	ratioFrom = 1 << 20
)

// events unpacks the body of a request, and counts the events in it.
func events(x *exchange) (text []byte, count int, kind string) {
	switch {
	case x.body == "":
		return nil, 0, bodyNone
	case !x.telemetry:
		return nil, 0, bodyOther
	case strings.Contains(strings.ToLower(x.mime), "bond"):
		return nil, 0, bodyOpaque
	}
	text, ok := unpacked(x)
	if !ok {
		return nil, 0, bodyOpaque
	}
	for _, err := range jsonstream.Split(bytes.NewReader(text), 0, nil) {
		if err != nil {
			return nil, 0, bodyOpaque
		}
		count++
	}
	if count == 0 {
		return nil, 0, bodyOpaque
	}
	return text, count, bodyEvents
}

// each hands over the events of a body, one by one.
func (r *reading) each(text []byte, x *exchange) bool {
	for p, err := range jsonstream.Split(bytes.NewReader(text), 0, r.tally) {
		if err != nil { // memory has no errors
			break
		}
		if !r.event(p, x) {
			return false
		}
	}
	return true
}

// event hands over an event.
func (r *reading) event(p jsonstream.Piece, x *exchange) bool {
	rec := r.record(-1)
	fields, code := []schema.Field(nil), p.Code
	if code == "" {
		fields, code = r.inner.Flatten(nil, p.Raw)
	}
	if code != "" {
		rec.Unreadable, rec.Cut = code, p.Size
		return r.yield(rec, nil)
	}
	who := identity.Of(&r.who)
	for _, f := range fields {
		if f.Kind == schema.String && isToken(f.Value.Reveal()) {
			r.tally.Repair(schema.RepairSecret, 1)
			continue
		}
		who.Field(f)
		switch f.Path {
		case "name":
			rec.Event = f.Value.Reveal()
		case "time":
			rec.At = instant(f.Value.Reveal())
		case "ext.app.name":
			rec.App = f.Value.Reveal()
		}
		rec.Fields = append(rec.Fields, f)
	}
	rec.Owner = who.Owner()
	if rec.At.IsZero() {
		r.tally.Repair(schema.RepairNoTime, 1)
	}
	rec.Fields = append(rec.Fields, schema.Field{Path: pathHost, Value: schema.NewPersonal(x.host)})
	return r.yield(rec, nil)
}

// moment reads the time of a request.
func (r *reading) moment(text string) time.Time {
	at := instant(text)
	if at.IsZero() {
		r.tally.Repair(schema.RepairNoTime, 1)
	}
	return at
}

// instant reads a time as RFC 3339 and ISO 8601 write it; zero is no time.
func instant(text string) time.Time {
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700"} {
		if at, err := time.Parse(form, text); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

// unpacked gives the text of a body, however it was written down: as text, in
// base64, as the bytes of a compressed body taken for Latin characters.
func unpacked(x *exchange) ([]byte, bool) {
	if !strings.EqualFold(x.encoding, "base64") {
		if out, ok := inflate([]byte(x.body), x.packing); ok {
			return out, true
		}
		if raw, ok := latin(x.body); ok {
			if out, ok := inflate(raw, x.packing); ok {
				return out, true
			}
		}
	}
	raw, err := base64.StdEncoding.DecodeString(x.body)
	if err != nil {
		return nil, false
	}
	return inflate(raw, x.packing)
}

// inflate unpacks bytes where they are packed, and reports whether JSON came out.
func inflate(raw []byte, packing string) ([]byte, bool) {
	var in io.Reader
	var err error
	switch {
	case isJSON(raw):
		return raw, true
	case bytes.HasPrefix(raw, []byte{0x1f, 0x8b}): // RFC 1952
		in, err = gzip.NewReader(bytes.NewReader(raw))
	case len(raw) > 2 && raw[0]&15 == 8 && (int(raw[0])<<8|int(raw[1]))%31 == 0: // RFC 1950
		in, err = zlib.NewReader(bytes.NewReader(raw))
	case strings.Contains(packing, "deflate"): // RFC 1951, as some clients send it
		in = flate.NewReader(bytes.NewReader(raw))
	default:
		return nil, false
	}
	if err != nil {
		return nil, false
	}
	most := max(min(int64(len(raw))*maxRatio, maxBody), ratioFrom)
	out, err := io.ReadAll(io.LimitReader(in, most+1))
	if err != nil || int64(len(out)) > most || !isJSON(out) {
		return nil, false
	}
	return out, true
}

func isJSON(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) > 1 && (b[0] == '{' || b[0] == '[')
}

// latin gives the bytes that were taken for the first 256 characters.
func latin(text string) ([]byte, bool) {
	raw := make([]byte, 0, len(text))
	for _, c := range text {
		if c > 0xff {
			return nil, false
		}
		raw = append(raw, byte(c))
	}
	return raw, true
}
