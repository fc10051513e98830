package har

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"strings"

	"inzage/schema"
	"inzage/workers/internal/jsonstream"
)

// isCapture judges by the beginning of a file: an object with the one key "log",
// and in that what every capture has.
func isCapture(head []byte) bool {
	if head = bytes.TrimLeft(head, " \t\r\n"); len(head) == 0 || head[0] != '{' {
		return false
	}
	i := bytes.Index(head, []byte(`"log"`))
	if i < 0 || len(bytes.TrimLeft(head[1:i], " \t\r\n")) > 0 {
		return false
	}
	rest := bytes.TrimLeft(head[i+len(`"log"`):], " \t\r\n:")
	if len(rest) == 0 || rest[0] != '{' {
		return false
	}
	return slices.ContainsFunc(jsonstream.TopKeys(rest), func(key string) bool {
		return key == "creator" || key == "entries" || key == "pages"
	})
}

// maxHead is how much is kept of what stands before the requests, in bytes. It
// grows with the number of pages.
const maxHead = 1 << 20

// seeker passes what stands before the list of requests.
type seeker struct {
	in     *bufio.Reader
	head   []byte // what was passed, maxHead at most
	passed int64  // bytes, the bracket of the list included
	depth  int
	key    []byte // the last string of the object "log", maxKey at most
}

const maxKey = 16

// seek passes up to the bracket behind "log.entries" and reports whether there
// is one. Brackets in strings do not count.
func (s *seeker) seek() (found bool, err error) {
	named := false // the string was a key: a colon stands behind it
	for {
		c, err := s.next()
		if err == io.EOF { //nolint:errorlint // a wrapped EOF is no end but a file that broke off
			return false, nil
		}
		if err != nil {
			return false, err
		}
		switch c {
		case '"':
			if err := s.text(); err != nil && err != io.EOF { //nolint:errorlint // as above
				return false, err
			}
			named = false
			continue
		case '{', '[':
			if c == '[' && named && s.depth == 2 && string(s.key) == "entries" {
				return true, nil
			}
			s.depth++
		case '}', ']':
			s.depth--
		case ':':
			named = true
			continue
		case ' ', '\t', '\r', '\n':
			continue
		}
		named = false
	}
}

// text passes the rest of a string, and keeps it as the last one.
func (s *seeker) text() error {
	s.key = s.key[:0]
	for {
		c, err := s.next()
		if err != nil || c == '"' {
			return err
		}
		if c == '\\' {
			if _, err := s.next(); err != nil {
				return err
			}
		}
		if len(s.key) < maxKey {
			s.key = append(s.key, c)
		}
	}
}

func (s *seeker) next() (byte, error) {
	c, err := s.in.ReadByte()
	if err != nil {
		return 0, err
	}
	s.passed++
	if len(s.head) < maxHead {
		s.head = append(s.head, c)
	}
	return c, nil
}

// about hands over what the file says of itself: the program that made it, and
// its pages. What the pages were called is content.
func (r *reading) about(head []byte, found bool) bool {
	if found {
		head = append(head, "]}}"...)
	}
	fields, code := r.outer.Flatten(nil, head)
	if code != "" {
		rec := r.record(-1)
		rec.Unreadable, rec.Cut = code, int64(len(head))
		return r.yield(rec, nil)
	}
	return r.note(fields, -1)
}

// note hands over what is no request.
func (r *reading) note(fields []schema.Field, offset int64) bool {
	rec := r.record(offset)
	rec.Event, rec.Spaces = eventAbout, []string{space}
	for _, f := range fields {
		switch path := strings.TrimPrefix(f.Path, "log."); {
		case path == "entries" && f.Kind == schema.EmptyArray: // the list itself, as about put it
		case strings.HasPrefix(path, "pages"):
			if strings.HasSuffix(path, "].title") {
				r.tally.Repair(schema.RepairContent, 1)
				continue
			}
			rec.Fields = append(rec.Fields, f)
		case isToken(f.Value.Reveal()):
			r.tally.Repair(schema.RepairSecret, 1)
		default:
			rec.Fields = append(rec.Fields, f)
		}
	}
	return r.yield(rec, nil)
}
