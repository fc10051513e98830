package har

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"inzage/schema"
)

// Fiddler keeps a capture as a zip ("session archive", .saz). In its folder raw
// stand, by number, a request (1_c.txt), its answer (1_s.txt) and when (1_m.xml).
const (
	formatSAZ = "saz"

	// maxArchive is how long such a file may be: it is held in memory.
	maxArchive = 64 << 20
	// maxMember and maxUnpacked bound what comes out of it: a request, and all.
	maxMember   = 32 << 20
	maxUnpacked = 1 << 30
	// maxAnswer is how much is read of an answer: its headers.
	maxAnswer = 64 << 10
)

// archived judges by the beginning of a file: a zip with a member of the folder
// raw. locked tells that it needs a password.
func archived(head []byte) (is, locked bool) {
	const mark, fixed = "PK\x03\x04", 30
	if !bytes.HasPrefix(head, []byte(mark)) {
		return false, false
	}
	for at := 0; ; {
		i := bytes.Index(head[at:], []byte(mark))
		if i < 0 || at+i+fixed > len(head) {
			return false, false
		}
		at += i
		size := int(head[at+26]) | int(head[at+27])<<8
		name := head[at+fixed : min(at+fixed+size, len(head))]
		if _, kind := session(string(name)); kind != "" {
			return true, head[at+6]&1 != 0
		}
		at += len(mark)
	}
}

// session takes the name of a member apart: "raw/012_c.txt" is of session 12.
func session(name string) (number int, kind string) {
	rest, ok := strings.CutPrefix(strings.ReplaceAll(name, `\`, "/"), "raw/")
	if !ok {
		return 0, ""
	}
	digits, kind, _ := strings.Cut(rest, "_")
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil || kind != "c.txt" && kind != "s.txt" && kind != "m.xml" {
		return 0, ""
	}
	return int(n), kind
}

// archive hands over the sessions of an archive, by number.
func (r *reading) archive() error {
	in, err := r.file.Open()
	if err != nil {
		return schema.FailRead("open capture", err)
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, maxArchive+1))
	if err != nil {
		return schema.FailRead("read capture", err)
	}
	if len(data) > maxArchive {
		return schema.Fail(schema.CodeTooLarge, "read capture", nil)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are compared, never used
		return schema.Fail(schema.CodeDamagedArchive, "read capture", err)
	}
	members := make(map[int]map[string]*zip.File)
	for _, m := range z.File {
		n, kind := session(m.Name)
		switch {
		case kind == "":
		case m.Flags&1 != 0:
			return schema.Fail(schema.CodeEncryptedMember, "read capture", nil)
		case members[n] == nil:
			members[n] = map[string]*zip.File{kind: m}
		case members[n][kind] != nil:
			return schema.Fail(schema.CodeDamagedArchive, "read capture", nil)
		default:
			members[n][kind] = m
		}
	}
	if !r.plain("Fiddler (.saz)") {
		return nil
	}
	numbers := make([]int, 0, len(members))
	for n := range members {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	left := int64(maxUnpacked)
	for _, n := range numbers {
		if left <= 0 {
			return schema.Fail(schema.CodeLimit, "read capture", nil)
		}
		if !r.session(members[n], &left) {
			return nil
		}
	}
	return nil
}

// session hands over one session. left is how much may still be unpacked.
func (r *reading) session(of map[string]*zip.File, left *int64) bool {
	size := int64(0)
	for _, m := range of {
		size += int64(min(m.UncompressedSize64, 1<<40))
	}
	data, err := unzip(of["c.txt"], maxMember, left)
	if err != nil {
		return r.unread(schema.CodeDamagedArchive, size, -1)
	}
	if len(data) > maxMember {
		return r.unread(schema.CodeTooLarge, size, -1)
	}
	first, headers, body, ok := message(data)
	parts := strings.Fields(first)
	if !ok || len(parts) < 2 {
		return r.unread(schema.CodeSyntax, size, -1)
	}
	w := wire{method: parts[0], url: parts[1], asked: headers, body: body}
	switch {
	case w.method == "CONNECT": // a tunnel; what went through it is a session of its own
		w.url = "https://" + parts[1] + "/"
	case !strings.Contains(w.url, "://"):
		w.url = "https://" + get(headers, "host") + w.url
	}
	if data, err := unzip(of["s.txt"], maxAnswer, left); err == nil && len(data) > 0 {
		first, answered, rest, _ := message(data)
		w.answered, w.content = answered, len(rest) > 0
		if parts := strings.Fields(first); len(parts) > 1 {
			w.status = parts[1]
		}
	}
	if data, err := unzip(of["m.xml"], maxAnswer, left); err == nil {
		w.started = began(data)
	}
	return r.hand(&w, -1)
}

// unzip reads a member, at most one byte more than most. Of one that breaks off
// behind that nobody hears.
func unzip(m *zip.File, most int, left *int64) ([]byte, error) {
	if m == nil {
		return nil, nil
	}
	in, err := m.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, int64(most)+1))
	*left -= int64(len(data))
	return data, err
}

// began finds when a request began: the time of a session without a zone says
// nothing that can be compared.
func began(data []byte) string {
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		t, err := d.Token()
		if err != nil {
			return ""
		}
		start, ok := t.(xml.StartElement)
		if !ok || start.Name.Local != "SessionTimers" {
			continue
		}
		for _, a := range start.Attr {
			if a.Name.Local == "ClientBeginRequest" && !instant(a.Value).IsZero() {
				return a.Value
			}
		}
		return ""
	}
}
