package corpus

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// object is a JSON object that keeps its order and allows a key twice, as real
// captures have it.
type object []member

// member is one key with its value: string, int, int64, float64, bool, nil,
// []string, []any or object.
type member struct {
	key   string
	value any
}

// compact renders the object on one line.
func (o object) compact() []byte { return appendValue(nil, o) }

// pretty renders the object over several lines.
func (o object) pretty(indent string) []byte {
	var b bytes.Buffer
	// Indent keeps order and duplicate keys, and cannot fail on our own output.
	_ = json.Indent(&b, o.compact(), "", indent)
	return b.Bytes()
}

// with returns the object with more members behind its own.
func (o object) with(more ...member) object {
	return append(slices.Clip(o), more...)
}

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendString(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case uint64:
		return strconv.AppendUint(b, v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return append(b, "null"...)
		}
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	case bool:
		return strconv.AppendBool(b, v)
	case []string:
		b = append(b, '[')
		for i, s := range v {
			b = appendComma(b, i)
			b = appendString(b, s)
		}
		return append(b, ']')
	case []any:
		b = append(b, '[')
		for i, e := range v {
			b = appendComma(b, i)
			b = appendValue(b, e)
		}
		return append(b, ']')
	case object:
		b = append(b, '{')
		for i, m := range v {
			b = appendComma(b, i)
			b = appendString(b, m.key)
			b = append(b, ':')
			b = appendValue(b, m.value)
		}
		return append(b, '}')
	}
	return append(b, "null"...)
}

func appendComma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

// appendString escapes what JSON demands and nothing more: "&" and "<" stay as
// they are, as in the files of the services.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\t':
			b = append(b, '\\', 't')
		case r < 0x20:
			b = append(b, '\\', 'u', '0', '0', "0123456789abcdef"[r>>4], "0123456789abcdef"[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
