package dataviewer

import (
	"io"
	"slices"
	"strings"

	"inzage/schema"
	"inzage/workers/internal/jsonstream"
)

// events reads JSON: events themselves, or the objects of the cmdlet, which
// hold the event as text in "Payload".
func (r *reading) events(text io.Reader, cmdlet bool) error {
	// The payload is JSON in a string by design. It is opened here, so that it
	// does not count as a repair.
	outer := jsonstream.Flattener{Closed: true}
	for p, err := range jsonstream.Split(text, 0, r.tally) {
		if err != nil {
			return coded("read dump", err)
		}
		rec := r.record(p.Offset)
		var out outside
		switch code := p.Code; {
		case code != "":
			unreadable(&rec, code, p)
		case cmdlet:
			if out, code = r.cmdlet(&outer, &rec, p); code != "" {
				unreadable(&rec, code, p)
			}
		default:
			if rec.Fields, code = r.flat.Flatten(rec.Fields, p.Raw); code != "" {
				unreadable(&rec, code, p)
			}
		}
		r.complete(&rec, out)
		if err := r.emit(rec); err != nil {
			return err
		}
	}
	return nil
}

// cmdlet flattens an object as ConvertTo-Json wrote it: the fields of the
// payload, then those around it.
func (r *reading) cmdlet(outer *jsonstream.Flattener, rec *schema.Record, p jsonstream.Piece) (outside, schema.Code) {
	var repaired schema.Tally
	outer.Tally = &repaired
	around, code := outer.Flatten(nil, p.Raw)
	if code != "" {
		return outside{}, code
	}
	at := slices.IndexFunc(around, func(f schema.Field) bool {
		return f.Path == "Payload" && f.Kind == schema.String && isJSON(f.Value.Reveal())
	})
	if at < 0 {
		// The payload is an object, plain text, or missing; or this is an event
		// among them. Its paths need nothing but the mark of the column.
		if rec.Fields, code = r.flat.Flatten(rec.Fields, p.Raw); code != "" {
			return outside{}, code
		}
		if slices.ContainsFunc(around, func(f schema.Field) bool { return f.Path == "name" }) {
			return outside{}, ""
		}
		for i := range rec.Fields {
			path := &rec.Fields[i].Path
			if inner, ok := strings.CutPrefix(*path, "Payload."); ok {
				*path = inner
			} else {
				*path = column + *path
			}
		}
		return r.around(around), ""
	}
	if rec.Fields, code = r.flat.FlattenString(rec.Fields, around[at].Value.Reveal()); code != "" {
		return outside{}, code
	}
	for kind, n := range repaired.Repairs {
		r.tally.Repair(kind, n)
	}
	for i, f := range around {
		if i != at {
			f.Path = column + f.Path
			rec.Fields = append(rec.Fields, f)
		}
	}
	return r.around(around), ""
}

// around takes what the object of the cmdlet says beside the payload.
func (r *reading) around(fields []schema.Field) outside {
	out := outside{}
	for _, f := range fields {
		switch f.Path {
		case "Name":
			out.name = f.Value.Reveal()
		case "Timestamp", "Timestamp.value", "Timestamp.DateTime":
			// PowerShell 5 may write a date as an object: the exact value first.
			if out.stamp == "" {
				out.stamp = f.Value.Reveal()
			}
		}
	}
	return out
}
