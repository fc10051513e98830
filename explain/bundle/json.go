package bundle

import (
	"strconv"
	"time"
	"unicode/utf8"

	"inzage/schema"
)

// AppendJSON appends an explained record as one JSON object on one line,
// without the line feed. It is the line of machine/records.jsonl and of
// "inzage explain --format jsonl".
//
// Values are strings with the very characters of the source, numbers too
// ("type" tells what they were): many readers would round a 64-bit number. Null
// is null. Bytes that are no UTF-8 are shown as \xNN. Keys without a value are
// left out, except those that every record has.
//
// The line holds personal data: it is for the person it is about.
func AppendJSON(b []byte, e *schema.Explanation) []byte {
	r := &e.Record
	if r.Unreadable != "" {
		return AppendUnreadable(b, r)
	}
	b = appendOrigin(b, r)
	b = appendKey(b, "app", e.App)
	b = appendKey(b, "about", e.About)
	b = appendKey(b, "kind", e.DataKind)
	b = appendKey(b, "title", e.Title)
	b = append(b, `,"text":`...)
	b = appendString(b, e.Text.Reveal())
	b = appendLayer(b, e.Layer)
	b = append(b, `,"class":`...)
	b = appendString(b, e.Class.String())
	b = appendKey(b, "rule", e.Rule)
	b = appendKey(b, "ref", e.Ref)
	b = appendFacets(b, e)
	b = append(b, `,"fields":[`...)
	for i := range r.Fields {
		if i > 0 {
			b = append(b, ',')
		}
		var n *schema.Note
		if i < len(e.Notes) {
			n = &e.Notes[i]
		}
		b = appendField(b, &r.Fields[i], n)
	}
	b = append(b, ']')
	return append(appendMasked(b, r), '}')
}

// appendMasked appends what was replaced in the record because it is about other
// people. "field" is the position in "fields", from 0; without one it is in the
// record's name or raw text.
func appendMasked(b []byte, r *schema.Record) []byte {
	for i, m := range r.Masked {
		if i == 0 {
			b = append(b, `,"masked":[{`...)
		} else {
			b = append(b, `,{`...)
		}
		if m.At >= 0 {
			b = append(b, `"field":`...)
			b = append(strconv.AppendInt(b, int64(m.At), 10), ',')
		}
		b = append(b, `"kind":`...)
		b = appendString(b, m.Kind)
		b = appendKey(b, "why", m.Why)
		b = append(b, `,"count":`...)
		b = append(strconv.AppendInt(b, m.Count, 10), '}')
	}
	if len(r.Masked) > 0 {
		b = append(b, ']')
	}
	return b
}

// AppendUnreadable appends a record that could not be read: where it stands,
// the code of the reason and the text as it was received.
func AppendUnreadable(b []byte, r *schema.Record) []byte {
	b = appendOrigin(b, r)
	b = append(b, `,"unreadable":`...)
	b = appendString(b, string(r.Unreadable))
	b = append(b, `,"raw":`...)
	b = appendString(b, r.Raw.Reveal())
	if r.Cut > 0 {
		b = append(b, `,"cut":`...)
		b = strconv.AppendInt(b, r.Cut, 10)
	}
	return append(appendMasked(b, r), '}')
}

// AppendDuplicate appends a record that an earlier file holds too: where it
// stands, and where the same record stands with all its fields.
func AppendDuplicate(b []byte, r *schema.Record, of schema.Origin) []byte {
	b = appendOrigin(b, r)
	b = append(b, `,"duplicate":{"file":`...)
	b = appendString(b, of.File)
	b = append(b, `,"record":`...)
	b = strconv.AppendInt(b, of.Record, 10)
	return append(b, "}}"...)
}

// AppendSummary appends the last line of the file: how many records there were
// and what became of them.
func AppendSummary(b []byte, t *Balance) []byte {
	b = append(b, `{"summary":{"read":`...)
	b = strconv.AppendInt(b, t.Read, 10)
	b = append(b, `,"explained":`...)
	b = strconv.AppendInt(b, t.Explained(), 10)
	b = append(b, `,"layers":{`...)
	for i, l := range schema.EventLayers() {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, string(l))
		b = append(b, ':')
		b = strconv.AppendInt(b, t.Layers[l], 10)
	}
	b = append(b, `},"unreadable":`...)
	b = strconv.AppendInt(b, t.Unreadable, 10)
	b = append(b, `,"others":`...)
	b = strconv.AppendInt(b, t.Others, 10)
	b = append(b, `,"duplicates":`...)
	b = strconv.AppendInt(b, t.Duplicates, 10)
	return append(b, "}}"...)
}

// appendOrigin opens the object with what every record has.
func appendOrigin(b []byte, r *schema.Record) []byte {
	b = append(b, `{"source":`...)
	b = appendString(b, r.Source)
	b = append(b, `,"file":`...)
	b = appendString(b, r.From.File)
	b = append(b, `,"position":{"record":`...)
	b = strconv.AppendInt(b, r.From.Record, 10)
	b = append(b, `,"offset":`...)
	if r.From.Offset >= 0 {
		b = strconv.AppendInt(b, r.From.Offset, 10)
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `},"event":`...)
	b = appendString(b, r.Event)
	b = appendKey(b, "action", r.Action)
	if len(r.Spaces) > 0 {
		b = append(b, `,"spaces":[`...)
		for i, s := range r.Spaces {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, s)
		}
		b = append(b, ']')
	}
	b = appendKey(b, "datatype", r.DataType)
	b = append(b, `,"time":`...)
	if r.At.IsZero() {
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = r.At.UTC().AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}

func appendField(b []byte, f *schema.Field, n *schema.Note) []byte {
	b = append(b, `{"path":`...)
	b = appendString(b, f.Path)
	b = append(b, `,"value":`...)
	if f.Kind == schema.Null {
		b = append(b, "null"...)
	} else {
		b = appendString(b, f.Value.Reveal())
	}
	b = append(b, `,"type":"`...)
	b = append(b, typeName(f.Kind)...)
	b = append(b, '"')
	if n == nil {
		return append(b, '}')
	}
	b = append(b, `,"class":"`...)
	b = append(b, n.Class.String()...)
	b = append(b, '"')
	b = appendLayer(b, n.Layer)
	b = append(b, `,"rule":`...)
	b = appendString(b, n.Rule)
	b = appendKey(b, "ref", n.Ref)
	b = append(b, `,"text":`...)
	b = appendString(b, n.Meaning)
	b = appendKey(b, "why", n.Why)
	b = appendKey(b, "words", n.Words.Reveal())
	b = appendKey(b, "raised", n.Raised)
	b = appendKey(b, "exposes", string(n.Exposes))
	b = appendKey(b, "identifier", n.Identifier)
	return append(b, '}')
}

// appendLayer says "none" for a layer that was left empty: silence is never
// knowledge.
func appendLayer(b []byte, l schema.Layer) []byte {
	if l == "" {
		l = schema.LayerNone
	}
	b = append(b, `,"layer":`...)
	return appendString(b, string(l))
}

func typeName(k schema.Kind) string {
	switch k {
	case schema.String:
		return "string"
	case schema.Number:
		return "number"
	case schema.Bool:
		return "bool"
	case schema.Null:
		return "null"
	case schema.EmptyObject:
		return "object"
	case schema.EmptyArray:
		return "array"
	}
	return "string"
}

// appendKey appends a member, if it has a value. The key is one of ours.
func appendKey(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	b = append(b, ',', '"')
	b = append(b, key...)
	b = append(b, '"', ':')
	return appendString(b, value)
}

// appendString appends s as a JSON string that is valid UTF-8 whatever s is.
// U+2028 and U+2029 are escaped: programs that read line by line may take them
// for the end of the line.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		if i+8 <= len(s) && bare(s[i:i+8]) {
			i += 8
			continue
		}
		c := s[i]
		if c-' ' < 0x7f-' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			b = append(b, s[start:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, '\\', 'n')
			case '\r':
				b = append(b, '\\', 'r')
			case '\t':
				b = append(b, '\\', 't')
			default:
				b = appendRuneJSON(b, rune(c))
			}
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b = append(b, s[start:i]...)
			b = append(b, '\\')
			b = appendByteEscape(b, c)
			start = i + 1
		case r == 0x2028, r == 0x2029:
			b = append(b, s[start:i]...)
			b = appendRuneJSON(b, r)
			start = i + n
		}
		i += n
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// bare tells whether all of eight bytes stand in a JSON string as they are, looked at
// at once: each is from a space to below DEL, and no quote or backslash. In a byte
// that is, the top bit stays clear; where one is not, it may be set in others too.
func bare(s string) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	_ = s[7]
	v := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	quote, back := v^(ones*'"'), v^(ones*'\\')
	return (v|(v+ones)|(v-ones*' ')|(quote-ones)|(back-ones))&tops == 0
}

func appendRuneJSON(b []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}
