package explain

import (
	"net/netip"
	"strings"

	"inzage/schema"
)

// finding is what a value itself gives away, whatever its field is called.
type finding struct {
	class      schema.Class
	reason     string // code in terms/reasons
	identifier string // code in terms/identifiers
}

// detector looks at values. It belongs to one Explainer.
type detector struct {
	ids  []string // the person's own codes, lower case: object id, tenant id, PUID, local ids
	name string   // the person's name, lower case, if it has two parts or more
}

func newDetector(who schema.Subject) detector {
	d := detector{}
	for _, p := range append([]schema.Personal{who.ObjectID, who.PUID}, who.LocalIDs...) {
		if id := strings.ToLower(strings.TrimSpace(p.Reveal())); len(id) >= 8 {
			d.ids = append(d.ids, id)
		}
	}
	if n := strings.ToLower(strings.TrimSpace(who.Name.Reveal())); strings.Contains(n, " ") {
		d.name = n
	}
	return d
}

// detect returns the strongest thing that the value gives away. version tells
// that the field is known to hold a version number, which can look like an
// address. It allocates nothing for values that give nothing away.
func (d *detector) detect(v string, version bool) (f finding, ok bool) {
	if len(v) < 6 {
		return finding{}, false
	}
	var at, slash, colon, dots, dash int
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '@':
			at++
		case '\\', '/':
			slash++
		case ':':
			colon++
		case '.':
			dots++
		case '-':
			dash++
		}
	}
	switch {
	case at > 0 && dots > 0 && hasAddress(v):
		return finding{schema.DirectIdentifier, "detected-email", "email"}, true
	case slash > 1 && hasUserPath(v):
		return finding{schema.DirectIdentifier, "detected-path", "path"}, true
	case slash > 1 && hasPersonalSite(v):
		return finding{schema.DirectIdentifier, "detected-url", "url"}, true
	case d.name != "" && len(v) >= len(d.name) && strings.Contains(strings.ToLower(v), d.name):
		return finding{schema.DirectIdentifier, "detected-name", "name"}, true
	case !version && (dots >= 3 || colon >= 2) && hasIP(v):
		return finding{schema.DirectIdentifier, "detected-ip", "ip-address"}, true
	case dash >= 3 && hasSID(v):
		return finding{schema.PseudonymousIdentifier, "detected-sid", "sid"}, true
	}
	for _, id := range d.ids {
		if len(v) >= len(id) && containsFold(v, id) {
			return finding{schema.PseudonymousIdentifier, "detected-subject-id", "other-code"}, true
		}
	}
	return finding{}, false
}

// containsFold reports whether s holds the lower-case ASCII text sub.
func containsFold(s, sub string) bool {
	for i := 0; i+len(sub) <= len(s); i++ {
		if c := s[i] | 0x20; c == sub[0]|0x20 && strings.EqualFold(s[i:i+len(sub)], sub) {
			return true
		}
	}
	return false
}

// hasAddress finds an e-mail address or sign-in name: something@label.label,
// the last label of letters.
func hasAddress(v string) bool {
	for i := 1; i < len(v); i++ {
		if v[i] != '@' || !isLocal(v[i-1]) {
			continue
		}
		end := i + 1
		for end < len(v) && (isAlnum(v[end]) || v[end] == '-' || v[end] == '.') {
			end++
		}
		host := strings.TrimRight(v[i+1:end], ".-")
		dot := strings.LastIndexByte(host, '.')
		if dot < 1 {
			continue
		}
		if top := host[dot+1:]; len(top) >= 2 && isLetters(top) {
			return true
		}
	}
	return false
}

// hasUserPath finds a folder of a person: C:\Users\name\, /Users/name/,
// /home/name/, in any spelling of the separators.
func hasUserPath(v string) bool {
	for i := 0; i < len(v); i++ {
		if v[i] != '\\' && v[i] != '/' {
			continue
		}
		rest := strings.TrimLeft(v[i:], `\/`)
		folder, after, ok := cutSeparator(rest)
		if !ok || !strings.EqualFold(folder, "users") && folder != "home" && !strings.EqualFold(folder, "Documents and Settings") {
			continue
		}
		name, _, _ := cutSeparator(after)
		if name != "" && !sharedFolder(name) {
			return true
		}
	}
	return false
}

func cutSeparator(s string) (before, after string, ok bool) {
	i := strings.IndexAny(s, `\/`)
	if i < 0 {
		return s, "", false
	}
	return s[:i], strings.TrimLeft(s[i:], `\/`), true
}

func sharedFolder(name string) bool {
	switch strings.ToLower(name) {
	case "public", "default", "default user", "all users", "defaultapppool", "shared", "systemprofile",
		"localservice", "networkservice", "%username%", "*", "defaultuser0", "wdagutilityaccount":
		return true
	}
	return false
}

// hasPersonalSite finds the address of a person's own OneDrive site.
func hasPersonalSite(v string) bool {
	l := strings.ToLower(v)
	i := strings.Index(l, "/personal/")
	return i >= 0 && len(l) > i+len("/personal/") && strings.Contains(l, "sharepoint.com")
}

// hasIP finds an IP address that can point to a person's connection. The
// machine's own loopback and the unspecified address cannot, nor can an address
// whose last part was cut off before sending (it ends in 0).
func hasIP(v string) bool {
	for _, word := range strings.FieldsFunc(v, func(r rune) bool {
		return strings.ContainsRune(" \t\r\n\"'`,;=()[]<>{}|", r) || r == '/' || r == '\\'
	}) {
		if len(word) < 4 || len(word) > 60 {
			continue
		}
		addr, err := netip.ParseAddr(word)
		if err != nil {
			port, err := netip.ParseAddrPort(word)
			if err != nil {
				continue
			}
			addr = port.Addr()
		}
		if addr = addr.Unmap(); !addr.IsLoopback() && !addr.IsUnspecified() && addr.As16()[15] != 0 {
			return true
		}
	}
	return false
}

// hasSID finds the security identifier of an account: S-1-5-21-… of a domain
// or machine, S-1-12-1-… of Entra. Well-known ones (S-1-5-18) are nobody's.
func hasSID(v string) bool {
	for _, prefix := range []string{"s-1-5-21-", "s-1-12-1-"} {
		for i := 0; i+len(prefix) < len(v); i++ {
			if strings.EqualFold(v[i:i+len(prefix)], prefix) && isDigit(v[i+len(prefix)]) {
				return true
			}
		}
	}
	return false
}

func isAlnum(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// isLocal tells whether the byte can end the part of an address before the @.
func isLocal(c byte) bool { return isAlnum(c) || strings.IndexByte("._%+-'#", c) >= 0 }

func isLetters(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isAlnum(s[i]) || isDigit(s[i]) {
			return false
		}
	}
	return true
}
