package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"inzage/schema"
)

// strictJSON is JSON that every reader understands alike (RFC 8259, 4 and 8.1): in
// UTF-8, and no name of an object twice. huma reads a body two times, into a map to
// check it and into the type of the operation: of a name that is there twice the
// first keeps the last value, the second a mixture of both, which nobody checked.
func strictJSON() huma.Format {
	f := huma.DefaultJSONFormat
	read := f.Unmarshal
	f.Unmarshal = func(data []byte, v any) error {
		if err := read(data, v); err != nil {
			return err
		}
		return strict(data)
	}
	return f
}

// strict fails where well-formed JSON is not that.
func strict(data []byte) error {
	ambiguous := schema.Fail(schema.CodeSyntax, "read body", nil)
	if !utf8.Valid(data) {
		return ambiguous
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var names []map[string]bool // of each value that is open; nil of a list
	name := false               // what comes next is one
	for {
		token, err := d.Token()
		if err != nil {
			return nil //nolint:nilerr // it is well-formed, and read to its end
		}
		text, isText := token.(string)
		switch {
		case token == json.Delim('{'):
			names = append(names, map[string]bool{})
		case token == json.Delim('['):
			names = append(names, nil)
		case token == json.Delim('}'), token == json.Delim(']'):
			names = names[:len(names)-1]
		case isText && strings.ContainsRune(text, utf8.RuneError):
			return ambiguous // also half of a character that takes two escapes
		case name && names[len(names)-1][text]:
			return ambiguous
		case name:
			names[len(names)-1][text] = true
			name = false
			continue
		}
		name = len(names) > 0 && names[len(names)-1] != nil
	}
}
