package inputs

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// nameLimit bounds a shown name in bytes. Archives allow 64 KiB a name.
const nameLimit = 1024

// display turns a name from outside into one that can be shown and sorted and
// that reads as a relative slash-separated path: backslashes become slashes,
// roots, drive letters and ".." are disarmed, bytes that are no printable text
// are written as \xNN. It reports whether the name was harmless as it stood.
// The result is never used as a path.
func display(name string) (shown string, safe bool) {
	var parts []string
	for p := range strings.SplitSeq(strings.ReplaceAll(name, `\`, "/"), "/") {
		switch {
		case p == "" || p == ".":
			continue
		case p == "..":
			p = "__"
		case len(p) >= 2 && p[1] == ':':
			p = p[:1] + "_" + p[2:]
		}
		parts = append(parts, printable(p))
	}
	shown = strings.Join(parts, "/")
	if len(shown) > nameLimit {
		cut := nameLimit
		for !utf8.RuneStart(shown[cut]) {
			cut--
		}
		shown = shown[:cut]
	}
	if shown == "" {
		return "unnamed", false
	}
	return shown, shown == name
}

// Shown is the last part of a name from outside, as display shows it: the name
// of a file that comes without its folder.
func Shown(name string) string {
	shown, _ := display(name)
	return path.Base(shown)
}

// printable writes everything that is not visible text as \xNN or \u{N}.
// Control characters could forge lines, direction marks could disguise an
// extension.
func printable(s string) string {
	plain := func(r rune, size int) bool {
		return unicode.IsPrint(r) && (r != utf8.RuneError || size > 1)
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case plain(r, size):
			b.WriteString(s[i : i+size])
		case size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		default:
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
		i += size
	}
	return b.String()
}

// unique makes a name that no listed file has: "X (2).json" for a second
// "X.json" in an archive.
func (b *builder) unique(name string) string {
	if !b.taken[name] {
		b.taken[name] = true
		return name
	}
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for n := b.next[name] + 2; ; n++ {
		if other := fmt.Sprintf("%s (%d)%s", stem, n, ext); !b.taken[other] {
			b.taken[other] = true
			b.next[name] = n - 1
			return other
		}
	}
}
