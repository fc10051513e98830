package bundle

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// names makes the names of received files safe to unpack on any system: no
// absolute paths, no "..", no characters or device names that Windows refuses,
// none twice even where capitals do not matter. The manifest ties each to the
// name as it was received.
type names struct {
	taken map[string]bool
	next  map[string]int
}

func newNames() *names { return &names{taken: make(map[string]bool), next: make(map[string]int)} }

const (
	maxNamePart  = 80 // bytes
	maxNameParts = 12
)

// pick returns the safe, unique form of a slash-separated name.
func (n *names) pick(name string) string {
	var parts []string
	for p := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '/' || r == '\\' }) {
		if p == "." || p == ".." {
			continue
		}
		parts = append(parts, safePart(p))
	}
	if len(parts) == 0 {
		parts = []string{"file"}
	}
	if len(parts) > maxNameParts {
		parts = append(parts[:maxNameParts-1], parts[len(parts)-1])
	}
	safe := strings.Join(parts, "/")
	stem, ext := splitExt(safe)
	try := safe
	// A file may also not be named like a folder of another: on disk they
	// would be the same entry.
	for n.clash(try) {
		key := strings.ToLower(safe)
		n.next[key]++
		try = stem + "~" + strconv.Itoa(n.next[key]+1) + ext
	}
	n.take(try)
	return try
}

func (n *names) clash(path string) bool {
	low := strings.ToLower(path)
	if n.taken[low] || n.taken[low+"/"] {
		return true
	}
	for i, c := range low {
		if c == '/' && n.taken[low[:i]] {
			return true
		}
	}
	return false
}

func (n *names) take(path string) {
	low := strings.ToLower(path)
	n.taken[low] = true
	for i, c := range low {
		if c == '/' {
			n.taken[low[:i+1]] = true
		}
	}
}

// safePart makes one part of a path safe.
func safePart(p string) string {
	b := make([]byte, 0, len(p))
	for i := 0; i < len(p); {
		r, size := utf8.DecodeRuneInString(p[i:])
		if (r == utf8.RuneError && size == 1) || hidden(r) || strings.ContainsRune("<>:\"|?*\t\n\r", r) {
			b = append(b, '_')
		} else {
			b = append(b, p[i:i+size]...)
		}
		i += size
	}
	s := strings.TrimRight(string(b), ". ") // Windows drops them
	s = strings.TrimLeft(s, " ")
	if len(s) > maxNamePart {
		stem, ext := splitExt(s)
		if len(ext) > 12 {
			stem, ext = s, ""
		}
		cut := maxNamePart - len(ext)
		for cut > 0 && !utf8.RuneStart(stem[cut]) {
			cut--
		}
		s = strings.TrimRight(stem[:cut], ". ") + ext
	}
	if s == "" || reserved(s) {
		s = "_" + s
	}
	return s
}

// reserved reports whether Windows takes the name for a device.
func reserved(s string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(s), ".")
	stem = strings.TrimRight(stem, " ")
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	if len(stem) != 4 || stem[3] < '0' || stem[3] > '9' {
		return false
	}
	return stem[:3] == "COM" || stem[:3] == "LPT"
}

// splitExt splits off the extension, the dot included.
func splitExt(s string) (stem, ext string) {
	i := strings.LastIndexByte(s, '.')
	if i <= strings.LastIndexByte(s, '/')+1 {
		return s, ""
	}
	return s[:i], s[i:]
}
