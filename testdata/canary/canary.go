// Package canary looks for marked values in bytes, in every form in which the
// program, its libraries or its formats could have written them: a value that a
// search for plain text does not find is not gone. For tests.
package canary

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"
)

// Forms are the ways in which a value can stand in bytes, by a name.
func Forms(value string) map[string]string {
	little, big := []byte{}, []byte{}
	for _, u := range utf16.Encode([]rune(value)) {
		little = binary.LittleEndian.AppendUint16(little, u)
		big = binary.BigEndian.AppendUint16(big, u)
	}
	quoted, _ := json.Marshal(value)
	var escaped bytes.Buffer
	_ = xml.EscapeText(&escaped, []byte(value))
	list := map[string]string{
		"as it is": value, "UTF-16LE": string(little), "UTF-16BE": string(big),
		"hex": hex.EncodeToString([]byte(value)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(value))),
		"query": url.QueryEscape(value), "path": url.PathEscape(value), "every byte percent": everyByte(value),
		"JSON": string(quoted[1 : len(quoted)-1]), "JSON, ASCII": asciiJSON(value), "XML": escaped.String(),
	}
	for _, of := range []string{value, string(little)} {
		kind := map[bool]string{true: "", false: " of UTF-16"}[of == value]
		for shift := range 3 { // base64 depends on where in three bytes it starts
			raw := []byte("123"[:shift] + of)
			for name, enc := range map[string]*base64.Encoding{"base64": base64.StdEncoding, "base64url": base64.URLEncoding} {
				text := enc.EncodeToString(raw)
				list[fmt.Sprint(name, kind, " ", shift)] = text[4 : len(text)-4] // the ends hold the neighbours' bits
			}
		}
	}
	return list
}

func everyByte(value string) string {
	var b strings.Builder
	for _, c := range []byte(value) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

func asciiJSON(value string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(value)) {
		if u < 0x80 && u != '<' && u != '>' && u != '&' {
			b.WriteByte(byte(u))
		} else {
			fmt.Fprintf(&b, `\u%04x`, u)
		}
	}
	return b.String()
}

// deepest is how far packed bytes within packed bytes are followed; each layer
// is unpacked up to largest bytes.
const (
	deepest = 4
	largest = 64 << 20
)

// Find names each form of each value that stands in the data, also in what is
// packed in it: gzip streams and members of zips, wherever they begin.
func Find(data []byte, values ...string) []string {
	return find(data, values, "", 0)
}

func find(data []byte, values []string, in string, depth int) (found []string) {
	for _, value := range values {
		for form, text := range Forms(value) {
			if bytes.Contains(data, []byte(text)) {
				found = append(found, fmt.Sprintf("%q %s%s", value, form, in))
			}
		}
	}
	if depth == deepest {
		return found
	}
	for _, packed := range []struct {
		name, magic string
		open        func([]byte) (io.Reader, error)
	}{
		{"gzip", "\x1f\x8b\x08", func(b []byte) (io.Reader, error) { return gzip.NewReader(bytes.NewReader(b)) }},
		{"zip", "PK\x03\x04", member},
	} {
		for at := 0; ; {
			next := bytes.Index(data[at:], []byte(packed.magic))
			if next < 0 {
				break
			}
			at += next
			if r, err := packed.open(data[at:]); err == nil {
				plain, _ := io.ReadAll(io.LimitReader(r, largest)) // as far as it goes
				found = append(found, find(plain, values, in+" in "+packed.name, depth+1)...)
			}
			at += len(packed.magic)
		}
	}
	return found
}

// member opens the member of a zip that begins here, by its local header: what
// is left of a zip may have no directory.
func member(b []byte) (io.Reader, error) {
	const header, deflated = 30, 8
	if len(b) < header || binary.LittleEndian.Uint16(b[8:]) != deflated {
		return nil, errors.New("no deflated member") // a stored one stands there as it is
	}
	skip := header + int(binary.LittleEndian.Uint16(b[26:])) + int(binary.LittleEndian.Uint16(b[28:]))
	if skip > len(b) {
		return nil, io.ErrUnexpectedEOF
	}
	return flate.NewReader(bytes.NewReader(b[skip:])), nil
}

// FindIn looks in every file below the folder, and in their names.
func FindIn(folder string, values ...string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(folder, name)
		if err != nil {
			return err
		}
		for _, f := range Find([]byte(inside), values...) {
			found = append(found, "a name below the folder: "+f)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(name) //nolint:gosec // a folder of a test
		for _, f := range Find(data, values...) {
			found = append(found, inside+": "+f)
		}
		return err
	})
	return found, err
}
