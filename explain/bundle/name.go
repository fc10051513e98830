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
	files, folders map[string]bool
	next           map[string]int // number to try for a name that is taken
}

func newNames() *names {
	return &names{files: make(map[string]bool), folders: make(map[string]bool), next: make(map[string]int)}
}

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
	path := ""
	for i, p := range parts {
		if i == len(parts)-1 {
			return n.leaf(path, p)
		}
		path = n.folder(path, p) + "/"
	}
	return path // not reached: there is always a part
}

// folder returns the folder p under path; where a file has that name, another.
func (n *names) folder(path, p string) string {
	try := path + p
	for i := 2; n.files[strings.ToLower(try)]; i++ {
		try = path + p + "~" + strconv.Itoa(i)
	}
	n.folders[strings.ToLower(try)] = true
	return try
}

// leaf returns the file p under path, with a number where the name is taken.
func (n *names) leaf(path, p string) string {
	try := path + p
	stem, ext := splitExt(p)
	key := strings.ToLower(try)
	for low := key; n.files[low] || n.folders[low]; low = strings.ToLower(try) {
		n.next[key] = max(n.next[key], 1) + 1
		try = path + stem + "~" + strconv.Itoa(n.next[key]) + ext
	}
	n.files[strings.ToLower(try)] = true
	return try
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
	if i <= 0 {
		return s, ""
	}
	return s[:i], s[i:]
}
