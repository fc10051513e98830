package jsonstream

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"inzage/schema"
)

// lenient makes jsontext accept what telemetry holds.
func lenient() []jsontext.Options {
	return []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
}

// reference flattens a JSON text with another parser: slower, and by another
// way of thinking. It reports whether that one accepts the text, and whether
// the text is nested deeper than Flatten goes.
func reference(in []byte) (out []leaf, deep, ok bool) {
	r := referee{d: jsontext.NewDecoder(bytes.NewReader(in), lenient()...)}
	if err := r.value("", true); err != nil {
		return nil, r.deep, false
	}
	_, err := r.d.ReadToken()
	return r.out, r.deep, errors.Is(err, io.EOF)
}

type referee struct {
	d    *jsontext.Decoder
	out  []leaf
	deep bool
}

func (r *referee) value(path string, top bool) error {
	k := r.d.PeekKind()
	if k == '{' || k == '[' {
		return r.composite(k, path, top)
	}
	v, err := r.d.ReadValue()
	if err != nil {
		return err
	}
	kind, text := schema.Null, string(v)
	switch k { //nolint:exhaustive // the rest has no text of its own
	case '"':
		kind, text = schema.String, unquote(v)
	case '0':
		kind = schema.Number
	case 't', 'f':
		kind = schema.Bool
	}
	r.out = append(r.out, leaf{path, kind, text})
	return nil
}

func (r *referee) composite(k jsontext.Kind, path string, top bool) error {
	if _, err := r.d.ReadToken(); err != nil {
		return err
	}
	r.deep = r.deep || r.d.StackDepth() > maxDepth
	n := 0
	for ; r.d.PeekKind() != '}' && r.d.PeekKind() != ']'; n++ {
		below := path + "[" + strconv.Itoa(n) + "]"
		if k == '{' {
			key, err := r.d.ReadValue()
			if err != nil {
				return err
			}
			if below = path + "." + unquote(key); top {
				below = unquote(key)
			}
		}
		if err := r.value(below, false); err != nil {
			return err
		}
	}
	if _, err := r.d.ReadToken(); err != nil {
		return err
	}
	switch {
	case n > 0:
	case k == '{':
		r.out = append(r.out, leaf{path, schema.EmptyObject, "{}"})
	default:
		r.out = append(r.out, leaf{path, schema.EmptyArray, "[]"})
	}
	return nil
}

func unquote(v jsontext.Value) string {
	var s string
	_ = json.Unmarshal(v, &s) // of a string that jsontext accepted
	return s
}
