package sourcetest

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"unicode/utf8"
)

// leaves lists the values of the JSON objects and arrays that a text consists
// of, as far as the standard library can read it. It is a second opinion, so it
// shares nothing with the sources. Notes on the page of a list ("@odata.nextLink"
// of OData, beside the records) are no values.
func leaves(text []byte) []string {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	text = bytes.TrimLeft(text, " \t\r\n")
	if len(text) == 0 || text[0] != '{' && text[0] != '[' || !utf8.Valid(text) {
		return nil
	}
	var list []string
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	// Within an object, keys and values take turns.
	type level struct {
		object, key bool
	}
	var open []level
	page := false // the last key was of such a note
	value := func() {
		if n := len(open); n > 0 && open[n-1].object {
			open[n-1].key = true
		}
	}
	add := func(v string) {
		if !page {
			list = append(list, v)
		}
		page = false
		value()
	}
	for {
		token, err := d.Token()
		if err != nil {
			if err != io.EOF && len(list) > 0 {
				list = list[:len(list)-1] // the last value may be cut off
			}
			return list
		}
		top := len(open) - 1
		switch v := token.(type) {
		case json.Delim:
			page = false
			switch v {
			case '{':
				open = append(open, level{object: true, key: true})
			case '[':
				open = append(open, level{})
			default:
				open = open[:top]
				value()
			}
		case string:
			if top >= 0 && open[top].object && open[top].key {
				open[top].key = false
				page = top == 0 && strings.HasPrefix(v, "@odata.")
				continue
			}
			add(v)
		case json.Number:
			add(v.String())
		case bool:
			add(map[bool]string{true: "true", false: "false"}[v])
		case nil:
			add("null")
		}
	}
}
