package explain

import (
	"strings"

	"inzage/schema"
)

// only holds what a field's name means in some events, or in the records of one
// source, and nowhere else: one common word ("Name", "Device") means another
// thing in each event. By source or pattern of events, then by name.
type only map[string]map[string]*field

// ofSource marks the key of a source; no name of an event begins so.
const ofSource = "source "

// add takes in one block of a dictionary file.
func (o only) add(at *place, raw rawOnly, ref string) {
	keys := make([]string, 0, len(raw.Events)+1)
	for _, event := range raw.Events {
		if strings.Contains(strings.TrimSuffix(event, ".*"), "*") {
			at.fail("only: %s: a * stands at the end, behind a dot", event)
		}
		if len(event) > maxPattern {
			at.fail("only: %s: longer than %d bytes", event, maxPattern)
		}
		keys = append(keys, fold(event))
	}
	if raw.Source != "" {
		keys = append(keys, ofSource+raw.Source)
	}
	if (raw.Source == "") == (len(raw.Events) == 0) || len(raw.Fields) == 0 {
		at.fail("only: needs fields, and a source or events")
	}
	for name, rf := range raw.Fields {
		f := at.field(name, rf, ref, schema.LayerDictionary)
		id := f.name
		if raw.Source == "" {
			id = canonical(name)
		}
		for _, key := range keys {
			if o[key] == nil {
				o[key] = make(map[string]*field, len(raw.Fields))
			}
			if o[key][id] != nil {
				at.fail("only: %s: field %s: given twice", key, name)
			}
			o[key][id] = f
		}
	}
}

// ofSource finds what a field's name means in the records of a source.
func (o only) ofSource(source, path string) *field { return o[ofSource+source][fold(path)] }

// explains tells whether some event or source gives the name a meaning.
func (o only) explains(path string) bool {
	short := canonical(path)
	for _, fields := range o {
		if fields[short] != nil {
			return true
		}
	}
	return false
}

// maxPattern is the size of the longest pattern of events, in bytes; the names
// in the catalog have 100 at most. What is known of a longer name is
// known by its beginning, so that the time that it takes grows with its length.
const maxPattern = 256

// patterns calls yield with the folded name of an event and with the patterns
// that it fits ("office.word.*"), longest first, until yield returns true.
func patterns(event string, yield func(pattern string) bool) {
	if yield(event) {
		return
	}
	end := len(event)
	if end > maxPattern {
		end = strings.LastIndexByte(event[:maxPattern], '.')
	}
	for ; end > 0; end = strings.LastIndexByte(event[:end], '.') {
		if yield(event[:end] + ".*") {
			return
		}
	}
}
